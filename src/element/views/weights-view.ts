// The choice between several sets of weights in one repository, before any of them is fetched: the default is named and
// chosen beforehand.

import { html, nothing, type TemplateResult } from "lit";
import type { WeightsOffer } from "../../index.ts";
import { formatBytes, formatRate } from "../quantity.ts";
import type { ChatStrings } from "../languages/en.ts";

export interface WeightsModel {
  label: string;
  /** Ids, the default first. */
  weightsOffered: readonly string[];
  offers?: readonly WeightsOffer[];
  strings: ChatStrings;
}

export function weightsView(
  { label, weightsOffered, offers, strings }: WeightsModel,
  actions: { choose(weights: string): void; cancel(): void },
): TemplateResult {
  const submit = (event: Event) => {
    event.preventDefault();
    const chosen = new FormData(event.currentTarget as HTMLFormElement).get("weights");
    if (typeof chosen === "string") actions.choose(chosen);
  };
  return html`<form class="panel weights" part="weights" aria-labelledby="weights-title" @submit=${submit}>
    <header>
      <h2 id="weights-title" tabindex="-1">${strings.weightsTitle}</h2>
      <p class="model-name">${label}</p>
    </header>
    <fieldset>
      <legend class="visually-hidden">${strings.weightsTitle}</legend>
      ${weightsOffered.map(
        (id, index) =>
          html`<label>
            <input type="radio" name="weights" value=${id} ?checked=${index === 0} />
            <span
              >${id} ${index === 0 ? html`<span class="small">${strings.weightsDefault}</span>` : nothing}
              ${factsOf(offers?.[index], strings)}</span
            >
          </label>`,
      )}
    </fieldset>
    <div class="row">
      <p class="small">${strings.weightsNote}</p>
      <span class="buttons">
        <button class="button" type="button" data-action="cancel-weights" @click=${actions.cancel}>
          ${strings.cancel}
        </button>
        <button class="button primary" type="submit" data-action="choose-weights">${strings.load}</button>
      </span>
    </div>
  </form>`;
}

function factsOf(offer: WeightsOffer | undefined, strings: ChatStrings): TemplateResult | typeof nothing {
  if (!offer) return nothing;
  const { sizeBytes, bits, fits } = offer;
  const { locale } = strings;
  const facts = [
    formatBytes(sizeBytes, locale),
    strings.weightsBits(formatRate(bits, locale)),
    fits ? strings.weightsFit : strings.weightsFitNot,
  ];
  return html`<span class="facts">${facts.join(" · ")}</span>`;
}

// The catalogue as a list of buttons: what each model is, its download, its licence, and whether the GPU holds it.

import { html, nothing, type TemplateResult } from "lit";
import { formatBytes, formatParameters } from "../src/element/index.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import type { Fit } from "./fit.ts";
import { pageStrings as strings } from "./page-strings.ts";

export interface CatalogueModel {
  catalogue: readonly CatalogueEntry[];
  /** Why it is not there, or "". */
  problem: string;
  currentKey: string;
  fits: ReadonlyMap<string, Fit>;
  /** Labels of models that are on this device. */
  stored: ReadonlySet<string>;
}

export function catalogueView(
  model: CatalogueModel,
  { choose, retry }: { choose(entry: CatalogueEntry, stored: boolean): void; retry(): void },
): TemplateResult {
  return html`<section aria-labelledby="catalogue-title">
    <h3 id="catalogue-title" class="visually-hidden">${strings.catalogueTitle}</h3>
    ${
      model.problem
        ? html`<p class="catalogue-problem" role="alert">
            ${model.problem}
            <button class="button" type="button" data-action="retry-catalogue" @click=${retry}>
              ${strings.tryAgain}
            </button>
          </p>`
        : nothing
    }
    <ul class="catalogue">
      ${model.catalogue.map((entry) => {
        const stored = model.stored.has(entry.repository ?? "");
        const current = entry.id === model.currentKey;
        return html`<li>
          <button
            class="entry"
            type="button"
            data-model=${entry.id}
            aria-current=${current ? "true" : nothing}
            @click=${() => choose(entry, stored)}
          >
            <span class="entry-name">${entry.label}${current ? html`<em>${strings.current}</em>` : nothing}</span>
            <span class="entry-note">${entry.note}</span>
            <span class="entry-facts">${facts(entry, stored).map((fact) => html`<span>${fact}</span>`)}</span>
            ${fitView(model.fits.get(entry.id))}
          </button>
        </li>`;
      })}
    </ul>
  </section>`;
}

function facts(entry: CatalogueEntry, stored: boolean): string[] {
  const size = formatBytes(entry.sizeBytes, strings.locale);
  return [
    strings.parameters(formatParameters(entry.parameters, strings.locale)),
    stored ? strings.stored : strings.download(size),
    entry.license,
    ...(entry.gated ? [strings.gated] : []),
  ];
}

function fitView(fit: Fit | undefined): TemplateResult | typeof nothing {
  if (!fit) return nothing;
  if (fit.fits) return html`<span class="fit yes">${strings.fits}</span>`;
  return html`<span class="fit no" title=${fit.reason ?? ""}>${strings.fitsNot}</span>`;
}

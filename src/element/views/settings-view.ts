// Settings of one conversation. A field takes effect when it is left, if it is valid; an empty one means the model's own
// value, which it shows as a hint. What takes effect only on the next load has a button of its own, which says so first.

import { html, nothing, type TemplateResult } from "lit";
import { samplingDefaults } from "../../index.ts";
import { formatCount } from "../quantity.ts";
import {
  type ChatSettings,
  engineFields,
  isAllowed,
  type KvChoice,
  kvChoices,
  type NumberField,
  numberRules,
  presetNames,
  presetOf,
  readStops,
  withField,
  withPreset,
} from "../session/chat-settings.ts";
import type { PanelActions, PanelModel } from "./panel-model.ts";

const requestFields = [
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "repetition_penalty",
  "frequency_penalty",
  "presence_penalty",
  "max_tokens",
  "seed",
] as const;

export function settingsView(model: PanelModel, actions: PanelActions): TemplateResult {
  const { settings, system, info, strings } = model;
  const words = strings.panels;
  const chosen = presetOf(settings);
  return html`<form class="settings" @submit=${(event: Event) => event.preventDefault()}>
    <p class="small">${words.settingsNote}</p>
    <label class="wide"
      >${words.system}
      <textarea
        name="system"
        rows="3"
        dir="auto"
        placeholder=${words.systemPlaceholder}
        .value=${system}
        @change=${(event: Event) => actions.changeSystem((event.target as HTMLTextAreaElement).value)}
      ></textarea>
    </label>
    <fieldset class="presets">
      <legend>${words.presets}</legend>
      ${presetNames.map(
        (name) =>
          html`<button
            class="starter"
            type="button"
            data-preset=${name}
            aria-pressed=${chosen === name}
            @click=${() => actions.change(withPreset(settings, name))}
          >
            ${words.preset[name]}
          </button>`,
      )}
    </fieldset>
    <div class="fields">
      ${requestFields.map((field) => numberField(field, ownValue(field, model), model, actions))}
    </div>
    <label class="wide"
      >${words.stop}
      <textarea
        name="stop"
        rows="2"
        dir="auto"
        .value=${settings.stop?.join("\n") ?? ""}
        @change=${(event: Event) => actions.change(withStops(settings, (event.target as HTMLTextAreaElement).value))}
      ></textarea>
      <span class="hint">${words.stopHint}</span>
    </label>
    <fieldset class="again">
      <legend>${words.loadAgainTitle}</legend>
      <p class="small">${words.loadAgainNote}</p>
      <div class="fields">
        ${numberField("context_length", info && formatCount(info.contextLength, strings.locale), model, actions)}
        ${kvField(model, actions)}
      </div>
      <button
        class="button"
        type="button"
        data-action="load-again"
        ?disabled=${model.busy || !differs(model)}
        @click=${actions.loadAgain}
      >
        ${words.loadAgain}
      </button>
    </fieldset>
    <div class="buttons">
      <button
        class="button"
        type="button"
        data-action="reset-settings"
        ?disabled=${Object.keys(settings).length === 0 && !system}
        @click=${() => {
          actions.change({});
          actions.changeSystem("");
        }}
      >
        ${words.reset}
      </button>
      <button class="button primary" type="button" @click=${actions.close}>${words.close}</button>
    </div>
  </form>`;
}

function numberField(
  field: NumberField,
  own: string | undefined,
  { settings, strings }: PanelModel,
  actions: PanelActions,
): TemplateResult {
  const { min, max, step } = numberRules[field];
  const [name, hint] = strings.panels.fields[field];
  const onChange = (event: Event) => {
    const input = event.target as HTMLInputElement;
    if (input.value === "" && !input.validity.badInput) return actions.change(withField(settings, field, undefined));
    if (isAllowed(field, input.valueAsNumber)) actions.change(withField(settings, field, input.valueAsNumber));
    else input.reportValidity(); // the browser says in its own words what it may be
  };
  return html`<label
    >${name}
    <input
      type="number"
      name=${field}
      min=${min}
      max=${max}
      step=${numberRules[field].integer ? step : "any"}
      inputmode="decimal"
      placeholder=${own ?? nothing}
      .value=${String(settings[field] ?? "")}
      @change=${onChange}
    />
    <span class="hint">${hint}</span>
  </label>`;
}

function kvField({ settings, info, strings }: PanelModel, actions: PanelActions): TemplateResult {
  const words = strings.panels;
  const onChange = (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    actions.change(withField(settings, "kv", value === "" ? undefined : (value as KvChoice)));
  };
  return html`<label
    >${words.kv}
    <select name="kv" @change=${onChange}>
      <option value="" ?selected=${!settings.kv}>${words.kvOwn(info?.where === "device" ? info.kv : "auto")}</option>
      ${kvChoices.map((choice) => html`<option value=${choice} ?selected=${settings.kv === choice}>${choice}</option>`)}
    </select>
    <span class="hint">${words.kvHint}</span>
  </label>`;
}

/** What the model takes where the field is empty. */
function ownValue(field: (typeof requestFields)[number], { info, strings }: PanelModel): string | undefined {
  const words = strings.panels;
  if (field === "seed") return words.random;
  if (field === "max_tokens") return words.asFarAsItGoes;
  if (field === "frequency_penalty" || field === "presence_penalty") return "0";
  if (!info) return undefined;
  const own = samplingDefaults(info.generation ?? {});
  const value = {
    temperature: own.temperature,
    top_p: own.topP,
    top_k: own.topK,
    min_p: own.minP,
    repetition_penalty: own.repetitionPenalty,
  }[field];
  return words.ownValue(new Intl.NumberFormat(strings.locale, { maximumFractionDigits: 3 }).format(value));
}

const withStops = (settings: ChatSettings, text: string): ChatSettings => {
  const stop = readStops(text.split("\n"));
  return withField(settings, "stop", stop.length > 0 ? stop : undefined);
};

/** Whether the engine would be another one. */
function differs({ settings, info }: PanelModel): boolean {
  const { contextLength, kv } = engineFields(settings);
  if (!info || info.endpoint) return false;
  return (contextLength !== undefined && contextLength !== info.contextLength) || (kv !== undefined && kv !== info.kv);
}

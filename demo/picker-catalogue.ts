// The catalogue as lists of buttons, models that fit the GPU before those that don't: what each is, its download, its licence,
// and the memory that it takes on the GPU. A search field above them looks through names, notes and repositories.

import { html, nothing, type TemplateResult } from "lit";
import { finderOf, formatBytes, formatParameters } from "../src/element/index.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import type { Fit } from "./fit.ts";
import { pageStrings as strings } from "./page-words.ts";

export interface CatalogueModel {
  catalogue: readonly CatalogueEntry[];
  /** Why the list is missing, or "". */
  problem: string;
  currentKey: string;
  /** Empty if there is no GPU to ask, and until it has been asked. */
  fits: ReadonlyMap<string, Fit>;
  /** Names of models that are on this device. */
  stored: ReadonlySet<string>;
  query: string;
}

export interface CatalogueActions {
  choose(entry: CatalogueEntry, stored: boolean): void;
  /** Without leaving the model that is open. */
  download(entry: CatalogueEntry): void;
  search(query: string): void;
  retry(): void;
}

const searchedFrom = 6; // fewer are seen at a glance

export function catalogueView(model: CatalogueModel, actions: CatalogueActions): TemplateResult {
  const found = matching(model.catalogue, model.query);
  const fitting = found.filter(({ id }) => model.fits.get(id)?.fits ?? true);
  const others = found.filter((entry) => !fitting.includes(entry));
  return html`<section aria-labelledby="catalogue-title">
    <h3 id="catalogue-title">${strings.catalogueTitle}</h3>
    ${
      model.problem
        ? html`<p class="catalogue-problem" role="alert">
            ${model.problem}
            <button class="button" type="button" data-action="retry-catalogue" @click=${actions.retry}>
              ${strings.tryAgain}
            </button>
          </p>`
        : nothing
    }
    ${
      model.catalogue.length >= searchedFrom
        ? html`<input
            id="catalogue-search"
            class="catalogue-search"
            type="search"
            autocomplete="off"
            spellcheck="false"
            aria-label=${strings.searchLabel}
            placeholder=${strings.searchLabel}
            .value=${model.query}
            @input=${(event: Event) => actions.search((event.target as HTMLInputElement).value)}
          />`
        : nothing
    }
    ${found.length === 0 && model.query ? html`<p class="section-note" role="status">${strings.searchNone}</p>` : nothing}
    ${listView(model.fits.size > 0 ? strings.fitsTitle : "", fitting, model, actions)}
    ${listView(strings.fitsNotTitle, others, model, actions)}
  </section>`;
}

/** Entries with all words of the query, anywhere in their text. */
export function matching(catalogue: readonly CatalogueEntry[], query: string): readonly CatalogueEntry[] {
  const isFound = finderOf(query);
  if (!isFound) return catalogue;
  return catalogue.filter((entry) =>
    isFound([entry.label, entry.note, noteOf(entry), entry.repository, entry.license].join(" ")),
  );
}

const noteOf = ({ id, note }: CatalogueEntry): string => strings.notes[id] ?? note;

function listView(
  title: string,
  entries: readonly CatalogueEntry[],
  model: CatalogueModel,
  { choose, download }: CatalogueActions,
): TemplateResult | typeof nothing {
  if (entries.length === 0) return nothing;
  return html`${title ? html`<h4>${title}</h4>` : nothing}
    <ul class="catalogue">
      ${entries.map((entry) => {
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
            <span class="entry-note">${noteOf(entry)}</span>
            <span class="entry-facts">${facts(entry, stored).map((fact) => html`<span>${fact}</span>`)}</span>
            ${fitView(model.fits.get(entry.id))}
          </button>
          ${stored || entry.path ? nothing : downloadButton(entry.label, () => download(entry))}
        </li>`;
      })}
    </ul>`;
}

function facts(entry: CatalogueEntry, stored: boolean): string[] {
  const size = formatBytes(entry.sizeBytes, strings.locale);
  return [
    strings.parameters(formatParameters(entry.parameters, strings.locale)),
    strings.bits(entry.bits),
    entry.path ? strings.comesWithPage : stored ? strings.stored : strings.download(size),
    entry.license,
    ...(entry.gated ? [strings.gated] : []),
  ];
}

function fitView(fit: Fit | undefined): TemplateResult | typeof nothing {
  if (!fit) return nothing;
  const memory = strings.gpuMemory(formatBytes(fit.gpuBytes, strings.locale));
  return html`<span class="fit ${fit.fits ? "yes" : "no"}">${memory}</span>`;
}

function downloadButton(label: string, act: () => void): TemplateResult {
  const words = strings.downloads.beginFor(label);
  return html`<button
    class="quiet"
    type="button"
    data-action="begin-download"
    title=${words}
    aria-label=${words}
    @click=${act}
  >
    <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 4v11M7.500 10.500L12 15l4.500-4.500M5 19.500h14" /></svg>
  </button>`;
}

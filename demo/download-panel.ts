// <download-panel>: what is being downloaded beside the chat, in a line each, under the page's bar; and the same lines for the
// picker, which covers the page. The downloads themselves are downloads.ts's.

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { formatBytes, formatSeconds, formatSpeed } from "../src/element/index.ts";
import type { ProgressEvent } from "../src/index.ts";
import type { Download, Downloads } from "./downloads.ts";
import type { ModelChoice } from "./model-choice.ts";
import { pageStrings as strings } from "./page-words.ts";

export interface DownloadActions {
  open(choice: ModelChoice): void;
}

export class DownloadPanel extends LitElement {
  readonly #downloads: Downloads;
  readonly #actions: DownloadActions;

  constructor(downloads: Downloads, actions: DownloadActions) {
    super();
    this.#downloads = downloads;
    this.#actions = actions;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult | typeof nothing {
    return downloadsView(this.#downloads, this.#actions);
  }
}

export function downloadsView(downloads: Downloads, actions: DownloadActions): TemplateResult | typeof nothing {
  if (downloads.list.length === 0) return nothing;
  return html`<section class="downloads" aria-label=${strings.downloads.title}>
    <ul>
      ${downloads.list.map((download) => lineView(download, downloads, actions))}
    </ul>
  </section>`;
}

function lineView(download: Download, downloads: Downloads, { open }: DownloadActions): TemplateResult {
  const { choice, state, paused, error } = download;
  const words = strings.downloads;
  const ended = state === "arrived" || state === "failed" || state === "license";
  const close = (name: string, action: string) =>
    html`<button
      class="quiet"
      type="button"
      data-action=${action}
      title=${name}
      aria-label=${`${name}: ${choice.label}`}
      @click=${() => downloads.remove(download)}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18" /></svg>
    </button>`;
  return html`<li class="download" data-download=${choice.key} data-state=${state}>
    ${
      ended
        ? html`<p class="download-name" role=${state === "failed" ? "alert" : "status"}>
            ${outcome(download)}${error ? html` <span class="section-note" lang="en">${error.message}</span>` : nothing}
          </p>`
        : html`<p class="download-name">${choice.label}</p>
            <progress max="1" aria-label=${choice.label} value=${shareOf(download)}></progress>
            <p class="download-figures">${figures(download, downloads.held)}</p>`
    }
    <span class="download-buttons">
      ${
        state === "running"
          ? html`<button
              class="button"
              type="button"
              data-action="pause-download"
              @click=${() => downloads.pause(download, !paused)}
            >
              ${paused ? words.resume : words.pause}
            </button>`
          : nothing
      }
      ${
        state === "failed"
          ? html`<button
              class="button"
              type="button"
              data-action="retry-download"
              @click=${() => downloads.begin(choice, download.token)}
            >
              ${strings.tryAgain}
            </button>`
          : nothing
      }
      ${
        state === "arrived" || state === "license"
          ? html`<button
              class="button primary"
              type="button"
              data-action="open-download"
              @click=${() => {
                downloads.remove(download);
                open({ ...choice, autoload: state === "arrived" });
              }}
            >
              ${state === "arrived" ? words.openIt : words.readLicense}
            </button>`
          : nothing
      }
      ${ended ? close(strings.dismiss, "dismiss-download") : close(words.cancel, "cancel-download")}
    </span>
  </li>`;
}

/** Nothing if it is under way and its progress is unknown. */
function shareOf({ state, progress, paused }: Download): number | typeof nothing {
  if (progress && progress.totalBytes > 0) return progress.loadedBytes / progress.totalBytes;
  return state === "waiting" || paused ? 0 : nothing;
}

function outcome({ choice: { label }, state }: Download): string {
  const words = strings.downloads;
  if (state === "arrived") return words.arrived(label);
  return state === "license" ? words.licenseFirst(label) : words.failed(label);
}

function figures({ state, progress, paused }: Download, held: boolean): TemplateResult {
  const words = strings.downloads;
  const still = paused ? words.paused : held ? words.waitsForLoad : undefined;
  if (state === "waiting") return html`<span>${still ?? words.waits}</span>`;
  if (!progress || progress.totalBytes === 0) return html`<span>${still ?? words.preparing}</span>`;
  return html`<span>${bytesOf(progress)}</span> ${still ? html`<span>${still}</span>` : speed(progress)}`;
}

function bytesOf({ loadedBytes, totalBytes }: ProgressEvent): string {
  const { locale } = strings;
  return strings.downloads.bytesOf(formatBytes(loadedBytes, locale), formatBytes(totalBytes, locale));
}

function speed({ bytesPerSecond, secondsLeft }: ProgressEvent): TemplateResult | typeof nothing {
  if (bytesPerSecond <= 0) return nothing;
  const left = secondsLeft !== undefined && Number.isFinite(secondsLeft) ? secondsLeft : undefined;
  return html`<span>${formatSpeed(bytesPerSecond, strings.locale)}</span>
    ${left === undefined ? nothing : html`<span>${strings.downloads.timeLeft(formatSeconds(left, strings.locale))}</span>`}`;
}

if (!customElements.get("download-panel")) customElements.define("download-panel", DownloadPanel);

// The load panel: the phase by name, bytes of total, speed, time left, pause and cancel. The bar is a row of leaps that
// fill from the left.

import { html, nothing, svg, type TemplateResult } from "lit";
import type { ProgressEvent } from "../../index.ts";
import { isOffline } from "../online-watch.ts";
import { formatBytes, formatSeconds, formatSpeed } from "../quantity.ts";
import type { LoadProgress } from "../session/session-state.ts";
import type { ChatStrings } from "../languages/en.ts";

export function loadView(
  model: { label: string; progress: LoadProgress | undefined; silent?: boolean; strings: ChatStrings },
  actions: { pause(paused: boolean): void; cancel(): void },
): TemplateResult {
  const { strings, progress, silent = false } = model;
  const event = progress?.latest;
  const paused = progress?.paused ?? false;
  const phase = event ? strings.phases[event.phase] : strings.inspecting;
  const fetches = event === undefined || (event.phase === "download" && event.loadedBytes < event.totalBytes);
  const share = event && event.totalBytes > 0 ? Math.min(1, event.loadedBytes / event.totalBytes) : undefined;
  return html`<section class="panel load" part="load-panel" aria-label=${phase}>
    <header>
      <h2>${phase}</h2>
      <p class="model-name">${model.label}</p>
    </header>
    ${leaps(share, phase)}
    <p class="load-figures" part="load-figures">
      ${event ? figures(event, paused || silent, strings) : html`<span>&nbsp;</span>`}
      ${fetches && (silent || isOffline()) ? html`<span role="status">${isOffline() ? strings.offline : strings.serverSilent}</span>` : nothing}
    </p>
    <div class="row">
      <p class="steps">
        ${progress?.phases.slice(0, -1).map((done) => html`<span>${strings.phasesDone(strings.phases[done])}</span>`)}
      </p>
      <div class="buttons">
        ${
          event?.phase === "download" && event.loadedBytes < event.totalBytes
            ? html`<button class="button" type="button" data-action="pause-load" @click=${() => actions.pause(!paused)}>
                ${paused ? strings.resume : strings.pause}
              </button>`
            : nothing
        }
        <button class="button" type="button" data-action="cancel-load" @click=${actions.cancel}>
          ${strings.cancel}
        </button>
      </div>
    </div>
  </section>`;
}

function figures(event: ProgressEvent, still: boolean, strings: ChatStrings): TemplateResult {
  const { locale } = strings;
  if (event.totalBytes <= 0) return html`<span dir="ltr">${event.phase === "download" ? event.detail : nothing}</span>`;
  const loaded = formatBytes(event.loadedBytes, locale);
  const total = formatBytes(event.totalBytes, locale);
  const left = event.secondsLeft;
  return html`<span>${strings.bytesOf(loaded, total)}</span>
    ${event.bytesPerSecond > 0 && !still ? html`<span>${formatSpeed(event.bytesPerSecond, locale)}</span>` : nothing}
    ${
      !still && left !== undefined && Number.isFinite(left) && event.loadedBytes < event.totalBytes
        ? html`<span>${strings.timeLeft(formatSeconds(left, locale))}</span>`
        : nothing
    }`;
}

const leapCount = 12;
const leapPath = "M3 25" + ` q 14.6 -40 29.25 0`.repeat(leapCount);

/** `share` in 0..1, or undefined while nothing is known. */
function leaps(share: number | undefined, label: string): TemplateResult {
  const percent = Math.round((share ?? 0) * 1000) / 10;
  return html`<div
    class="leaps ${share === undefined ? "unknown" : ""}"
    role="progressbar"
    aria-label=${label}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${share === undefined ? nothing : Math.floor(percent)}
  >
    <svg viewBox="0 0 357 30" aria-hidden="true" focusable="false">
      ${svg`<path class="leaps-track" d=${leapPath} pathLength="100"/>
        <path class="leaps-done" d=${leapPath} pathLength="100" stroke-dasharray=${`${percent} 200`}/>`}
    </svg>
  </div>`;
}

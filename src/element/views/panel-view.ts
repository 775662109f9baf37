// What the chat waits for or has met, below the conversation: a load, a choice of weights, a licence, a failure, or the
// press that loads a model whose conversation is there already.

import { html, nothing, type TemplateResult } from "lit";
import { adviceFor } from "../error-advice.ts";
import { askingPart } from "../late-part.ts";
import type { LicenseParagraph } from "../license-text.ts";
import type { ChatSession } from "../session/chat-session.ts";
import type { ChatStrings } from "../languages/en.ts";
import { loadView } from "./load-view.ts";
import { loadCard } from "./start-view.ts";

export interface StandInModel {
  session: ChatSession;
  strings: ChatStrings;
  /** Fetches the part that is missing. */
  fetchPart(): void;
}

export interface PanelModel extends StandInModel {
  modelLabel: string;
  /** Undefined while it is fetched, null where it could not be. */
  licenseText: readonly LicenseParagraph[] | undefined | null;
}

/** `useToken`: the person gave a token of the hub; a load that follows has to use it. */
export function panelView(model: PanelModel, useToken: (token: string) => void): TemplateResult | typeof nothing {
  const { session, modelLabel, strings } = model;
  const { state } = session;
  switch (state.name) {
    case "empty":
      return session.turns.length > 0 ? html`<p class="notice" part="notice">${strings.noModelYet}</p>` : nothing;
    case "idle":
      return session.turns.length > 0 ? loadCard({ modelLabel, strings }, () => void session.retry()) : nothing;
    case "inspecting":
    case "loading": {
      if (state.name === "inspecting" && state.behind) return waitView(session, strings);
      const progress = state.name === "loading" ? state.progress : undefined;
      return loadView(
        { label: modelLabel, progress, silent: state.name === "inspecting" ? state.silent : progress?.silent, strings },
        { pause: (paused) => session.pauseLoad(paused), cancel: () => session.cancelLoad() },
      );
    }
    case "weights":
    case "license":
    case "elsewhere":
    case "failed":
      return askingPart.current?.askingPanel(model, state, useToken) ?? standIn(model);
    default:
      return nothing;
  }
}

/** The previous model is still giving an answer, perhaps in another conversation. */
function waitView(session: ChatSession, strings: ChatStrings): TemplateResult {
  return html`<div class="notice" part="notice">
    <p role="status">${strings.modelWaits}</p>
    <button class="button" type="button" data-action="stop-answers" @click=${() => session.stopAll()}>
      ${strings.stopAnswers}
    </button>
  </div>`;
}

/** In place of a panel whose part did not arrive: what failed, and how to go on. */
export function standIn({ session, fetchPart, strings }: StandInModel): TemplateResult | typeof nothing {
  if (!askingPart.isMissing) return nothing; // it is on its way
  const { state } = session;
  const failed = state.name === "failed";
  const { title, text } = failed ? adviceFor(state.error, { strings }) : strings.failures.partMissing;
  return html`<section class="panel problem" part="error">
    <h2>${title}</h2>
    <p role="alert">${text}</p>
    <button
      class="button primary"
      type="button"
      data-action="retry"
      @click=${failed ? () => void session.retry() : fetchPart}
    >
      ${strings.retry}
    </button>
  </section>`;
}

// What the chat waits for or has met, below the conversation: a load, a choice of weights, a licence, a failure, or the
// press that loads a model whose conversation is there already.

import { html, nothing, type TemplateResult } from "lit";
import type { LicenseParagraph } from "../license-text.ts";
import type { ChatSession } from "../session/chat-session.ts";
import type { ChatStrings } from "../languages/en.ts";
import { errorView } from "./error-view.ts";
import { licenseView } from "./license-view.ts";
import { loadView } from "./load-view.ts";
import { loadCard } from "./start-view.ts";
import { weightsView } from "./weights-view.ts";

export interface PanelModel {
  session: ChatSession;
  modelLabel: string;
  /** Undefined while it is fetched, null where it could not be. */
  licenseText: readonly LicenseParagraph[] | undefined | null;
  strings: ChatStrings;
}

/** `useToken`: the person gave a token of the hub; a load that follows has to use it. */
export function panelView(
  { session, modelLabel, licenseText, strings }: PanelModel,
  useToken: (token: string) => void,
): TemplateResult | typeof nothing {
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
        { label: modelLabel, progress, strings },
        { pause: (paused) => session.pauseLoad(paused), cancel: () => session.cancelLoad() },
      );
    }
    case "weights":
      return weightsView(
        { ...state.summary, strings },
        { choose: (weights) => session.chooseWeights(weights), cancel: () => session.cancelLoad() },
      );
    case "license":
      return licenseView(
        { label: state.summary.label, evidence: state.summary.licenseEvidence, text: licenseText, strings },
        { accept: () => session.acceptLicense(), decline: () => session.declineLicense() },
      );
    case "failed":
      return errorView(
        { error: state.error, stored: state.stored, strings },
        {
          retry: () => void session.retry(),
          useToken,
          takeSetup: (setup) => void session.takeSetup(setup),
          runWithoutStore: () => void session.runWithoutStore(),
          makeRoom: (model) => void session.makeRoom(model),
        },
      );
    default:
      return nothing;
  }
}

/** The model before is still giving an answer, perhaps in another conversation. */
function waitView(session: ChatSession, strings: ChatStrings): TemplateResult {
  return html`<div class="notice" part="notice">
    <p role="status">${strings.modelWaits}</p>
    <button class="button" type="button" data-action="stop-answers" @click=${() => session.stopAll()}>
      ${strings.stopAnswers}
    </button>
  </div>`;
}

// What most visits do without, in one part that comes on demand: the panels that ask the person something before a load goes
// on (weights, licence) or after it has failed, the details of an error, and the text that a model without dialogue
// continues. panel-view.ts says what stands there until it has come.

import type { TemplateResult } from "lit";
import type { ChatSession } from "../session/chat-session.ts";
import type { SessionState } from "../session/session-state.ts";
import { elsewhereView } from "./elsewhere-view.ts";
import { errorView } from "./error-view.ts";
import { licenseView } from "./license-view.ts";
import type { PanelModel } from "./panel-view.ts";
import { weightsView } from "./weights-view.ts";

export { llama2LicenseText } from "../license-text.ts";
export { continuePanel } from "./continue-view.ts";
export { errorDetails } from "./error-view.ts";
export { askingStyles } from "../styles/asking-styles.ts";

/** The states in which nothing goes on until the person has decided. */
export type AskingState = Extract<SessionState, { name: "weights" | "license" | "elsewhere" | "failed" }>;

export function askingPanel(
  { session, licenseText, strings }: PanelModel,
  state: AskingState,
  useToken: (token: string) => void,
): TemplateResult {
  switch (state.name) {
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
    case "elsewhere":
      return elsewhereView({ ...state, strings }, (agreed) => session.answerElsewhere(agreed));
    case "failed":
      return errorView({ error: state.error, stored: state.stored, strings }, errorActions(session, useToken));
  }
}

const errorActions = (session: ChatSession, useToken: (token: string) => void) => ({
  retry: () => void session.retry(),
  useToken,
  takeSetup: (setup: Parameters<ChatSession["takeSetup"]>[0]) => void session.takeSetup(setup),
  runWithoutStore: () => void session.runWithoutStore(),
  makeRoom: (model: Parameters<ChatSession["makeRoom"]>[0]) => void session.makeRoom(model),
});

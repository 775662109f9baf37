// The whole chat as one template: the conversation or what stands in its place, the panel below it, and the dock with the
// composer. It decides which view is shown in which state; the element does what is asked.

import { html, nothing, type TemplateResult } from "lit";
import type { Attaching } from "../attaching.ts";
import type { CopyOutcome } from "../copy-feedback.ts";
import { downIcon } from "../icons.ts";
import { askingPart } from "../late-part.ts";
import type { Restorable } from "../session/conversation.ts";
import { type Draft, isEditing } from "../session/draft.ts";
import type { SessionState } from "../session/session-state.ts";
import type { StickToEnd } from "../stick-to-end.ts";
import { directionOf } from "../languages/speech.ts";
import type { UndoOffer } from "../undo-offer.ts";
import { type ComposerActions, composerView } from "./composer-view.ts";
import { elsewhereLine } from "./elsewhere-line.ts";
import { footnoteView } from "./footnote-view.ts";
import type { PanelName } from "./panel-model.ts";
import { panelView, type PanelModel, standIn } from "./panel-view.ts";
import { startView } from "./start-view.ts";
import type { TranscriptActions } from "./transcript-actions.ts";
import { transcriptView } from "./transcript-view.ts";
import { undoView } from "./undo-view.ts";
import { warningsView } from "./warnings-view.ts";

export interface ChatModel extends PanelModel {
  draft: Draft;
  /** How many of the oldest turns are not drawn. */
  hidden: number;
  starters: readonly string[];
  outcomeOf(text: string): CopyOutcome | undefined;
  /** For screen readers. */
  announcement: string;
  undo: UndoOffer;
  attaching: Attaching;
  stick: StickToEnd;
}

export interface ChatActions extends ComposerActions, TranscriptActions {
  load(): void;
  ask(text: string): void;
  offer(restorable: Restorable): void;
  useToken(token: string): void;
  focusDraft(): void;
  key(event: KeyboardEvent): void;
  openPanel(name: PanelName): void;
}

export function chatView(model: ChatModel, actions: ChatActions): TemplateResult {
  const { session, undo, stick, strings } = model;
  const { state } = session;
  const writing = session.mode === "continue";
  return html`<div
    class="chat"
    part="chat"
    role="group"
    lang=${strings.locale}
    dir=${directionOf(strings.locale)}
    aria-label=${strings.chatLabel}
    @keydown=${actions.key}
  >
    <div class="scroller" tabindex="0" role="group" aria-label=${strings.transcriptLabel} @scroll=${stick.scrolled}>
      <div class="column ${session.turns.length === 0 ? "fresh" : ""}">
        ${warningsView(session.info, strings)}
        ${
          writing
            ? (askingPart.current?.continuePanel(session, strings, actions) ?? standIn(model))
            : conversationView(model, actions)
        }
        ${panelView(model, actions.useToken)}
      </div>
    </div>
    <div class="dock">
      ${
        stick.following || session.turns.length === 0
          ? nothing
          : html`<button class="to-end" type="button" title=${strings.scrollToEnd} @click=${stick.follow}>
              ${downIcon}<span class="visually-hidden">${strings.scrollToEnd}</span>
            </button>`
      }
      ${elsewhereLine(session.info, strings)}
      ${session.recovering ? html`<p class="recovering" part="recovering" role="status">${strings.recovering}</p>` : nothing}
      ${
        session.loadsAnew && state.name === "ready"
          ? html`<p class="loads-anew" part="notice">
              <span role="status">${strings.loadsAnew}</span>
              <button class="button" type="button" data-action="load-anew" @click=${actions.load}>
                ${strings.loadNow}
              </button>
            </p>`
          : nothing
      }
      ${undoView(undo, strings, actions.focusDraft)}
      ${writing || isAsking(state) ? nothing : dockedComposer(model, actions)}
      <slot name="footer"></slot>
      ${footnoteView(session, strings, actions.openPanel)}
    </div>
    <p class="visually-hidden" aria-live="polite" data-live>${model.announcement}</p>
    ${model.attaching.dropView()}
  </div>`;
}

/** Nothing goes on before the person has decided. */
const isAsking = ({ name }: SessionState): boolean => name === "license" || name === "weights" || name === "elsewhere";

function conversationView(model: ChatModel, actions: ChatActions): TemplateResult | typeof nothing {
  const { session, modelLabel, hidden, outcomeOf, attaching, strings } = model;
  const { state, turns, busy } = session;
  if (turns.length > 0)
    return transcriptView(
      { turns, tree: session.tree, hidden, answering: busy, queued: session.queued, outcomeOf, attaching, strings },
      actions,
    );
  if (isAsking(state) || state.name === "failed") return nothing;
  return startView(
    {
      // A download takes their room: a phone would not show both at once.
      starters: state.name === "loading" ? [] : model.starters,
      loadable: state.name === "idle",
      stays: !session.info?.endpoint,
      modelLabel,
      strings,
    },
    { load: () => actions.load(), start: (text) => (actions.ask(text), actions.focusDraft()) },
  );
}

function dockedComposer({ session, draft, attaching, strings }: ChatModel, actions: ChatActions): TemplateResult {
  const { state, turns, busy: answering } = session;
  const waiting = state.name === "inspecting" || state.name === "loading";
  const queued = waiting && turns.at(-1)?.role === "user"; // it is answered once the model is there
  const blocked = queued || state.name === "failed" || state.name === "empty";
  const [started, editing] = [turns.length > 0, isEditing(draft)];
  return composerView(
    {
      draft,
      attachments: attaching.draftView(),
      held: attaching.holdsDraft,
      started,
      answering,
      blocked,
      editing,
      strings,
    },
    actions,
  );
}

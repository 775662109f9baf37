// For pretrained models without dialogue: one text area whose text the model continues, with undo of the last piece.

import { html, nothing, type TemplateResult } from "lit";
import { isComposingKey } from "../composing-key.ts";
import { adviceFor } from "../error-advice.ts";
import type { ChatSession } from "../session/chat-session.ts";
import type { Restorable } from "../session/conversation.ts";
import type { Continuation } from "../session/session-state.ts";
import type { ChatStrings } from "../languages/en.ts";
import { errorDetails, type SetupActions } from "./error-view.ts";
import { figuresView } from "./figures-view.ts";

interface ContinueModel {
  continuation: Continuation;
  answering: boolean;
  /** It waits for what is written in another conversation. */
  queued: boolean;
  strings: ChatStrings;
}

interface ContinueActions extends SetupActions {
  write(text: string): void;
  goOn(): void;
  stop(): void;
  undo(): void;
}

/** The view of a session whose model only continues text. */
export function continuePanel(
  session: ChatSession,
  strings: ChatStrings,
  { stop, offer }: { stop(): void; offer(restorable: Restorable): void },
): TemplateResult {
  const { continuation } = session;
  const replace = (text: string) => session.continueFrom({ text, contextFull: false });
  return continueView(
    { continuation, answering: session.busy, queued: session.queued, strings },
    {
      write: replace,
      goOn: () => void session.continueText(session.continuation.text),
      stop,
      takeSetup: (setup) => void session.takeSetup(setup),
      undo: () => {
        const before = session.continuation;
        replace(before.text.slice(0, before.addedFrom));
        offer({ text: strings.pieceDropped, conversation: { continuation: before } });
      },
    },
  );
}

function continueView(model: ContinueModel, actions: ContinueActions): TemplateResult {
  const { continuation, answering, queued, strings } = model;
  const onInput = (event: Event) => actions.write((event.target as HTMLTextAreaElement).value);
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || answering || isComposingKey(event)) return;
    event.preventDefault();
    actions.goOn();
  };
  const undoable = continuation.addedFrom !== undefined && !answering;
  return html`<section class="continue" part="continue">
    <header>
      <h2>${strings.continueTitle}</h2>
      <p>${strings.continueIntro}</p>
    </header>
    <textarea
      id="draft"
      part="input"
      dir="auto"
      aria-label=${strings.continueLabel}
      aria-busy=${answering ? "true" : "false"}
      placeholder=${strings.continuePlaceholder}
      ?readonly=${answering}
      .value=${continuation.text}
      @input=${onInput}
      @keydown=${onKey}
    ></textarea>
    ${queued ? html`<p class="queued" role="status">${strings.queued}</p>` : nothing}
    ${continuation.error ? errorNote(continuation.error, model, actions) : nothing}
    ${continuation.contextFull ? html`<p class="notice">${strings.contextFull}</p>` : nothing}
    <div class="row">
      <span class="answer-footer"
        ><span class="ai-label">${strings.aiNote}</span> ${figuresView(continuation.usage, strings)}</span
      >
      <span class="buttons">
        <button class="button" type="button" data-action="undo" ?disabled=${!undoable} @click=${actions.undo}>
          ${strings.undo}
        </button>
        ${
          answering
            ? html`<button class="button primary" part="stop" type="button" data-action="stop" @click=${actions.stop}>
                ${strings.stop}
              </button>`
            : html`<button
                class="button primary"
                part="send"
                type="button"
                data-action="continue"
                @click=${actions.goOn}
              >
                ${strings.continueButton}
              </button>`
        }
      </span>
    </div>
  </section>`;
}

function errorNote(error: Error, { answering, strings }: ContinueModel, actions: ContinueActions): TemplateResult {
  const advice = adviceFor(error, { strings });
  return html`<div class="notice problem" part="error">
    <p role="alert"><strong>${strings.sentence(advice.title)}</strong> ${advice.text}</p>
    ${errorDetails(error, !answering, strings, actions)}
  </div>`;
}

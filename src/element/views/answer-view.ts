// One answer: its Markdown, what went wrong if something did, the AI label, and discreet actions and figures below.

import { html, nothing, type TemplateResult } from "lit";
import type { CopyOutcome } from "../copy-feedback.ts";
import { adviceFor } from "../error-advice.ts";
import { againIcon, checkIcon, copyIcon, deleteIcon, goOnIcon, quoteIcon } from "../icons.ts";
import { askingPart } from "../late-part.ts";
import { markdownView } from "../markdown/streamed-markdown.ts";
import { selectedIn } from "../quotation.ts";
import { partThought } from "../session/thought.ts";
import { type AnswerTurn, isCut } from "../session/turn.ts";
import type { TurnTree } from "../session/turn-tree.ts";
import type { ChatStrings } from "../languages/en.ts";
import { branchView } from "./branch-view.ts";
import { figuresView } from "./figures-view.ts";
import { quietButton } from "./quiet-button.ts";
import { thoughtView } from "./thought-view.ts";
import type { TranscriptActions } from "./transcript-actions.ts";

export interface AnswerModel {
  tree: TurnTree;
  last: boolean;
  answering: boolean;
  /** If it is the last, it waits for one in another conversation. */
  queued: boolean;
  outcomeOf(text: string): CopyOutcome | undefined;
  strings: ChatStrings;
}

export function answerView(turn: AnswerTurn, model: AnswerModel, actions: TranscriptActions): TemplateResult {
  const { strings } = model;
  const running = turn.status === "waiting" || turn.status === "streaming";
  const parted = partThought(turn.text);
  const silent = running && parted.words === "" && parted.thought === undefined;
  return html`<article
    class="answer ${running ? "running" : ""}"
    part="message answer"
    aria-label=${strings.answerLabel}
    @click=${(event: Event) => copyCodeBlock(event, actions)}
  >
    ${silent && model.last && model.queued ? html`<p class="queued" role="status">${strings.queued}</p>` : nothing}
    ${silent ? html`<p class="waiting" role="img" aria-label=${strings.thinking}><i></i><i></i><i></i></p>` : nothing}
    ${thoughtView(parted, { running, elapsedMs: turn.thoughtMs }, strings)}
    ${markdownView({ text: parted.words, finished: !running, labels: strings })}
    ${turn.error ? errorNote(turn.error, model, actions) : nothing}
    ${running || (turn.error && !turn.text) ? nothing : footer(turn, parted.words, model, actions)}
  </article>`;
}

function errorNote(
  error: Error,
  { last, answering, strings }: AnswerModel,
  actions: TranscriptActions,
): TemplateResult {
  const advice = adviceFor(error, { strings });
  return html`<div class="notice problem" part="error">
    <p role="alert"><strong>${strings.sentence(advice.title)}</strong> ${advice.text}</p>
    ${askingPart.current?.errorDetails(error, last && !answering, strings, actions)}
    ${
      advice.retry && last && !answering
        ? html`<button class="button" type="button" data-action="answer-again" @click=${() => actions.regenerate()}>
            ${againIcon}${strings.regenerate}
          </button>`
        : nothing
    }
  </div>`;
}

function footer(turn: AnswerTurn, words: string, model: AnswerModel, actions: TranscriptActions): TemplateResult {
  const { strings } = model;
  const outcome = model.outcomeOf(words);
  const ending = endingOf(turn, strings);
  return html`<footer class="answer-footer" part="answer-footer">
    <span class="answer-facts">
      ${turn.text ? html`<span class="ai-label" part="ai-label">${strings.aiNote}</span>` : nothing}
      ${ending ? html`<span>${ending}</span>` : nothing} ${figuresView(turn.usage, strings)}
    </span>
    <span class="actions">
      ${outcome ? html`<span class="copy-outcome">${strings[outcome]}</span>` : nothing}
      ${branchView(turn, model, actions)}
      ${words ? quietButton("copy", strings.copy, outcome === "copied" ? checkIcon : copyIcon, () => actions.copy(words)) : nothing}
      ${words ? quietButton("quote", strings.quote, quoteIcon, (event) => actions.quote(quotedFrom(event, words))) : nothing}
      ${
        model.answering
          ? nothing
          : html`${model.last && isCut(turn) ? quietButton("go-on", strings.goOn, goOnIcon, () => actions.goOn(turn)) : nothing}
            ${quietButton("regenerate", strings.regenerate, againIcon, () => actions.regenerate(turn))}
            ${quietButton("delete-turn", strings.deleteTurn, deleteIcon, () => actions.delete(turn))}`
      }
    </span>
  </footer>`;
}

function quotedFrom(press: Event, words: string): string {
  const answer = (press.target as Element).closest(".answer");
  return (answer && selectedIn(answer)) || words;
}

function endingOf(turn: AnswerTurn, strings: ChatStrings): string | undefined {
  if (turn.status === "stopped") return strings.stopped;
  if (turn.contextFull) return strings.contextFull;
  return turn.lengthReached ? strings.lengthReached : undefined;
}

/** Buttons inside rendered Markdown are plain nodes, so one listener on the answer serves them all. */
function copyCodeBlock(event: Event, { copy }: TranscriptActions): void {
  const button = (event.target as Element).closest(".copy-code");
  const code = button?.parentElement?.querySelector("code")?.textContent;
  if (button && code) copy(code, button);
}

// Where the person writes. Enter sends, Shift+Enter breaks the line, Escape stops a running answer; a word that is
// still being composed by an input method is never sent.

import { html, nothing, type TemplateResult } from "lit";
import { isComposingKey } from "../composing-key.ts";
import { attachIcon, newChatIcon, sendIcon, stopIcon } from "../icons.ts";
import type { ChatStrings } from "../languages/en.ts";
import { isEmptyMessage } from "../session/attachment.ts";
import type { Draft } from "../session/draft.ts";

export interface ComposerModel {
  draft: Draft;
  /** Chips of what is attached, and what is said of it. */
  attachments: TemplateResult | typeof nothing;
  /** What is attached is more than the model's context takes, or not read yet. */
  held: boolean;
  /** There is a conversation, which a new one can replace. */
  started: boolean;
  answering: boolean;
  /** Sending is impossible now (no model, licence undecided, load failed). */
  blocked: boolean;
  editing: boolean;
  strings: ChatStrings;
}

export interface ComposerActions {
  write(text: string): void;
  send(): void;
  stop(): void;
  cancelEdit(): void;
  newChat(): void;
  attach(files: readonly File[]): void;
  paste(event: ClipboardEvent): void;
}

export function composerView(model: ComposerModel, actions: ComposerActions): TemplateResult {
  const { newChat } = model.strings;
  return html`<div class="composer-row">
    ${
      model.started
        ? html`<button
            class="round outline"
            part="new-chat"
            type="button"
            data-action="new-chat"
            title=${newChat}
            @click=${actions.newChat}
          >
            ${newChatIcon}<span class="visually-hidden">${newChat}</span>
          </button>`
        : nothing
    }
    ${form(model, actions)}
  </div>`;
}

function form(model: ComposerModel, actions: ComposerActions): TemplateResult {
  const { strings, answering, draft } = model;
  const blocked = model.blocked || model.held;
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || isComposingKey(event)) return;
    event.preventDefault();
    if (!answering && !blocked) actions.send();
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    actions.send();
  };
  const onInput = (event: Event) => actions.write((event.target as HTMLTextAreaElement).value);
  return html`<form class="composer" part="composer" @submit=${onSubmit}>
    ${
      model.editing
        ? html`<p class="editing">
            ${strings.editing}
            <button class="link" type="button" @click=${actions.cancelEdit}>${strings.cancelEdit}</button>
          </p>`
        : nothing
    }
    ${model.attachments}
    <div class="field" part="field">
      ${attachButton(strings, actions)}
      <textarea
        id="draft"
        part="input"
        rows="1"
        dir="auto"
        enterkeyhint="send"
        autocomplete="off"
        aria-label=${strings.composerLabel}
        placeholder=${strings.placeholder}
        .value=${draft.text}
        @input=${onInput}
        @keydown=${onKey}
        @paste=${actions.paste}
      ></textarea>
      ${
        answering
          ? html`<button
              class="round"
              part="stop"
              type="button"
              data-action="stop"
              title=${strings.stop}
              @click=${actions.stop}
            >
              ${stopIcon}<span class="visually-hidden">${strings.stop}</span>
            </button>`
          : html`<button
              class="round"
              part="send"
              type="submit"
              data-action="send"
              title=${strings.send}
              ?disabled=${blocked || isEmptyMessage(draft)}
            >
              ${sendIcon}<span class="visually-hidden">${strings.send}</span>
            </button>`
      }
    </div>
  </form>`;
}

function attachButton(strings: ChatStrings, { attach }: ComposerActions): TemplateResult {
  const { attach: words } = strings.attachments;
  const choose = (event: Event) => (event.currentTarget as Element).parentNode?.querySelector("input")?.click();
  const onChange = (event: Event) => {
    const input = event.target as HTMLInputElement;
    attach([...(input.files ?? [])]);
    input.value = ""; // the same one may be chosen again
  };
  return html`<button
      class="round plain"
      part="attach"
      type="button"
      data-action="attach"
      title=${words}
      @click=${choose}
    >
      ${attachIcon}<span class="visually-hidden">${words}</span></button
    ><input type="file" multiple hidden @change=${onChange} />`;
}

/** Grows the field with its text where `field-sizing` is unknown. */
export function growField(root: ParentNode): void {
  const field = root.querySelector<HTMLTextAreaElement>(".field textarea");
  if (!field || CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

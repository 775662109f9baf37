// One line of the list of conversations: its name, which opens it, and a menu of what else can be done with it.

import { html, type TemplateResult } from "lit";
import type { ConversationHead } from "../src/element/index.ts";
import { pageStrings as strings } from "./page-words.ts";

export interface ItemActions {
  open(): void;
  pin(): void;
  beginRename(): void;
  /** Undefined where the person thought better of it. */
  rename(title: string | undefined): void;
  copy(): void;
  save(form: "md" | "json"): void;
  delete(): void;
}

export function conversationItem(
  head: ConversationHead,
  { current, renaming, answering }: { current: boolean; renaming: boolean; answering: boolean },
  actions: ItemActions,
): TemplateResult {
  return html`<li class="conversation-item ${current ? "current" : ""}" data-conversation=${head.id}>
    ${renaming ? titleField(head, actions) : titleButton(head, { current, answering }, actions)} ${menu(head, actions)}
  </li>`;
}

function titleButton(
  { title, pinned }: ConversationHead,
  { current, answering }: { current: boolean; answering: boolean },
  { open }: ItemActions,
): TemplateResult {
  return html`<button
    class="conversation-title"
    type="button"
    data-action="open-conversation"
    aria-current=${current ? "true" : "false"}
    @click=${open}
  >
    ${
      pinned
        ? html`<svg class="pin" viewBox="0 0 24 24" role="img" aria-label=${strings.pin}>
            <path d="M9 4h6l-.8 6 3.300 3.500h-11L9.800 10zM12 13.500V20" />
          </svg>`
        : ""
    }<span dir="auto">${title || strings.newChat}</span>
    ${answering ? html`<span class="being-answered" role="img" aria-label=${strings.beingAnswered} title=${strings.beingAnswered}></span>` : ""}
  </button>`;
}

function titleField({ title }: ConversationHead, { rename }: ItemActions): TemplateResult {
  let done = false;
  const end = (text: string | undefined) => {
    if (done) return;
    done = true;
    rename(text);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.isComposing) end((event.target as HTMLInputElement).value);
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end(undefined);
  };
  return html`<input
    class="conversation-title-field"
    dir="auto"
    aria-label=${strings.newTitle}
    .value=${title}
    @keydown=${onKey}
    @blur=${(event: Event) => end((event.target as HTMLInputElement).value)}
  />`;
}

function menu({ title, pinned }: ConversationHead, actions: ItemActions): TemplateResult {
  const entry = (action: string, words: string, act: () => void) =>
    html`<button type="button" data-action=${action} @click=${(event: Event) => press(event, act)}>${words}</button>`;
  return html`<details class="conversation-menu" @focusout=${closeBehindFocus}>
    <summary aria-label=${strings.more(title)} title=${strings.more(title)}>
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 12h.01M12 12h.01M18 12h.01" /></svg>
    </summary>
    <div class="conversation-actions">
      ${entry("pin", pinned ? strings.unpin : strings.pin, actions.pin)}
      ${entry("rename", strings.rename, actions.beginRename)}
      ${entry("copy-conversation", strings.copyConversation, actions.copy)}
      ${entry("save-markdown", strings.saveMarkdown, () => actions.save("md"))}
      ${entry("save-json", strings.saveJson, () => actions.save("json"))}
      ${entry("delete-conversation", strings.remove, actions.delete)}
    </div>
  </details>`;
}

function press(event: Event, act: () => void): void {
  (event.target as Element).closest("details")!.open = false;
  act();
}

function closeBehindFocus(event: FocusEvent): void {
  const menuOpen = event.currentTarget as HTMLDetailsElement;
  if (event.relatedTarget && !menuOpen.contains(event.relatedTarget as Node)) menuOpen.open = false;
}

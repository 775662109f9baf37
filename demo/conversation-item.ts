// One line of the list of conversations: its name, which opens it, and a menu of what else can be done with it.

import { html, type TemplateResult } from "lit";
import type { ConversationHead } from "../src/element/index.ts";
import { moreMenu } from "./more-menu.ts";
import { pageStrings as strings } from "./page-words.ts";

export interface ItemActions {
  open(): void;
  pin(): void;
  beginRename(): void;
  /** Undefined if the person thought better of it. */
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

const menu = ({ title, pinned }: ConversationHead, actions: ItemActions): TemplateResult =>
  moreMenu("conversation", title, [
    { action: "pin", words: pinned ? strings.unpin : strings.pin, act: actions.pin },
    { action: "rename", words: strings.rename, act: actions.beginRename },
    { action: "copy-conversation", words: strings.copyConversation, act: actions.copy },
    { action: "save-markdown", words: strings.saveMarkdown, act: () => actions.save("md") },
    { action: "save-json", words: strings.saveJson, act: () => actions.save("json") },
    { action: "delete-conversation", words: strings.remove, act: actions.delete },
  ]);

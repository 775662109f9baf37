// The element's public entry: importing it registers <pronk-chat> once. pronk-chat.ts has the class alone.

import { onDemand } from "../on-demand.ts";
import type { ConversationHead, ConversationList } from "./conversation-list.ts";
import type { PronkChatEvents } from "./attributes.ts";
import { PronkChat } from "./pronk-chat.ts";

const conversationListPart = onDemand("lists conversations", () => import("./conversation-list.ts"));

if (!customElements.get("pronk-chat")) customElements.define("pronk-chat", PronkChat);

declare global {
  interface HTMLElementTagNameMap {
    "pronk-chat": PronkChat;
  }
  interface HTMLElementEventMap extends PronkChatEvents {}
}

export type { EndedAnswer, PronkChatAttributes, PronkChatEvents, PronkChatProperties } from "./attributes.ts";
/** What is kept under a `persist` name with `keep-all`; undefined where the browser gives no database. */
export const openConversationList = async (place: string): Promise<ConversationList | undefined> =>
  (await conversationListPart()).ConversationList.open(place);

export { adviceFor } from "./error-advice.ts";
export type { Advice } from "./advice.ts";
export { formatBytes, formatCount, formatParameters, formatSeconds, formatSpeed } from "./quantity.ts";
export type { Shortcut } from "./shortcut.ts";
export type { ChatEngine, EngineFactory } from "./session/engine-factory.ts";
export { acceptanceOf, llama2License } from "./session/license-acceptance.ts";
export type { ChatSettings } from "./session/chat-settings.ts";
export type { ConversationHead, ConversationList };
export type { Conversation, Restorable } from "./session/conversation.ts";
export type { SessionState } from "./session/session-state.ts";
export { english } from "./languages/en.ts";
export type { ChatStrings } from "./languages/en.ts";
export { finderOf } from "./word-search.ts";
export { type Undoable, UndoOffer } from "./undo-offer.ts";
export { undoView } from "./views/undo-view.ts";
export { PronkChat };

// The parts of the element and how they are tied together: each gets what it needs of the others and of the element, and
// nothing else. What a part does is said in its own file.

import type { ProgressEvent } from "../index.ts";
import { Attaching } from "./attaching.ts";
import { type Chat, chatActions } from "./chat-actions.ts";
import { ChatKeys } from "./chat-keys.ts";
import type { ChatProperties } from "./chat-properties.ts";
import { CopyFeedback } from "./copy-feedback.ts";
import { CurrentConversation } from "./current-conversation.ts";
import { DraftField } from "./draft-field.ts";
import { KeptCache } from "./kept-cache.ts";
import { OpenPanel } from "./open-panel.ts";
import { Rewriting } from "./rewriting.ts";
import { ChatSession } from "./session/chat-session.ts";
import type { ChatSettings } from "./session/chat-settings.ts";
import type { Conversation } from "./session/conversation.ts";
import type { Draft } from "./session/draft.ts";
import type { AnswerTurn } from "./session/turn.ts";
import { StateWatch } from "./state-watch.ts";
import { StickToEnd } from "./stick-to-end.ts";
import { UndoOffer } from "./undo-offer.ts";

/** The element, as its users know it. */
export interface ChatElement extends ChatProperties, Omit<Chat, "strings"> {
  readonly conversation: Conversation;
  settings: ChatSettings;
}

/** The parts of the element that its users do not see. */
export interface Inside {
  draft(): Draft;
  write(draft: Draft): void;
  announce(words: string): void;
  answered(turn: AnswerTurn): void;
  useToken(token: string): void;
  emit<Detail>(type: string, detail: Detail): void;
}

export type ChatParts = ReturnType<typeof makeParts>;

export function makeParts(chat: ChatElement, { draft, write, announce, answered, useToken, emit }: Inside) {
  const strings = () => chat.strings;
  const session = new ChatSession({
    changed: () => chat.requestUpdate(),
    progressed: (event) => emit<ProgressEvent>("pronk-progress", event),
    loaded: (engine) => cache.loaded(engine),
    answered: (turn) => {
      cache.answered(turn);
      answered(turn);
    },
    failed: (error) => emit("pronk-error", { error }),
  });
  const stick = new StickToEnd(chat, () => session.turns.length > 0);
  const field = new DraftField(chat);
  const undo = new UndoOffer(chat);
  const rewriting: Rewriting = new Rewriting(session, undo, {
    conversation: () => chat.conversation,
    strings,
    write,
    ask: (text, attachments) => chat.ask(text, attachments),
    giveWayTo: (conversation) => current.giveWayTo(conversation),
    follow: () => stick.follow(),
    focusDraft: (wanted) => field.focus(wanted),
    undoOnPage: (restorable) => emit("pronk-undo", restorable),
  });
  const copies = new CopyFeedback(chat, announce);
  const current: CurrentConversation = new CurrentConversation(chat, {
    session,
    undo,
    readDraft: draft,
    write,
    offer: (restorable) => rewriting.offer(restorable),
    changed: (id) => emit("pronk-conversation", { id }),
    answering: (ids) => emit("pronk-answering", { ids }),
  });
  const cache = new KeptCache(chat, {
    session,
    id: () => current.id,
    isAnswering: () => session.busy || current.answering.length > 0,
  });
  const panel = new OpenPanel(chat, {
    change: (settings) => (chat.settings = settings),
    changeSystem: (system) => (chat.system = system),
    loadAgain: () => void session.loadAgain(),
  });
  const attaching = new Attaching(chat, {
    ...{ session, strings, draft, write, announce, field, panel },
    offer: (restorable) => rewriting.offer(restorable),
  });
  const keys = new ChatKeys(chat, { session, rewriting, field, panel });
  const actions = chatActions({
    ...{ session, current, rewriting, copies, panel, attaching, keys, field, chat },
    write: (text) => write({ ...draft(), text }),
    useToken,
  });
  const states = new StateWatch(chat, session, (state) => {
    if (state === "answering") undo.begin();
    emit("pronk-state", { state, info: session.info });
  });
  return { session, stick, field, undo, rewriting, copies, current, panel, attaching, actions, states };
}

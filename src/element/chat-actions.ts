// What each button, field and key of the chat does, as the views call it. Nothing is decided here: an action names the part
// that knows it.

import type { Attaching } from "./attaching.ts";
import type { ChatKeys } from "./chat-keys.ts";
import type { CopyFeedback } from "./copy-feedback.ts";
import type { CurrentConversation } from "./current-conversation.ts";
import type { DraftField } from "./draft-field.ts";
import type { OpenPanel } from "./open-panel.ts";
import { quotation } from "./quotation.ts";
import type { Rewriting } from "./rewriting.ts";
import type { Attachment } from "./session/attachment.ts";
import type { ChatSession } from "./session/chat-session.ts";
import type { ChatStrings } from "./languages/en.ts";
import type { ChatActions } from "./views/chat-view.ts";

export interface ActionParts {
  session: ChatSession;
  current: CurrentConversation;
  rewriting: Rewriting;
  copies: CopyFeedback;
  panel: OpenPanel;
  attaching: Attaching;
  keys: ChatKeys;
  chat: Chat;
  field: DraftField;
  write(text: string): void;
  useToken(token: string): void;
}

/** The element's own methods. */
export interface Chat {
  readonly strings: ChatStrings;
  load(): Promise<boolean>;
  ask(text: string, attachments?: readonly Attachment[]): Promise<void>;
  stop(): void;
  newChat(): void;
}

export function chatActions(parts: ActionParts): ChatActions {
  const { session, current, rewriting, copies, panel, attaching, keys, chat, field, write, useToken } = parts;
  const stop = () => chat.stop();
  return {
    load: () => void chat.load(),
    ask: (text) => void chat.ask(text),
    write,
    send: () => rewriting.send(),
    stop,
    edit: (question) => rewriting.edit(question),
    cancelEdit: () => rewriting.endEdit(),
    regenerate: (answer) => void rewriting.regenerate(answer),
    quote: (text) => rewriting.append(quotation(text)),
    goOn: (answer) => void session.goOn(answer),
    drawMore: () => current.drawMore(),
    showBranch: (turn) => session.showBranch(turn),
    delete: (turn) => rewriting.delete(turn),
    newChat: () => chat.newChat(),
    copy: (text, plainButton) => void copies.copy(text, chat.strings, plainButton),
    offer: (restorable) => rewriting.offer(restorable),
    takeSetup: (setup) => void session.takeSetup(setup),
    useToken,
    focusDraft: () => field.focus(),
    key: keys.pressed,
    attach: (files) => void attaching.attach(files),
    paste: attaching.paste,
    openPanel: (name) => void panel.open(name),
  };
}

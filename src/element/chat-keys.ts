// What keys do in the chat, wherever in it the focus is. Those of the text field are composer-view.ts's.

import { isComposingKey } from "./composing-key.ts";

/** What is going on, and how it ends. */
export interface KeyTarget {
  busy: boolean;
  editing: boolean;
  stop(): void;
  endEdit(): void;
}

export function onChatKey(event: KeyboardEvent, { busy, editing, stop, endEdit }: KeyTarget): void {
  if (event.key !== "Escape" || isComposingKey(event)) return;
  if (busy) stop();
  else if (editing) endEdit();
  else return;
  event.stopPropagation();
}

// Keys: always in the chat, and on the rest of the page where it gives its own in `shortcuts`. A letter is pressed with two
// modifiers that no browser, system or screen reader that we know of uses together; `?` alone is a key only outside text
// fields. The text field's own keys are in composer-view.ts; the map of all of them is views/keys-view.ts.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { isComposingKey } from "./composing-key.ts";
import type { DraftField } from "./draft-field.ts";
import type { OpenPanel } from "./open-panel.ts";
import type { Rewriting } from "./rewriting.ts";
import type { ChatSession } from "./session/chat-session.ts";
import { isApple, letters, type Shortcut } from "./shortcut.ts";

/** The other parts of the element that it uses. */
export interface KeyParts {
  session: ChatSession;
  rewriting: Rewriting;
  field: DraftField;
  panel: OpenPanel;
}

export interface ChatKeysHost extends ReactiveControllerHost, Element {
  readonly shortcuts: readonly Shortcut[] | undefined;
  stop(): void;
  newChat(): void;
}

export class ChatKeys implements ReactiveController {
  readonly #host: ChatKeysHost;
  readonly #parts: KeyParts;

  constructor(host: ChatKeysHost, parts: KeyParts) {
    this.#host = host;
    this.#parts = parts;
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("keydown", this.#onPage);
  }

  hostDisconnected(): void {
    document.removeEventListener("keydown", this.#onPage);
  }

  /** In the chat. */
  readonly pressed = (event: KeyboardEvent): void => {
    if (this.#act(event, true)) event.stopPropagation();
  };

  /** Not in a dialog, nor in another chat. */
  readonly #onPage = (event: KeyboardEvent): void => {
    if (!this.#host.shortcuts || event.defaultPrevented) return;
    const isOthers = (node: EventTarget) =>
      node instanceof HTMLDialogElement || node instanceof (this.#host.constructor as typeof Element);
    if (!event.composedPath().some(isOthers)) this.#act(event, false);
  };

  /** Whether it did anything. */
  #act(event: KeyboardEvent, inside: boolean): boolean {
    if (isComposingKey(event) || event.repeat) return false;
    const action = this.#actionOf(event, inside);
    if (!action) return false;
    event.preventDefault();
    action();
    return true;
  }

  #actionOf(event: KeyboardEvent, inside: boolean): (() => void) | undefined {
    const { session, rewriting, field, panel } = this.#parts;
    const writing = isTextField(event.composedPath()[0]);
    if (event.key === "Escape") {
      if (session.busy && (inside || !writing)) return () => this.#host.stop();
      return inside && rewriting.isEditing ? () => rewriting.endEdit() : undefined;
    }
    const modified = hasModifiers(event);
    if (event.key === "?" && (modified || (!writing && !event.ctrlKey && !event.altKey && !event.metaKey)))
      return () => void panel.open("keys");
    if (!modified) return undefined;
    const letter = letterOf(event);
    if (letter === letters.newChat) return () => this.#host.newChat();
    if (letter === letters.editLast) return () => rewriting.editLast();
    if (letter === letters.focus) return () => field.focus(true);
    return this.#host.shortcuts?.find((shortcut) => shortcut.letter === letter)?.run;
  }
}

function hasModifiers(event: KeyboardEvent): boolean {
  const { altKey, ctrlKey, metaKey, shiftKey } = event;
  if (!shiftKey || metaKey || event.getModifierState("AltGraph")) return false;
  return isApple() ? ctrlKey && !altKey : altKey && !ctrlKey;
}

/** As it stands on the keyboard; where that has no Latin letters, by its place. */
const letterOf = ({ key, code }: KeyboardEvent): string | undefined =>
  /^[a-z]$/i.test(key) ? key.toUpperCase() : /^Key([A-Z])$/.exec(code)?.[1];

const isTextField = (target: EventTarget | undefined): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=file])"));

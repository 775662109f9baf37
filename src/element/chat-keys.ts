// Keys: in the chat always, and on the rest of its page where that has given its own in `shortcuts`. A letter is pressed with
// two modifiers with which no browser, system or screen reader that we know of does anything; `?` alone is a key outside text
// fields only. Those of the text field are composer-view.ts's; the map of all of them is views/keys-view.ts.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { isComposingKey } from "./composing-key.ts";

/** One of the page's own, pressed with the modifiers. */
export interface Shortcut {
  /** A to Z; N, E and C are the chat's. */
  letter: string;
  /** What it does, for the map. */
  words: string;
  run(): void;
}

export const letters = { newChat: "N", editLast: "E", focus: "C" } as const;

export interface KeyActions {
  busy(): boolean;
  editing(): boolean;
  stop(): void;
  endEdit(): void;
  newChat(): void;
  editLast(): void;
  focus(): void;
  openMap(): void;
}

export type ChatKeysHost = ReactiveControllerHost & Element & { readonly shortcuts: readonly Shortcut[] | undefined };

export class ChatKeys implements ReactiveController {
  readonly #host: ChatKeysHost;
  readonly #actions: KeyActions;

  constructor(host: ChatKeysHost, actions: KeyActions) {
    this.#host = host;
    this.#actions = actions;
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
    const { stop, endEdit, newChat, editLast, focus, openMap, busy, editing } = this.#actions;
    const writing = isTextField(event.composedPath()[0]);
    if (event.key === "Escape") {
      if (busy() && (inside || !writing)) return stop;
      return inside && editing() ? endEdit : undefined;
    }
    const modified = hasModifiers(event);
    if (event.key === "?" && (modified || (!writing && !event.ctrlKey && !event.altKey && !event.metaKey)))
      return openMap;
    if (!modified) return undefined;
    const letter = letterOf(event);
    if (letter === letters.newChat) return newChat;
    if (letter === letters.editLast) return editLast;
    if (letter === letters.focus) return focus;
    return this.#host.shortcuts?.find((shortcut) => shortcut.letter === letter)?.run;
  }
}

/** On Apple's keyboards Option types characters, and Control is free. */
export const isApple = (): boolean => /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

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

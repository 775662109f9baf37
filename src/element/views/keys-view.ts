// The map of keys: those of the chat, and the page's own.

import { html, type TemplateResult } from "lit";
import { isApple, letters, type Shortcut } from "../shortcut.ts";
import type { ChatStrings } from "../languages/en.ts";

export function keysView(shortcuts: readonly Shortcut[] | undefined, strings: ChatStrings): TemplateResult {
  const { keys: words } = strings;
  const { names } = words;
  const modified = (key: string) => [isApple() ? names.control : names.alt, names.shift, key];
  const rows: [words: string, ...chords: string[][]][] = [
    [words.send, [names.enter]],
    [words.newLine, [names.shift, names.enter]],
    [words.stop, [names.escape]],
    [words.editLast, modified(letters.editLast)],
    [words.focus, modified(letters.focus)],
    [words.removeAttachment, [names.delete]],
    [strings.newChat, modified(letters.newChat)],
    ...(shortcuts ?? []).map((own): [string, string[]] => [own.words, modified(own.letter)]),
    [words.map, ["?"], modified("?")],
  ];
  return html`<dl class="keys">
    ${rows.map(
      ([does, ...chords]) =>
        html`<div>
          <dt>${does}</dt>
          <dd dir="ltr">${chords.map((chord, at) => [at > 0 ? ` ${words.or} ` : "", chordView(chord)])}</dd>
        </div>`,
    )}
  </dl>`;
}

const chordView = (chord: readonly string[]) => chord.map((key, at) => [at > 0 ? " + " : "", html`<kbd>${key}</kbd>`]);

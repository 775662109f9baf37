// Models that were trained to think first write their thought between `<think>` and `</think>`, then their answer. Where the
// chat template has already written the opening mark, only the closing one comes. This parts the two; it draws nothing.

export interface ThoughtAndWords {
  /** Undefined where the model did not think, or has no mark for it. */
  thought: string | undefined;
  /** The closing mark is still to come. */
  thinks: boolean;
  /** The answer itself. */
  words: string;
}

const open = "<think>";
const close = "</think>";
/** A mark that nothing opened: at the end of a line, and not quoted. A sentence about the mark is not one. */
const closeAlone = /(?<![`"'])<\/think>[ \t]*(?:\r?\n|$)/;

export function partThought(text: string): ThoughtAndWords {
  const start = text.trimStart();
  if (!start.startsWith(open)) {
    if (start !== "" && open.startsWith(start)) return { thought: undefined, thinks: true, words: "" }; // half a mark
    const found = text.includes(close) ? closeAlone.exec(text) : null; // done for every answer in every frame
    if (!found || text.lastIndexOf(open, found.index) >= 0) return { thought: undefined, thinks: false, words: text };
    return parted(text.slice(0, found.index), text.slice(found.index + close.length));
  }
  const inside = start.slice(open.length);
  const end = inside.indexOf(close);
  if (end < 0) return { thought: inside.trim(), thinks: true, words: "" };
  return parted(inside.slice(0, end), inside.slice(end + close.length));
}

const parted = (thought: string, words: string): ThoughtAndWords => ({
  thought: thought.trim() || undefined, // some write the two marks and nothing in between
  thinks: false,
  words: words.trimStart(),
});

/** An answer's text with what was added, where thoughts come separately: they stand in it between their marks. */
export class ThoughtJoin {
  #isOpen = false;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  add(
    text: string,
    { content = "", reasoning_content: thought }: { content?: string; reasoning_content?: string },
  ): string {
    if (typeof thought === "string") {
      text += this.#isOpen ? thought : `${open}\n${thought}`;
      this.#isOpen = true;
    }
    if (!content) return text;
    if (this.#isOpen) text += `\n${close}\n\n`;
    this.#isOpen = false;
    return text + content;
  }
}

/** What a later question is told of an answer: its words. Thoughts are for this one answer, as those models expect. */
export const wordsOf = (text: string): string => partThought(text).words;

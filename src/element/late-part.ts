// Parts of the element fetched separately, when they are first wanted: the Markdown parser, which is more than half of
// it, colours for code, formulas, and most of the panels. Until one is there the page does without it: an
// answer is plain paragraphs, code is plain, a formula TeX as it was written. One that does not arrive is asked for again,
// now and then.

import { onDemand } from "../on-demand.ts";

const restMs = 5000; // between two tries: an answer that streams would try with every piece

export class LatePart<Part> {
  readonly #load: () => Promise<Part>;
  #part: Part | undefined;
  #nextTryMs = 0;
  #missing = false;

  /** As onDemand takes them. */
  constructor(what: string, load: () => Promise<Part>) {
    this.#load = onDemand(what, load);
  }

  /** Once it has arrived. */
  get current(): Part | undefined {
    return this.#part;
  }

  /** It was fetched, and did not arrive. */
  get isMissing(): boolean {
    return this.#missing;
  }

  /** True once it is there; false where it did not arrive, or was tried a moment ago and nobody asks for it `now`. */
  async fetch(now = false): Promise<boolean> {
    if (this.#part) return true;
    if (!now && performance.now() < this.#nextTryMs) return false;
    try {
      this.#part = await this.#load();
      this.#missing = false;
      return true;
    } catch {
      this.#missing = true;
      this.#nextTryMs = performance.now() + restMs;
      return false;
    }
  }
}

export const markdownPart = new LatePart("shows Markdown", () => import("./markdown/growing-document.ts"));
export const codePart = new LatePart("colours code", () => import("./markdown/code-colours.ts"));
export const formulaPart = new LatePart("shows formulas", () => import("./markdown/formula.ts"));
export const attachmentPart = new LatePart("attaches files", () => import("./attachments/attachment-desk.ts"));
export const askingPart = new LatePart("asks what a load is to do", () => import("./views/late-panels.ts"));
export const panelPart = new LatePart("shows settings and meters", () => import("./views/side-panels.ts"));

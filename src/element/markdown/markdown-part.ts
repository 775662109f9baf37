// The way to the Markdown parser, which is more than half of the element: it is fetched beside the page, and until it is there
// an answer is shown as plain paragraphs. Where it does not arrive it is asked for again, now and then.

import { onDemand } from "../../on-demand.ts";

type MarkdownPart = typeof import("./growing-document.ts");

const load = onDemand("shows Markdown", () => import("./growing-document.ts"));
const restMs = 5000; // between two tries: an answer that streams would try with every piece

let part: MarkdownPart | undefined;
let nextTryMs = 0;

/** The part, where it has arrived. */
export const markdownPart = (): MarkdownPart | undefined => part;

/** Fetches it. True once it is there; false where it did not arrive, or was tried a moment ago. */
export async function fetchMarkdown(): Promise<boolean> {
  if (part) return true;
  if (performance.now() < nextTryMs) return false;
  try {
    part = await load();
    return true;
  } catch {
    nextTryMs = performance.now() + restMs;
    return false;
  }
}

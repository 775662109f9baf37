// From text to the string that merges see: spaces marked, the dummy prefix, extra spaces dropped. SentencePiece's own
// order of steps (normalizer.cc), without its precompiled character map: Llama's vocabularies use the identity.

import type { MatchWhole } from "./byte-pair-merge.ts";
import type { SpaceRules } from "./vocabulary.ts";

/** `origins`, where given, receives for each unit of the result its offset in `text` (-1 for the dummy prefix). */
export function normalizeText(
  text: string,
  rules: SpaceRules,
  first: boolean,
  matchWhole?: MatchWhole,
  origins?: number[],
): string {
  if (text === "") return "";
  const { space } = rules;
  let body = "";
  const add = (piece: string, at: number): void => {
    body += piece;
    if (origins) for (let index = 0; index < piece.length; index++) origins.push(at + index);
  };
  const prefixed = rules.dummyPrefix === "each" || (rules.dummyPrefix === "first" && first);
  const prefix = (): void => {
    body += space;
    origins?.push(-1);
  };
  if (!rules.removeExtraSpaces) {
    const marked = space === " " ? text : text.replaceAll(" ", space);
    const wanted = prefixed && (rules.prefixBeforeSpace || !marked.startsWith(space));
    if (wanted && !rules.suffix) prefix();
    add(marked, 0);
    if (wanted && rules.suffix) prefix();
    return body;
  }

  let at = 0;
  while (text[at] === " " && (matchWhole?.(text, at)?.length ?? 1) === 1) at++;
  if (at === text.length) return "";
  if (prefixed && !rules.suffix) prefix();
  let afterSpace = true;
  while (at < text.length) {
    // A user-defined symbol keeps the spaces inside it.
    let unit = text.slice(at, at + (matchWhole?.(text, at)?.length ?? 1));
    const end = at + unit.length;
    if (afterSpace) unit = unit.replace(/^ +/, "");
    if (unit !== "") {
      add(space === " " ? unit : unit.replaceAll(" ", space), end - unit.length);
      afterSpace = unit.endsWith(" ");
    }
    at = end;
  }
  while (body.endsWith(space)) {
    body = body.slice(0, -space.length);
    if (origins) origins.length = body.length;
  }
  if (prefixed && rules.suffix) prefix();
  return body;
}

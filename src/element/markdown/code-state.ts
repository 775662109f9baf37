// What a parser of code remembers from line to line: made, and copied, so that a line that is still being written can be read
// without moving on.

import type { StreamParser } from "@codemirror/streamparser";

const indentUnit = 2; // columns; colours do not depend on it

export const started = (parser: StreamParser<unknown>): unknown => parser.startState?.(indentUnit) ?? {};

/** Where a parser does not say how, its lists are copied, too, as CodeMirror does. */
export function copyOf(parser: StreamParser<unknown>, state: unknown): unknown {
  if (parser.copyState) return parser.copyState(state);
  const fields = Object.entries(state as Record<string, unknown>);
  return Object.fromEntries(fields.map(([name, value]) => [name, Array.isArray(value) ? [...value] : value]));
}

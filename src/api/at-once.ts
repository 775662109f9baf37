// Answers of one call, begun together: the engine computes them side by side while they are read one after the other.

import type { RunSettings } from "./sampling.ts";

/**
 * Begins all of them now, unless they are computed one by one in any case. Each can be read once, in any order. Call `end`
 * when no more is read: it ends those that are not.
 */
export function beginAll<T>(
  answers: readonly (() => AsyncIterable<T>)[],
  { form, topLogprobs }: Pick<RunSettings, "form" | "topLogprobs">,
): { answers: readonly AsyncIterable<T>[]; end(): void } {
  if (answers.length === 1 || form || topLogprobs !== undefined)
    return { answers: answers.map((answer) => ({ [Symbol.asyncIterator]: () => answer()[Symbol.asyncIterator]() })), end() {} }; // prettier-ignore
  const begun = answers.map((answer) => {
    const iterator = answer()[Symbol.asyncIterator]();
    const first = iterator.next();
    first.catch(() => {}); // its reader is told
    return { iterator, first };
  });
  return {
    answers: begun.map(({ iterator, first }) => {
      let next: typeof first | undefined = first;
      return {
        [Symbol.asyncIterator]: () => ({
          next() {
            const result = next ?? iterator.next();
            next = undefined;
            return result;
          },
          return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
        }),
      };
    }),
    end() {
      for (const { iterator } of begun) iterator.return?.().catch(() => {});
    },
  };
}

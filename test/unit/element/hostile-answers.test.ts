// 500 harmful answers become nothing but words, in pieces and whole. test/e2e/answers.test.ts looks at what a browser does with
// them under the page's policy.

import { expect, test } from "vitest";
import { partThought } from "../../../src/element/session/thought.ts";
import { hostileAnswers } from "../../support/hostile-answers.ts";
import { allDrawers, emptyAnswer, harmful } from "../../support/markdown-page.ts";

const answers = hostileAnswers(500, 15);

test("they are what they should be: many, all kinds, the same each time", () => {
  expect(new Set(answers).size).toBeGreaterThan(490);
  expect(hostileAnswers(500, 15)).toEqual(answers);
  const text = answers.join("\n");
  for (const kind of [
    "<script>",
    "javascript:",
    "data:",
    "onerror=",
    "style=",
    "\u202e",
    "<svg",
    "<math",
    "\\href",
    "> > > > > >",
  ])
    expect(text).toContain(kind);
});

test("no element, attribute or address comes of them that is not on the list", () => {
  const found = new Map<string, string>();
  for (const answer of answers) {
    const { words, thought = "" } = partThought(answer);
    for (const text of [words, thought]) {
      const { root, document } = emptyAnswer(allDrawers());
      for (let end = 40; end < Math.min(text.length, 400); end += 40) {
        document.grow(text.slice(0, end));
        for (const thing of harmful(root)) found.set(thing, answer);
      }
      document.finish(text);
      for (const thing of harmful(root)) found.set(thing, answer);
      expect(root.textContent).not.toMatch(/[\u202d\u202e]/);
    }
  }
  expect([...found]).toEqual([]);
});

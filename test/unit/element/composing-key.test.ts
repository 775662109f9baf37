// Keys that an input method takes for itself, as browsers report them.

import { expect, test } from "vitest";
import { isComposingKey } from "../../../src/element/composing-key.ts";

test.each([
  ["Chrome and Firefox, a candidate is confirmed", { isComposing: true, keyCode: 229 }, true],
  ["Safari, after its compositionend", { isComposing: false, keyCode: 229 }, true],
  ["Enter", { isComposing: false, keyCode: 13 }, false],
  ["Escape", { isComposing: false, keyCode: 27 }, false],
])("%s", (_, event, composing) => expect(isComposingKey(event)).toBe(composing));

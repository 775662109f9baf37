// What a copy button says: for two seconds that it worked, a little longer that the browser refused.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CopyFeedback } from "../../../src/element/copy-feedback.ts";
import { english } from "../../../src/element/languages/en.ts";

const host = {
  addController() {},
  removeController() {},
  requestUpdate: vi.fn(),
  updateComplete: Promise.resolve(true),
};
const writeText = vi.fn();
const announced: string[] = [];
let feedback: CopyFeedback;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  writeText.mockReset().mockResolvedValue(undefined);
  announced.length = 0;
  feedback = new CopyFeedback(host, (words) => announced.push(words));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const plainButton = () => ({ firstChild: { data: "Copy code" } }) as unknown as Element & { firstChild: Text };

test("a copied text is told for two seconds, to a screen reader too", async () => {
  await feedback.copy("words", english);
  expect(writeText).toHaveBeenCalledExactlyOnceWith("words");
  expect([feedback.outcomeOf("words"), feedback.outcomeOf("others")]).toEqual(["copied", undefined]);
  vi.advanceTimersByTime(1999);
  expect(feedback.outcomeOf("words")).toBe("copied");
  vi.advanceTimersByTime(1);
  expect(feedback.outcomeOf("words")).toBeUndefined();
  expect(announced).toEqual(["Copied", ""]);
});

test("a refusal is told, also where there is no clipboard at all", async () => {
  writeText.mockRejectedValue(new DOMException("no", "NotAllowedError"));
  await feedback.copy("words", english);
  expect(feedback.outcomeOf("words")).toBe("refused");
  vi.stubGlobal("navigator", {});
  await feedback.copy("others", english);
  expect(feedback.outcomeOf("others")).toBe("refused");
  expect(announced.filter(Boolean)).toEqual([english.refused, english.refused]);
});

test("a plain button says it itself, and has its own words back afterwards, however often it is pressed", async () => {
  const [one, two] = [plainButton(), plainButton()];
  await feedback.copy("a", english, one);
  await feedback.copy("a", english, one);
  expect(one.firstChild.data).toBe("Copied");
  await feedback.copy("b", english, two);
  expect([one.firstChild.data, two.firstChild.data]).toEqual(["Copy code", "Copied"]);
  feedback.hostDisconnected();
  expect([two.firstChild.data, vi.getTimerCount()]).toEqual(["Copy code", 0]);
});

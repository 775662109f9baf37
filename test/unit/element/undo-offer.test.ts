// The offer to undo: ten seconds, longer under the pointer or the focus, one at a time.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { UndoOffer } from "../../../src/element/undo-offer.ts";

const host = {
  addController() {},
  removeController() {},
  requestUpdate: vi.fn(),
  updateComplete: Promise.resolve(true),
};
const thing = (text = "Done.") => ({ text, undo: vi.fn(), settled: vi.fn() });

let offer: UndoOffer;
beforeEach(() => {
  vi.useFakeTimers();
  offer = new UndoOffer(host);
});
afterEach(() => void vi.useRealTimers());

test("stands for eight seconds at least, then is settled", () => {
  const one = thing();
  offer.offer(one);
  vi.advanceTimersByTime(8000);
  expect(offer.current).toBe(one);
  vi.advanceTimersByTime(2000);
  expect(offer.current).toBeUndefined();
  expect(one.settled).toHaveBeenCalledOnce();
  expect(one.undo).not.toHaveBeenCalled();
});

test("stays while it is held, and for its whole time after that", () => {
  const one = thing();
  offer.offer(one);
  vi.advanceTimersByTime(9000);
  offer.hold();
  vi.advanceTimersByTime(60_000);
  expect(offer.current).toBe(one);
  offer.run();
  vi.advanceTimersByTime(9000);
  expect(offer.current).toBe(one);
  vi.advanceTimersByTime(1000);
  expect(one.settled).toHaveBeenCalledOnce();
});

test("undone, it is not settled, however late the clock", () => {
  const one = thing();
  offer.offer(one);
  offer.undo();
  vi.advanceTimersByTime(60_000);
  offer.undo();
  expect([one.undo.mock.calls.length, one.settled.mock.calls.length]).toEqual([1, 0]);
});

test("a later offer settles the earlier one", () => {
  const [one, two] = [thing("1"), thing("2")];
  offer.offer(one);
  offer.offer(two);
  expect(one.settled).toHaveBeenCalledOnce();
  expect(offer.current).toBe(two);
});

test("one that waits has no clock before something comes in the place of what was taken away", () => {
  const one = { ...thing(), waits: true };
  offer.offer(one);
  offer.hold();
  offer.run(); // the pointer came and went
  vi.advanceTimersByTime(3_600_000);
  expect(offer.current).toBe(one);
  offer.begin();
  vi.advanceTimersByTime(9000);
  offer.begin(); // the clock runs already
  vi.advanceTimersByTime(1000);
  expect([offer.current, one.settled.mock.calls.length]).toEqual([undefined, 1]);
});

test("what can be offered again is told as data while it is on offer, with its clock as it stands", () => {
  const restores = { conversation: { draft: { text: "a" } } };
  offer.offer(thing());
  expect(offer.restorable).toBeUndefined();
  offer.offer({ ...thing(), waits: true, restores });
  expect(offer.restorable).toEqual({ text: "Done.", waits: true, ...restores });
  offer.begin();
  expect(offer.restorable?.waits).toBe(false);
  offer.settle();
  expect(offer.restorable).toBeUndefined();
});

test("what is released is neither settled nor undone: another place shows it", () => {
  const one = thing();
  offer.offer(one);
  expect(offer.release()).toBe(one);
  vi.advanceTimersByTime(60_000);
  expect([offer.current, one.settled.mock.calls.length, one.undo.mock.calls.length]).toEqual([undefined, 0, 0]);
});

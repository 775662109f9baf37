// A browser that never answers: every request for an adapter comes to an end, and says what to do.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hasAdapter, readAdapter, requestAdapter } from "../../../src/gpu/adapter.ts";
import { rejection } from "../../support/rejection.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const answer = (requestAdapter: () => Promise<unknown>) => vi.stubGlobal("navigator", { gpu: { requestAdapter } });

test("a question for an adapter that is never answered ends", async () => {
  answer(() => new Promise(() => {}));
  const [refused, has, read] = [rejection(requestAdapter()), hasAdapter(), readAdapter()];
  await vi.advanceTimersByTimeAsync(31_000);
  expect(await refused).toMatchObject({
    code: "adapter-missing",
    message: expect.stringMatching(/does not answer.*Restart the browser/),
    facts: { found: "no answer" },
  });
  expect(await has).toBe(false);
  expect(await read).toMatchObject({ supported: false, reason: expect.stringContaining("does not answer") });
});

test("one that is answered leaves no timer behind", async () => {
  const adapter = {};
  answer(async () => adapter);
  expect(await requestAdapter()).toBe(adapter);
  answer(async () => null);
  expect(await rejection(requestAdapter())).toMatchObject({ code: "adapter-missing", facts: { found: "null" } });
  answer(() => Promise.reject(new Error("no")));
  expect(await hasAdapter()).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

// Which advice a failure gets: by code, and by the facts that tell gated from missing from offline.

import { expect, test } from "vitest";
import { adviceFor } from "../../src/element/error-advice.ts";
import { PronkError } from "../../src/errors.ts";

const here = { webGpu: true, online: true };
const title = (error: Error, environment = here) => adviceFor(error, environment).title;

test("a browser without WebGPU is told which browsers have it", () => {
  const advice = adviceFor(new PronkError("unsupported", "no navigator.gpu"), { webGpu: false, online: true });
  expect(advice.title).toContain("no WebGPU");
  expect(advice.text).toMatch(/Chrome.*Safari.*Firefox/);
});

test("with WebGPU, unsupported is about the model", () => {
  expect(title(new PronkError("unsupported", "architecture"))).toContain("model");
});

test.each([
  [401, "does not hand this model out"],
  [403, "does not hand this model out"],
  [404, "no such model"],
  [500, "interrupted"],
])("HTTP %d", (status, words) => expect(title(new PronkError("network", "x", { status }))).toContain(words));

test("a token that is known but not granted gets other advice than none", () => {
  const of = (status: number) => adviceFor(new PronkError("network", "x", { status }), here).text;
  expect(of(401)).not.toBe(of(403));
});

test("offline", () => {
  expect(adviceFor(new PronkError("network", "x"), { webGpu: true, online: false }).text).toContain("offline");
});

test("every code has advice of its own", () => {
  const codes = ["unsupported", "network", "integrity", "storage-full", "format", "out-of-memory"] as const;
  const more = ["device-lost", "context-full", "bad-request"] as const;
  const titles = [...codes, ...more].map((code) => title(new PronkError(code, "x")));
  expect(new Set(titles).size).toBe(titles.length);
});

test("an error of another kind is not dressed up as one of ours", () => {
  expect(title(new TypeError("x is undefined"))).toBe("Something went wrong");
});

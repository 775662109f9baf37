// Which advice a failure gets: by code, and by the facts that tell gated from missing from offline.

import { expect, test } from "vitest";
import { adviceFor } from "../../src/element/error-advice.ts";
import { PronkError } from "../../src/errors.ts";

const here = { online: true };
const title = (error: Error, environment = here) => adviceFor(error, environment).title;

test("a browser without WebGPU is told which browsers have it", () => {
  const advice = adviceFor(new PronkError("webgpu-missing", "no navigator.gpu"), here);
  expect(advice.title).toContain("no WebGPU");
  expect(advice.text).toMatch(/Chrome.*Safari.*Firefox/);
});

test("no adapter is the browser's or the system's matter", () => {
  expect(title(new PronkError("adapter-missing", "null"))).toContain("GPU");
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
  expect(adviceFor(new PronkError("network", "x"), { online: false }).text).toContain("offline");
});

test("every code has advice of its own", () => {
  const codes = ["model-unsupported", "network", "integrity", "storage-full", "format", "out-of-memory"] as const;
  const more = ["device-lost", "worker-lost", "leader-closed", "context-full", "bad-request"] as const;
  const where = ["webgpu-missing", "adapter-missing", "adapter-too-small", "driver-fault", "storage-missing"] as const;
  const titles = [...codes, ...more, ...where].map((code) => title(new PronkError(code, "x")));
  expect(new Set(titles).size).toBe(titles.length);
});

test("an error of another kind is not dressed up as one of ours", () => {
  expect(title(new TypeError("x is undefined"))).toBe("Something went wrong");
});

// Which card a failure gets: by code, and by the facts that the engine really puts into its errors, so the rooms that throw
// those make them here.

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { adviceFor } from "../../../src/element/error-advice.ts";
import type { Advice } from "../../../src/element/advice.ts";
import { PronkError } from "../../../src/errors.ts";
import { chooseWeightFormat } from "../../../src/format/weight-formats.ts";
import { checkChoice } from "../../../src/generate/unusable-logits.ts";
import { openGpu } from "../../../src/gpu/device.ts";
import { openSource } from "../../../src/source/open-source.ts";
import { parseReference } from "../../../src/source/reference.ts";
import { usualPatience } from "../../../src/source/retry.ts";
import { createWorkerEngine } from "../../../src/worker/client.ts";
import { type HubServer, startHub } from "../../support/hub-server.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";

const here = { online: true };
const of = (error: unknown, environment = here): Advice => adviceFor(error as Error, environment);
const title = (error: unknown, environment = here) => of(error, environment).title;
const thrown = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
};

afterEach(() => vi.unstubAllGlobals());

test("a browser without WebGPU is told which browsers have it", async () => {
  vi.stubGlobal("navigator", {});
  const advice = of(await rejection(openGpu()));
  expect(advice.title).toBe("WebGPU isn't available here");
  expect(advice.text).toMatch(/Chrome.*Safari.*Firefox/);
});

test("no adapter is the browser's or the system's matter, not the model's", async () => {
  vi.stubGlobal("navigator", { gpu: { requestAdapter: async () => null } });
  const advice = of(await rejection(openGpu()));
  expect(advice.title).toContain("use the GPU");
  expect(advice).toMatchObject({ retry: true, text: expect.stringContaining("Nothing is wrong with the model") });
});

test("a shader that does not compile, a refused command, a lost write, and numbers that are none are four things", () => {
  const shader = new PronkError("driver-fault", "x", { shader: "matvec" });
  const command = new PronkError("driver-fault", "x");
  const lost = new PronkError("driver-fault", "x", { field: "tokens", arrived: false });
  const numbers = thrown(() => checkChoice(0xffffffff, 100, 7));
  expect(new Set([shader, command, lost, numbers].map((error) => title(error))).size).toBe(4);
  for (const error of [shader, command, lost, numbers]) expect(of(error).retry).toBe(true);
  expect(title(numbers)).toContain("numbers");
  expect(title(lost)).toContain("receive what it was sent");
});

test("a folder without weights says so, and can be tried again", () => {
  const files = new Map([["config.json", new Uint8Array(2)]]);
  const error = thrown(() => chooseWeightFormat(memorySource(files, { label: "folder" })));
  expect(of(error)).toMatchObject({ title: expect.stringContaining("No weights"), retry: true, messageShown: true });
  expect(title(new PronkError("model-unsupported", "x", { expected: "llama", found: "gpt2" }))).not.toBe(title(error));
});

test("a worker that did not start is the page's fault; one that broke is nobody's at the page", async () => {
  vi.stubGlobal("Worker", function refused() {
    throw new DOMException("refused", "SecurityError");
  });
  const notStarted = await rejection(createWorkerEngine("owner/name", {}));
  expect(of(notStarted)).toMatchObject({ title: expect.stringContaining("start the engine"), messageShown: true });
  expect(title(new PronkError("worker-lost", "x", { reason: "uncaught" }))).toContain("stopped");
});

test("a name that is none, weights that are not there, and a message are three things", () => {
  const name = thrown(() => parseReference("no model at all"));
  expect(of(name)).toMatchObject({ title: expect.stringContaining("the name of a model"), messageShown: true });
  const files = new Map([["model.safetensors", new Uint8Array(2)]]);
  const weights = thrown(() => chooseWeightFormat(memorySource(files, { label: "folder" }), "Q9"));
  const message = new PronkError("bad-request", "x", { field: "messages[2].content" });
  const setting = new PronkError("bad-request", "x", { field: "without" });
  expect(new Set([name, weights, message, setting].map((error) => title(error))).size).toBe(4);
  expect(title(message)).toContain("message");
});

describe("the hub", () => {
  let hub: HubServer;
  beforeAll(async () => {
    const files = new Map([["config.json", new TextEncoder().encode("{}")]]);
    hub = await startHub([["owner/gated", { files, gatedFor: "hf_right" }]]);
  });
  afterAll(() => hub.close());
  const patience = { ...usualPatience, attempts: 1, firstWaitMs: 1 };
  const open = (name: string, token?: string) => openSource(name, { hubUrl: hub.url, token, patience });
  const read = async (token?: string) => (await open("owner/gated", token)).read("config.json", 0, 2);

  test("a mistyped name gets a card about the name, which says that it may be private", async () => {
    const advice = of(await rejection(open("owner/gatde")));
    expect(advice).toMatchObject({ title: expect.stringContaining("owner/gatde"), takesToken: true, retry: false });
    expect(advice.text).toMatch(/Check the name first.*private/s);
    expect(advice.link?.href).toBe(`${hub.url}/models?search=gatde`);
    expect(of(await rejection(open("owner/gatde", "hf_right"))).text).toContain("token's account can't see it");
  });

  test("a gated model asks for a token, and says otherwise when the token is not granted it", async () => {
    const without = of(await rejection(read()));
    const wrong = of(await rejection(read("hf_wrong")));
    expect(without).toMatchObject({ title: wrong.title, takesToken: true, retry: true });
    expect(without.link?.href).toBe(`${hub.url}/owner/gated`);
    expect(without.text).toContain("Accept its terms");
    expect(wrong.text).toContain("hasn't been granted");
  });

  test("a version that is not there", async () => {
    expect(title(await rejection(open("owner/gated@other")))).toContain("no such version");
  });

  test("401 without the hub's own code says both: mistyped, or gated or private", () => {
    const facts = { status: 401, repository: "a/b", page: "https://huggingface.co/a/b" };
    const without = of(new PronkError("network", "x", { ...facts, hasToken: false }));
    expect(without.text).toMatch(/mistyped.*gated or private/s);
    expect(without.takesToken).toBe(true);
    expect(title(new PronkError("network", "x", { ...facts, hasToken: true }))).toContain("doesn't accept this token");
  });
});

test.each([
  [{ status: 403 }, "refused access"],
  [{ status: 404 }, "no model at this address"],
  [{ status: 429 }, "too many requests"],
  [{ status: 503 }, "server has a problem"],
  [{ policy: "connect-src" }, "may not fetch"],
  [{}, "interrupted"],
])("a request from another place: %o", (facts, words) => {
  const advice = of(new PronkError("network", "x", facts));
  expect(advice.title).toContain(words);
  expect(advice.takesToken).toBeUndefined(); // a token goes to the hub only
});

test("a link leads to the web only", () => {
  const facts = { status: 403, repository: "a/b", page: "javascript:alert(1)" };
  expect(of(new PronkError("network", "x", facts)).link).toBeUndefined();
});

test("offline", () => {
  expect(of(new PronkError("network", "x", { part: "reads GGUF files" })).title).toContain("part of the application");
  expect(of(new PronkError("network", "x"), { online: false }).text).toContain("offline");
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

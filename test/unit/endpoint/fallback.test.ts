// A server in this device's place: only if the device cannot, only if the person agrees, and never silently.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createEngine, PronkError } from "../../../src/index.ts";
import type { EngineCalls, EngineOptions, Fallback } from "../../../src/api/surface.ts";
import { openElsewhere } from "../../../src/endpoint/open-endpoint.ts";
import { fakeEngine } from "../../support/fake-engine.ts";
import { startHub, type HubServer } from "../../support/hub-server.ts";
import { type Loopback, startLoopback } from "../../support/loopback.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";
import { rejection } from "../../support/rejection.ts";

const there = fakeEngine(() => "a fox");
const files = madeCheckpoint({ config: madeConfig({ max_position_embeddings: 4096 }) });
let hub: HubServer;
let server: Loopback;
beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  hub = await startHub([["owner/name", { files }]]);
  server = await startLoopback((request) => there.fetch(request.url, request as RequestInit));
});
afterEach(async () => {
  await hub.close();
  await server[Symbol.asyncDispose]();
  vi.unstubAllGlobals();
});

const fallback = (agree: Fallback["agree"]): Fallback => ({
  endpoint: `${server.origin}/v1`,
  apiKey: "sk-secret",
  agree,
});
const messages = [{ role: "user", content: "who?" }] as const;

test("without WebGPU, and agreed: it answers, and says where and why", async () => {
  const agree = vi.fn(() => true);
  await using engine = await createEngine("owner/name", { hubUrl: hub.url, fallback: fallback(agree) });
  expect(agree).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ code: "webgpu-missing" }),
    `${server.origin}/v1`,
  );
  expect(engine.info).toMatchObject({
    where: "endpoint",
    model: "fake/model",
    endpoint: { address: `${server.origin}/v1`, instead: { code: "webgpu-missing", message: expect.any(String) } },
  });
  expect((await engine.chat.completions.create({ messages })).choices[0].message.content).toBe("a fox");
});

test.each([false, undefined, "yes"])(
  "not agreed (%s): the device's own error, and not a request to the server",
  async (said) => {
    const agree = async () => said as boolean;
    const failed = createEngine("owner/name", { hubUrl: hub.url, fallback: fallback(agree) });
    await expect(failed).rejects.toMatchObject({ code: "webgpu-missing" });
    expect(server.arrived).toEqual([]);
  },
);

test("what is wrong with a fallback is told at once, though it may never be needed", async () => {
  const refused = async (given: Partial<Fallback>) =>
    (await rejection(createEngine("owner/name", { fallback: { ...fallback(true), ...given } }))).facts.field;
  expect(await refused({ agree: undefined })).toBe("fallback.agree");
  expect(await refused({ endpoint: "http://models.example/v1" })).toBe("endpoint");
  expect(server.arrived).toEqual([]);
});

test("an endpoint in the model's place takes no options of a device", async () => {
  const endpoint = `${server.origin}/v1`;
  await expect(createEngine({ endpoint }, { quantize: "q4" })).rejects.toMatchObject({ facts: { field: "quantize" } });
  await using engine = await createEngine({ endpoint }, { onProgress: () => {} });
  expect(engine.info.where).toBe("endpoint");
  const whole = await engine.fetch("http://local/v1/responses", {
    method: "POST",
    body: JSON.stringify({ input: "who?" }),
  });
  expect(await whole.json()).toMatchObject({ output: [{ content: [{ text: "a fox" }] }] });
});

/** A device on which loads end as `load` says. */
const over = (load: () => Promise<unknown>, options: Partial<EngineOptions> = {}) =>
  openElsewhere(
    "owner/name",
    { hubUrl: hub.url, fallback: fallback(true), ...options },
    load as () => Promise<EngineCalls>,
  );

function stubAdapter(maxBufferBytes: number) {
  const limits = { maxBufferSize: maxBufferBytes, maxStorageBufferBindingSize: maxBufferBytes };
  const adapter = { limits, features: new Set(), info: {} };
  vi.stubGlobal("navigator", { gpu: { requestAdapter: async () => adapter } });
}

test("a load that fits stays here; one whose memory runs out goes there; any other failure stays what it is", async () => {
  stubAdapter(2 ** 31);
  const here = await over(async () => ({ info: { where: "device" } }));
  expect(here.info.where).toBe("device");
  const full = new PronkError("out-of-memory", "no room");
  const engine = await over(() => Promise.reject(full));
  expect(engine.info.endpoint?.instead).toEqual({ code: "out-of-memory", message: "no room" });
  for (const code of ["network", "format", "bad-request", "storage-full"] as const) {
    const failure = new PronkError(code, "as it is");
    await expect(over(() => Promise.reject(failure))).rejects.toBe(failure);
  }
});

test("what pre-flight says cannot fit is not begun; what fits with a shorter context is", async () => {
  const load = vi.fn(async () => ({ info: { where: "device" } }));
  stubAdapter(2000); // bytes
  const engine = await over(load);
  expect(engine.info.endpoint?.instead?.code).toBe("out-of-memory");
  expect(load).not.toHaveBeenCalled();
  stubAdapter(2 ** 17);
  await over(load);
  expect(load).toHaveBeenCalledOnce();
  expect((await over(load, { contextLength: 4096 })).info.where).toBe("endpoint");
});

test("an abort while it is asked ends it with the signal's reason", async () => {
  const leave = new AbortController();
  const agree = () => {
    leave.abort(new Error("enough"));
    return true;
  };
  const options = { hubUrl: hub.url, fallback: fallback(agree), signal: leave.signal };
  await expect(createEngine("owner/name", options)).rejects.toThrow("enough");
});

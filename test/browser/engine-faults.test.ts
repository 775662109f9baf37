// What goes wrong between an engine and its GPU, or its reader, in real browsers: it is reported at once and by name, costs
// only the current call, and nothing waits for what will not come. On the page's thread, where a test can reach the device.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserRunner, openRunner } from "../../cli/runner.ts";
import { byteModelFiles, writeByteModel } from "../support/byte-model.ts";
import { browserKinds } from "../support/harness.ts";

type Pronk = typeof import("../../src/index.ts");

// What runs in the page finds these as globals.
declare const pronk: Pronk;
declare const modelUrl: string;
declare const spoiledUrl: string;
/** The device that was opened last. */
declare const opened: { device: GPUDevice };
type Fault = { code: string; facts: Record<string, unknown> };

const [sound, spoiled] = [writeByteModel(), writeByteModel()];
afterAll(() => [sound, spoiled].forEach(({ parent }) => rmSync(parent, { recursive: true })));

/** The model with a NaN in one row of its head. */
function spoilHead(): Uint8Array {
  const bytes = byteModelFiles().get("model.safetensors")!;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const headerBytes = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  const { dtype, data_offsets: place } = header["lm_head.weight"] as { dtype: string; data_offsets: number[] };
  expect(dtype).toBe("F32");
  view.setFloat32(8 + headerBytes + place[0] + 4 * 64 * 7, NaN, true);
  return bytes;
}

describe.each(browserKinds)("in %s", (kind) => {
  let runner: BrowserRunner;
  beforeAll(async () => {
    writeFileSync(join(spoiled.folder, "model.safetensors"), spoilHead());
    runner = await openRunner(kind, { adapter: "software" });
    const globals = { modelUrl: runner.serve(sound.folder), spoiledUrl: runner.serve(spoiled.folder) };
    // As text: the test runner would rewrite the import.
    const setUp = `async (globals) => {
      Object.assign(globalThis, globals, { opened: {}, pronk: await import("/lib/index.js") });
      const { requestDevice } = GPUAdapter.prototype;
      GPUAdapter.prototype.requestDevice = async function (...request) {
        return (opened.device = await requestDevice.apply(this, request));
      };
      return 1;
    }`;
    await runner.page.evaluate(setUp, globals);
  });
  afterAll(() => runner?.[Symbol.asyncDispose]());

  test("a load that only waits for shaders ends at once: a lost device, refused memory, an abort", async () => {
    const seen = await runner.page.evaluate(async () => {
      const { createComputePipelineAsync: real } = GPUDevice.prototype;
      const ends: Record<string, (abort: AbortController) => void> = {
        lost: () => opened.device.destroy(),
        refused: () => {
          const error = new GPUOutOfMemoryError("no room");
          opened.device.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error }));
        },
        aborted: (abort) => abort.abort(Object.assign(new Error("never mind"), { code: "own" })),
      };
      const told: Record<string, { code: string; ms: number }> = {};
      try {
        // What fills the weights compiles; nothing else ever does.
        GPUDevice.prototype.createComputePipelineAsync = function (descriptor) {
          if (/^(repack|copy|word_sum)/.test(descriptor.label ?? "")) return real.call(this, descriptor);
          return new Promise(() => {});
        };
        for (const [name, end] of Object.entries(ends)) {
          const abort = new AbortController();
          let endedMs = 0;
          const load = pronk.createEngine(modelUrl, {
            worker: false,
            store: false,
            recover: false,
            signal: abort.signal,
            onProgress({ phase }) {
              if (phase !== "compile" || endedMs) return;
              endedMs = performance.now();
              setTimeout(() => end(abort));
            },
          });
          const hung = new Promise<never>((_, reject) => setTimeout(() => reject({ code: "hung" }), 10_000));
          const code = await Promise.race([load, hung]).then(
            () => "loaded",
            (error: Fault) => error.code,
          );
          told[name] = { code, ms: performance.now() - endedMs };
        }
      } finally {
        GPUDevice.prototype.createComputePipelineAsync = real;
      }
      return told;
    });
    expect(seen).toMatchObject({
      lost: { code: "device-lost" },
      refused: { code: "out-of-memory" },
      aborted: { code: "own" },
    });
    for (const { ms } of Object.values(seen)) expect(ms).toBeLessThan(1000);
  });

  test("a shader that does not compile ends a load whose weights are still on their way, and its line is told", async () => {
    const fault = await runner.page.evaluate(async () => {
      const { createShaderModule: real } = GPUDevice.prototype;
      const pause = new pronk.DownloadPause();
      try {
        GPUDevice.prototype.createShaderModule = function (descriptor) {
          if (!descriptor.label?.startsWith("embed")) return real.call(this, descriptor);
          return real.call(this, { ...descriptor, code: descriptor.code.replace("eight.lo;", "eight.lowest;") });
        };
        const onProgress = ({ phase }: { phase: string }) => void (phase === "download" && pause.pause());
        const load = pronk.createEngine(modelUrl, { worker: false, store: false, pause, onProgress });
        const hung = new Promise<never>((_, reject) => setTimeout(() => reject({ code: "hung" }), 20_000));
        return await Promise.race([load, hung]).then(
          () => ({ code: "loaded", message: "" }),
          ({ code, message }: Fault & Error) => ({ code, message }),
        );
      } finally {
        GPUDevice.prototype.createShaderModule = real;
        pause.resume();
      }
    });
    expect(fault.code).toBe("driver-fault");
    expect(fault.message).toMatch(/Shader embed\+\S+ does not compile/);
    const embed = readFileSync(new URL("../../shaders/embed.wgsl", import.meta.url), "utf8").split("\n");
    const line = embed.findIndex((text) => text.includes("eight.lo;")) + 1;
    // The source is ours, as it stands in the file; what was done to it here is in the compiler's own words.
    expect(fault.message).toContain("lowest");
    expect(fault.message).toMatch(
      new RegExp(`embed\\.wgsl:${line}:\\d+ .* in "out\\[at \\+ i \\* 2u\\] = scale \\* eight\\.lo;"`, "s"),
    );
  });

  test("on a device that is lent to several, one that is unloaded, or whose load fails, is nothing to another", async () => {
    const seen = await runner.page.evaluate(async () => {
      const adapter = await navigator.gpu.requestAdapter();
      const device = await adapter!.requestDevice();
      const refusals: string[] = [];
      device.addEventListener("uncapturederror", ({ error }) => refusals.push(error.message));
      const options = { worker: false, store: false, device } as const;
      // Each pipeline is compiled once; the last load's arrive when they are released, all at once.
      const { createComputePipelineAsync: compile, createBindGroup: bind } = device;
      const pipelines = new Map<string, Promise<GPUComputePipeline>>();
      let held = Promise.resolve();
      let go = () => {};
      device.createComputePipelineAsync = async function (descriptor) {
        const key = JSON.stringify([descriptor.label, descriptor.compute.constants]);
        const pipeline = pipelines.get(key) ?? compile.call(this, descriptor);
        pipelines.set(key, pipeline);
        if (!/^(repack|copy|word_sum)/.test(descriptor.label ?? "")) await held;
        return pipeline;
      };
      const request = { prompt: "ab", temperature: 0, ignore_eos: true, max_tokens: 12 };
      const other = await pronk.createEngine(modelUrl, options);
      const answer = async () => (await other.completions.create(request)).pronk.ids.join();
      const answers = [await answer()];

      // Unloaded by a reader who has had enough, with steps in flight.
      const left = await pronk.createEngine(modelUrl, options);
      for await (const chunk of await left.completions.create({ ...request, max_tokens: 100, stream: true }))
        if (chunk.pronk.ids.length > 0) break;
      const unloading = left.unload();
      answers.push(await answer());
      await unloading;

      // The file isn't the one promised, which is known before the last shader is there.
      held = new Promise<void>((resolve) => (go = resolve));
      const hashes = { "model.safetensors": "0".repeat(64) };
      const code = await pronk.createEngine(modelUrl, { ...options, hashes }).then(
        () => "loaded",
        (error: Fault) => error.code,
      );
      let late = 0;
      device.createBindGroup = function (descriptor) {
        late++;
        return bind.call(this, descriptor);
      };
      go();
      await new Promise((resolve) => setTimeout(resolve)); // what was held back is bound by now, if ever
      device.createBindGroup = bind;
      answers.push(await answer());
      await other.unload();
      device.destroy();
      return { answers, code, late, refusals };
    });
    expect(seen).toMatchObject({ code: "integrity", late: 0, refusals: [] });
    expect(new Set(seen.answers).size).toBe(1);
  });

  test("memory that runs out costs the call at hand; a refused command all calls; a reader who pauses nobody", async () => {
    const seen = await runner.page.evaluate(async () => {
      const engine = await pronk.createEngine(modelUrl, { worker: false, store: false });
      const { device } = opened;
      const request = { prompt: "ab", temperature: 0, ignore_eos: true, max_tokens: 20 };
      const whole = async () => (await engine.completions.create(request)).pronk.ids.join();
      const failed = (call: Promise<unknown>) =>
        call.then(
          () => "answered",
          (error: Fault) => error.code,
        );
      const runOut = () => {
        const error = new GPUOutOfMemoryError("no room");
        device.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error }));
      };
      const usual = await whole();

      // A reader who leaves the stream unread, and comes back.
      const stream = (await engine.completions.create({ ...request, stream: true }))[Symbol.asyncIterator]();
      const halfRead: number[] = [];
      for (let chunks = 0; chunks < 4; chunks++) halfRead.push(...(await stream.next()).value!.pronk.ids);
      const beside = await whole();
      for (let chunk = await stream.next(); !chunk.done; chunk = await stream.next())
        halfRead.push(...chunk.value.pronk.ids);

      // Between calls, in the middle of one, and for what only one call wants.
      runOut();
      const between = await whole();
      let codes = "";
      try {
        for await (const chunk of await engine.completions.create({ ...request, stream: true }))
          if (chunk.pronk.ids.length > 0) runOut();
      } catch (error) {
        codes = (error as Fault).code;
      }
      const after = await engine.completions.create(request);
      const { createBuffer, popErrorScope } = device;
      let refused = 0;
      device.createBuffer = function (descriptor) {
        if (descriptor.label === "all logits") refused++;
        return createBuffer.call(this, descriptor);
      };
      device.popErrorScope = async function () {
        const error = await popErrorScope.call(this);
        return refused === 1 ? new GPUOutOfMemoryError("no room") : error;
      };
      const onLogits = () => void rows++;
      let rows = 0;
      const logits = await failed(engine.completions.create(request, { onLogits }));
      refused++;
      const besides = await whole();
      const again = await failed(engine.completions.create(request, { onLogits }));

      device.createBuffer({ size: 4, usage: 0 });
      const broken = [];
      for (let call = 0; call < 2; call++) broken.push(await failed(engine.completions.create(request)));
      await engine.unload();
      return {
        ids: { usual, halfRead: halfRead.join(), beside, between, after: after.pronk.ids.join(), besides },
        cached: after.usage?.prompt_tokens_details.cached_tokens,
        codes: [codes, logits, again, ...broken],
        rows,
      };
    });
    expect(new Set(Object.values(seen.ids)).size).toBe(1);
    expect(seen.ids.usual.split(",")).toHaveLength(20);
    expect(seen.cached).toBe(0); // what was computed while memory ran out is not trusted
    expect(seen.codes).toEqual(["out-of-memory", "out-of-memory", "answered", "driver-fault", "driver-fault"]);
    expect(seen.rows).toBe(2 + 19 + 1); // BOS and two bytes, then the answer but for its last
  });

  test("a checkpoint with a NaN in one row of its head answers nothing, and says why, in the worker too", async () => {
    const seen = await runner.page.evaluate(async () => {
      const engine = await pronk.createEngine(spoiledUrl, { store: false });
      const told = [];
      for (const temperature of [0, 0.8]) {
        let text = "";
        try {
          const messages = [{ role: "user" as const, content: "hi" }];
          const request = { messages, temperature, max_tokens: 5, stream: true } as const;
          for await (const chunk of await engine.chat.completions.create(request))
            text += chunk.choices[0]?.delta.content ?? "";
        } catch (error) {
          const { code, message, facts } = error as Fault & Error;
          told.push({ text, code, message, found: facts.found });
        }
      }
      await engine.unload();
      return told;
    });
    expect(seen).toHaveLength(2);
    for (const failure of seen) {
      expect(failure).toMatchObject({ text: "", code: "driver-fault", found: "NaN or infinite" });
      expect(failure.message).toMatch(/weights hold such numbers.*or this GPU computes wrongly.*another file/);
      expect(failure.message.length).toBeLessThanOrEqual(300);
    }
  });
});

// The built engine in both browsers, through its worker and without one: the same answers, aborts, ends and failures.

import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserRunner, openRunner } from "../../cli/runner.ts";
import { referenceModel } from "../reference/checkpoint.ts";
import { referenceGenerate } from "../reference/forward.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { folderFiles } from "../support/local-folder.ts";

type Pronk = typeof import("../../src/index.ts");

// What runs in the page finds the library and the model's address as globals.
declare const pronk: Pronk;
declare const modelUrl: string;

const { parent, folder } = writeByteModel();
// A file, because the page's policy allows no blob workers.
writeFileSync(join(folder, "weak-worker.js"), `onmessage = () => postMessage({ kind: "no-webgpu" })`);
writeFileSync(
  join(folder, "frail-worker.js"),
  `import "/lib/host.js"; onmessage = ({ data }) => data.break && Promise.reject(new Error("on purpose"))`,
);
// The same model, with a template that ends an answer by a token other than its eos.
const turnFolder = join(parent, "turn-model");
cpSync(folder, turnFolder, { recursive: true });
const chat_template =
  "{{ bos_token }}{% for m in messages %}{{ m.role[0] }}:{{ m.content }}{% if m.role == 'assistant' %}<unk>{% endif %}{% endfor %}a:";
writeFileSync(
  join(turnFolder, "tokenizer_config.json"),
  JSON.stringify({ bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>", chat_template }),
);
const roomy = writeByteModel({ contextLength: 1600 }); // for what a model is told about tools, a token for each byte
afterAll(() => {
  rmSync(parent, { recursive: true });
  rmSync(roomy.parent, { recursive: true });
});

/** Each id's log-probability after those before it, by the reference; null for the first. */
function referenceLogprobs(ids: readonly number[]): (number | null)[] {
  const { config, weights } = referenceModel(folderFiles(folder));
  const { logits } = referenceGenerate(weights, config, ids, 1);
  return ids.map((id, at) => {
    if (at === 0) return null;
    const row = logits.subarray((at - 1) * config.vocabSize, at * config.vocabSize);
    return row[id] - Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
  });
}

describe.each(["chromium", "firefox"] as const)("the engine in %s", (kind) => {
  let runner: BrowserRunner;
  const inPage = <T>(run: () => Promise<T>) => runner.page.evaluate<T>(run);

  beforeAll(async () => {
    runner = await openRunner(kind, { adapter: "software" });
    // As text: the test runner would rewrite the import.
    const setUp = `async (modelUrl) => Object.assign(globalThis, { modelUrl, pronk: await import("/lib/index.js") }) && 1`;
    await runner.page.evaluate(setUp, runner.serve(folder));
  });
  afterAll(() => runner?.[Symbol.asyncDispose]());

  test("answers in the worker as on the page's thread, streamed as whole; the second turn finds the cache", async () => {
    const seen = await inPage(async () => {
      const request = { messages: [{ role: "user" as const, content: "hi" }], temperature: 0, max_tokens: 12 };
      const answers = [];
      for (const worker of [true, false]) {
        const engine = await pronk.createEngine(modelUrl, { worker, store: false });
        const whole = await engine.chat.completions.create(request);
        let streamed = "";
        for await (const chunk of await engine.chat.completions.create({ ...request, stream: true }))
          streamed += chunk.choices[0]?.delta.content ?? "";
        const { content } = whole.choices[0].message;
        const messages = [
          ...request.messages,
          { role: "assistant" as const, content },
          { role: "user" as const, content: "?" },
        ];
        const second = await engine.chat.completions.create({ ...request, messages });
        const { prompt_tokens: first } = whole.usage;
        const { cached_tokens: cached } = second.usage.prompt_tokens_details;
        const { dialog, kv, quantize, contextLength, parameters } = engine.info;
        answers.push({ content, streamed, ids: whole.pronk.ids, first, cached });
        answers.push({ dialog, kv, quantize, contextLength, parameters });
        await engine.unload();
      }
      return answers;
    });
    const [answer, info, localAnswer, localInfo] = seen as Record<string, unknown>[];
    expect([localAnswer, localInfo]).toEqual([answer, info]);
    expect(answer.streamed).toBe(answer.content);
    expect(answer.cached).toBeGreaterThanOrEqual(answer.first as number);
    expect(info).toMatchObject({ dialog: "template", kv: "f32", quantize: "none", contextLength: 256 });
  });

  test("an answer of a chat ends at the token that the template writes behind one; a text that is continued does not", async () => {
    const seen = await runner.page.evaluate(async (url) => {
      const engine = await pronk.createEngine(url, { store: false });
      const settings = { logit_bias: { 0: 100 }, temperature: 0, max_tokens: 3 };
      const chat = await engine.chat.completions.create({ messages: [{ role: "user", content: "hi" }], ...settings });
      const text = await engine.completions.create({ prompt: "hi", ...settings });
      await engine.unload();
      return [chat.choices[0].message.content, chat.choices[0].finish_reason, chat.pronk.ids, text.pronk.ids];
    }, runner.serve(turnFolder));
    expect(seen).toEqual(["", "stop", [], [0, 0, 0]]);
  });

  test("a prompt is scored as by the reference, by itself and with its answer", async () => {
    const asked = [1, 75, 104, 111, 200, 7, 104];
    const seen = await runner.page.evaluate(async (prompt) => {
      const engine = await pronk.createEngine(modelUrl, { store: false });
      const scored = { prompt, echo: true, logprobs: 2, temperature: 0, ignore_eos: true };
      const told = [];
      for (const max_tokens of [0, 3]) {
        const { choices } = await engine.completions.create({ ...scored, max_tokens });
        const { logprobs, pronk: own } = choices[0];
        told.push({ logprobs: logprobs!.token_logprobs, likely: logprobs!.top_logprobs, ids: own.ids });
      }
      await engine.unload();
      return told;
    }, asked);
    for (const [at, { logprobs, likely, ids }] of seen.entries()) {
      expect(ids).toHaveLength(at * 3);
      const expected = referenceLogprobs([...asked, ...ids]);
      expect(logprobs).toHaveLength(expected.length);
      expect([logprobs[0], likely[0]]).toEqual([null, null]);
      for (let place = 1; place < expected.length; place++) {
        expect(logprobs[place]!).toBeCloseTo(expected[place]!, 3);
        expect(Math.max(...Object.values(likely[place]!))).toBeGreaterThanOrEqual(logprobs[place]!);
      }
    }
  });

  test("a call that is required is made by a model that has never heard of tools", async () => {
    const seen = await runner.page.evaluate(async (url) => {
      const engine = await pronk.createEngine(url, { store: false });
      const parameters = {
        type: "object",
        properties: { place: { enum: ["Bern", "Zug"] }, days: { enum: [1, 2] } },
        required: ["place", "days"],
        additionalProperties: false,
      };
      const request = {
        messages: [{ role: "user" as const, content: "How warm is it?" }],
        tools: [{ type: "function" as const, function: { name: "weather", parameters } }],
        tool_choice: "required" as const,
        parallel_tool_calls: false,
        temperature: 0,
        max_tokens: 400,
      };
      const { choices } = await engine.chat.completions.create(request);
      let streamed = "";
      let content = "";
      for await (const chunk of await engine.chat.completions.create({ ...request, stream: true })) {
        const delta = chunk.choices[0]?.delta;
        streamed += delta?.tool_calls?.[0].function.arguments ?? "";
        content += delta?.content ?? "";
      }
      await engine.unload();
      return { ...choices[0], streamed, content };
    }, runner.serve(roomy.folder));
    const [{ function: called }] = seen.message.tool_calls!;
    expect([seen.finish_reason, seen.message.content, seen.content, called.name]).toEqual([
      "tool_calls",
      "",
      "",
      "weather",
    ]);
    expect(JSON.parse(called.arguments)).toEqual({
      place: expect.stringMatching(/^(Bern|Zug)$/),
      days: expect.toBeOneOf([1, 2]),
    });
    expect(seen.streamed).toBe(called.arguments);
  });

  test("an abort rejects with the reason, and the engine answers on; leaving the loop does too; unload ends a call", async () => {
    const seen = await inPage(async () => {
      const engine = await pronk.createEngine(modelUrl, { store: false });
      const endless = { prompt: "a", temperature: 0, ignore_eos: true, stream: true } as const;
      const controller = new AbortController();
      const reason = { mine: true };
      let chunks = 0;
      let aborted: unknown;
      try {
        for await (const _ of await engine.completions.create(endless, { signal: controller.signal }))
          if (++chunks === 4) controller.abort(reason);
      } catch (error) {
        aborted = error;
      }
      for await (const chunk of await engine.completions.create(endless)) if (chunk.choices[0].text) break;
      const after = await engine.completions.create({ prompt: "a", ignore_eos: true, max_tokens: 3 });
      const inFlight = engine.completions.create({ ...endless, stream: false }).catch((error: unknown) => error);
      await engine.unload();
      const ended = (await inFlight) as { code?: string; message: string };
      return { same: aborted === reason, chunks, after: after.pronk.ids.length, ended: [ended.code, ended.message] };
    });
    expect(seen).toEqual({
      same: true,
      chunks: 4,
      after: 3,
      ended: ["bad-request", expect.stringContaining("unloaded")],
    });
  });

  test("usage tells what the cache held: after an abort, for an answer made again, for an edited question", async () => {
    const seen = await inPage(async () => {
      const engine = await pronk.createEngine(modelUrl, { store: false });
      const request = (texts: string[]) => ({
        messages: texts.map((content, i) => ({ role: i % 2 ? ("assistant" as const) : ("user" as const), content })),
        temperature: 0,
        max_tokens: 8,
        ignore_eos: true,
      });
      const ask = async (texts: string[]) => {
        const { usage, pronk } = await engine.chat.completions.create(request(texts));
        const { prompt_tokens: prompt, prompt_tokens_details: details } = usage;
        return { promptIds: pronk.prompt_ids!, prompt, cached: details.cached_tokens };
      };
      const first = await ask(["one"]);
      const talk = ["one", "two", "three"];
      const controller = new AbortController();
      const stream = await engine.chat.completions.create(
        { ...request(talk), max_tokens: 60, stream: true },
        { signal: controller.signal },
      );
      let chunks = 0;
      try {
        for await (const _ of stream) if (++chunks === 3) controller.abort();
      } catch {
        // as wanted
      }
      const afterAbort = await ask(talk);
      const again = await ask(talk);
      const edited = await ask(["one", "two", "thirty"]);
      await engine.unload();
      let shared = 0;
      while (edited.promptIds[shared] === again.promptIds[shared]) shared++;
      return { first: first.cached, afterAbort, again, edited, shared };
    });
    expect(seen.first).toBe(0);
    // The last position is always computed anew: its logits are wanted.
    expect(seen.afterAbort.cached).toBe(seen.afterAbort.prompt - 1);
    expect(seen.again.cached).toBe(seen.again.prompt - 1);
    expect(seen.edited.cached).toBe(seen.shared);
    expect(seen.shared).toBeLessThan(seen.edited.prompt - 1);
  });

  test("past the context a chat goes on from what the cache holds, until the room is full again", async () => {
    const seen = await inPage(async () => {
      const engine = await pronk.createEngine(modelUrl, { store: false });
      const messages: { role: "user" | "assistant"; content: string }[] = [];
      const answers = [];
      for (let n = 1; n <= 20; n++) {
        messages.push({ role: "user", content: `question ${n}` });
        const { choices, usage, pronk } = await engine.chat.completions.create({ messages, max_tokens: 8, seed: n });
        messages.push({ role: "assistant", content: choices[0].message.content });
        const { cached_tokens: cached } = usage.prompt_tokens_details;
        answers.push({ prompt: usage.prompt_tokens, cached, dropped: pronk.dropped_messages });
      }
      await engine.unload();
      return answers;
    });
    const past = seen.slice(seen.findIndex(({ dropped }) => dropped > 0));
    expect(past.length).toBeGreaterThan(8);
    const stayed = past.filter(({ dropped }, at) => at > 0 && dropped === past[at - 1].dropped);
    expect(stayed.length).toBeGreaterThan(past.length / 2);
    for (const { prompt, cached } of stayed) expect(prompt - cached).toBeLessThan(70);
  });

  test("an aborted load rejects with the reason, leaves nothing in the store, and may be tried again", async () => {
    const seen = await inPage(async () => {
      const controller = new AbortController();
      const reason = new Error("never mind");
      const onProgress = () => controller.abort(reason);
      const error = await pronk
        .createEngine(modelUrl, { onProgress, signal: controller.signal })
        .catch((caught: unknown) => caught);
      const left = await pronk.listModels();
      const before = await pronk.inspectModel(modelUrl);
      const engine = await pronk.createEngine(modelUrl);
      await engine.unload();
      const stored = await pronk.listModels();
      const summary = await pronk.inspectModel(modelUrl);
      const warm = await pronk.createEngine(modelUrl);
      await warm.unload();
      await pronk.deleteModel(stored[0].id);
      return {
        same: error === reason,
        left: left.length,
        stored: stored.map(({ label, quantize }) => [label, quantize]),
        inspected: [before.stored, summary.stored, summary.llama2, summary.hasChatTemplate, summary.needs[0].fits],
        warm: [engine.info.warm, warm.info.warm, warm.info.storedBytes > 0],
        deleted: (await pronk.listModels()).length,
      };
    });
    expect(seen).toEqual({
      same: true,
      left: 0,
      stored: [["byte-model", "none"]],
      inspected: [false, true, false, true, true],
      warm: [false, true, true],
      deleted: 0,
    });
  });

  test("failures of a load arrive as PronkError", async () => {
    const seen = await inPage(async () => {
      const error = await pronk
        .createEngine(`${modelUrl}nowhere/`, { store: false })
        .catch((caught: unknown) => caught);
      const { code, message } = error as { code: string; message: string };
      return { isPronkError: error instanceof pronk.PronkError, code, message };
    });
    expect(seen).toMatchObject({ isPronkError: true, message: expect.stringContaining("config.json") });
  });

  test("a worker without WebGPU hands over to the page; one that does not start is told clearly", async () => {
    const seen = await inPage(async () => {
      const weak = new Worker(`${modelUrl}weak-worker.js`);
      const engine = await pronk.createEngine(modelUrl, { worker: weak, store: false });
      const answer = await engine.completions.create({ prompt: "a", max_tokens: 2, ignore_eos: true });
      await engine.unload();
      const absent = new Worker("/no/such/file.js", { type: "module" });
      const error = await pronk.createEngine(modelUrl, { worker: absent }).catch((caught: unknown) => caught);
      return { tokens: answer.usage?.completion_tokens, error: (error as { code: string }).code };
    });
    expect(seen).toEqual({ tokens: 2, error: "worker-lost" });
  });

  test("what nobody catches in the worker ends the engine at once, and every call, by the worker's name", async () => {
    const seen = await inPage(async () => {
      const worker = new Worker(`${modelUrl}frail-worker.js`, { type: "module" });
      const engine = await pronk.createEngine(modelUrl, { worker, store: false });
      const ended = new Promise((end) => engine.ended.addEventListener("abort", () => end(engine.ended.reason)));
      const endless = engine.completions.create({ prompt: "a", ignore_eos: true }).catch((caught: unknown) => caught);
      worker.postMessage({ break: true });
      const errors = [await ended, await endless, await engine.tokenizer.encode("a").catch((caught) => caught)];
      errors.push(await engine.completions.create({ prompt: "a" }).catch((caught) => caught));
      worker.terminate();
      return (errors as { code: string; message: string }[]).map(({ code, message }) => ({ code, message }));
    });
    const lost = { code: "worker-lost", message: expect.stringContaining("stopped unexpectedly (on purpose)") };
    expect(seen).toEqual([lost, lost, lost, lost]);
  });

  test("a worker that ends without a word is replaced: the answer goes on, and so does a load", async () => {
    const seen = await inPage(async () => {
      const own = globalThis.Worker;
      const hosts: Worker[] = [];
      globalThis.Worker = class extends own {
        constructor(url: string | URL, options?: WorkerOptions) {
          super(url, options);
          if (/[/]host[.]js/.test(String(url))) hosts.push(this);
        }
      };
      const events: string[] = [];
      const onRecovery = ({ state, ...more }: { state: string; code?: string }) =>
        void events.push(`${state} ${more.code ?? ""}`);
      const request = { prompt: "a b", temperature: 0.9, ignore_eos: true, max_tokens: 60, repetition_penalty: 1.2 };
      const ask = async (engine: Awaited<ReturnType<Pronk["createEngine"]>>, endAt = Infinity) => {
        let ids: number[] = [];
        let recoveries: number | undefined;
        const heads = new Set<string>();
        const stream = await engine.completions.create({
          ...request,
          seed: 5,
          stream: true,
          stream_options: { include_usage: true },
        });
        for await (const { id, choices, usage } of stream) {
          heads.add(id);
          ids = ids.concat(choices[0].pronk.ids);
          recoveries ??= usage?.extra.recoveries;
          if (ids.length >= endAt) {
            endAt = Infinity;
            hosts.at(-1)!.terminate();
          }
        }
        return { ids: ids.join(), recoveries, heads: heads.size };
      };
      const small = { prompt: "#", max_tokens: 1 };
      const usual = await pronk.createEngine(modelUrl);
      const wanted = await ask(usual);
      await usual.completions.create(small);
      const unseeded = await usual.completions.create({ ...request, temperature: 0 });
      await usual.unload();
      const engine = await pronk.createEngine(modelUrl, { onRecovery });
      const got = await ask(engine, 7);
      await engine.completions.create(small);
      const whole = engine.completions.create({ ...request, temperature: 0 });
      hosts.at(-1)!.terminate(); // before a word was said
      const same = (await whole).pronk.ids.join() === unseeded.pronk.ids.join();
      await engine.unload();
      let isEnded = false;
      const onProgress = () => {
        if (!isEnded) hosts.at(-1)!.terminate();
        isEnded = true;
      };
      const loaded = await pronk.createEngine(modelUrl, { store: false, onProgress, onRecovery });
      const again = await ask(loaded);
      await loaded.unload();
      const last = await pronk.createEngine(modelUrl, { recover: false });
      const inFlight = ask(last, 7).catch(({ code }: { code: string }) => code);
      const code = await inFlight;
      await last.unload();
      const [{ id }] = await pronk.listModels();
      await pronk.deleteModel(id);
      globalThis.Worker = own;
      return { wanted, got, same, again, isEnded, code, ended: last.ended.reason.code as string, events };
    });
    expect(seen.wanted.ids.split(",")).toHaveLength(60);
    expect(seen.got).toEqual({ ...seen.wanted, recoveries: 1 });
    expect(seen.again).toEqual(seen.wanted);
    expect([seen.same, seen.isEnded, seen.code, seen.ended]).toEqual([true, true, "worker-lost", "worker-lost"]);
    expect(seen.events).toEqual(Array.from({ length: 3 }, () => ["recovering worker-lost", "recovered "]).flat());
  });

  test("a lost device ends the engine with device-lost", async () => {
    const seen = await inPage(async () => {
      const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
      const engine = await pronk.createEngine(modelUrl, { device, store: false });
      const endless = engine.completions.create({ prompt: "a", ignore_eos: true }).catch((caught: unknown) => caught);
      setTimeout(() => device.destroy(), 200);
      const codes = [(await endless) as { code: string }];
      codes.push(await engine.completions.create({ prompt: "a" }).catch((caught) => caught));
      codes.push(engine.ended.reason);
      await engine.unload();
      return codes.map(({ code }) => code);
    });
    expect(seen).toEqual(["device-lost", "device-lost", "device-lost"]);
  });
});

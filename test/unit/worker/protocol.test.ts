// Both ends of the protocol over a real MessageChannel, with the real API over a fake model behind it.

import type { MessagePort as NodePort } from "node:worker_threads";
import { afterEach, describe, expect, test, vi } from "vitest";
import { assembleEngine } from "../../../src/api/assemble.ts";
import type { RecoveryEvent } from "../../../src/api/renewal.ts";
import type { EngineCalls, EngineInfo, EngineOptions } from "../../../src/api/surface.ts";
import { PronkError } from "../../../src/errors.ts";
import { connectEngine as connectTo } from "../../../src/worker/connect.ts";
import type { Host } from "../../../src/worker/link.ts";
import type { Port } from "../../../src/worker/protocol.ts";
import type { HostServices, Served } from "../../../src/worker/serve.ts";
import { serve } from "../../../src/worker/serve.ts";
import { workerStopped } from "../../../src/worker/uncaught.ts";
import type { FakeGenerator } from "../../support/fake-core.ts";
import { countedSignal } from "../../support/counted-signal.ts";
import { eventually } from "../../support/eventually.ts";
import { collect, fakeCore, fakeGenerator, fakeTokenizer } from "../../support/fake-core.ts";

const info = { model: "fake/model", gpuBytes: 42 } as EngineInfo;
const go = [{ role: "user" as const, content: "go" }];
const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

function fakeEngine(
  generator: FakeGenerator,
  dispose = vi.fn(async () => {}),
  end: AbortController = new AbortController(),
): EngineCalls {
  return assembleEngine({ core: fakeCore(generator, { ended: end.signal }), info, end, dispose });
}

interface TestHost {
  crash(error: PronkError): void;
  closed(): boolean;
  /** The worker's side. */
  served: Served;
}

/** A served port and the host as the page sees it. */
function channel(services: Partial<HostServices>): Host & TestHost {
  const { port1, port2 } = new MessageChannel();
  const gone = new AbortController();
  let closed = false;
  const close = () => {
    closed = true;
    port1.close();
  };
  closers.push(close);
  const served = serve(port2 as Port, {
    hasWebGpu: async () => true,
    createEngine: async () => fakeEngine(fakeGenerator(() => "ok")),
    ...services,
  });
  port1.start();
  port2.start();
  const crash = (error: PronkError) => gone.abort(error);
  return { port: port1 as Port, gone: gone.signal, close, crash, closed: () => closed, served };
}

/** With this host and no other. */
const connectEngine = (host: Host, model: string, options: EngineOptions) =>
  connectTo(async () => host, model, options, false);

async function connected(generator: FakeGenerator, dispose?: () => Promise<void>) {
  const host = channel({ createEngine: async () => fakeEngine(generator, dispose && vi.fn(dispose)) });
  return { host, engine: (await connectEngine(host, "fake/model", {}))! };
}

const started = (generator: FakeGenerator) => eventually(() => expect(generator.running).toBe(1));
const stopped = (generator: FakeGenerator) => eventually(() => expect(generator.running).toBe(0));

describe("loading", () => {
  test.each(["is gone", "unloads"] as const)(
    "a client that %s leaves nothing on an engine that others go on using",
    async (way) => {
      const { controller, listeners } = countedSignal();
      const shared = fakeEngine(
        fakeGenerator(() => "ok"),
        undefined,
        controller,
      );
      const before = listeners();
      for (let client = 0; client < 3; client++) {
        const host = channel({
          createEngine: async () => ({ ...shared, ended: controller.signal, unload: async () => {} }),
        });
        const engine = (await connectEngine(host, "fake/model", {}))!;
        expect(listeners()).toBe(before + 1);
        if (way === "is gone") host.served.close();
        else await engine.unload();
        expect(listeners()).toBe(before);
      }
    },
  );

  test("passes model and options, forwards progress, resolves with info", async () => {
    let got: unknown[] = [];
    const events: unknown[] = [];
    const back = { state: "recovered", attempts: 2, waitedMs: 500 } as const;
    const host = channel({
      createEngine: async (model, options) => {
        const means = {
          onProgress: undefined,
          onRecovery: undefined,
          signal: undefined,
          pause: undefined,
          startHashThread: undefined,
        };
        got = [model, { ...options, ...means }];
        options.onProgress?.({ phase: "download", loadedBytes: 1, totalBytes: 2, bytesPerSecond: 3 });
        options.onRecovery?.(back);
        return fakeEngine(fakeGenerator(() => "ok"));
      },
    });
    const options: EngineOptions = {
      quantize: "q4",
      weights: "Q4_K_M",
      token: "secret",
      without: ["subgroups"],
      recover: false,
      onProgress: (event) => void events.push(event),
      onRecovery: (event) => void events.push(event),
    };
    const engine = await connectEngine(host, "owner/name", options);
    expect(got).toEqual([
      "owner/name",
      { quantize: "q4", weights: "Q4_K_M", token: "secret", without: ["subgroups"], recover: false, worker: false },
    ]);
    expect(events).toEqual([{ phase: "download", loadedBytes: 1, totalBytes: 2, bytesPerSecond: 3 }, back]);
    expect(engine?.info).toEqual(info);
  });

  test("borrows a thread that hashes from the page until the load ends, and does without where there is none", async () => {
    const terminate = vi.fn();
    class StartedWorker extends EventTarget {
      terminate = terminate;
      constructor() {
        super();
        setTimeout(() => this.dispatchEvent(new Event("message")));
      }
      postMessage(_: unknown, [port]: MessagePort[]): void {
        (port as unknown as NodePort).on("message", (sent: unknown) => port.postMessage({ hashed: sent }));
        closers.push(() => port.close());
      }
    }
    const createEngine: HostServices["createEngine"] = async (_, { startHashThread }) => {
      const { port, end } = await startHashThread();
      const answer = new Promise((resolve) => port.addEventListener("message", ({ data }) => resolve(data)));
      port.start();
      port.postMessage("bytes");
      expect(await answer).toEqual({ hashed: "bytes" });
      expect(terminate).not.toHaveBeenCalled();
      end();
      return fakeEngine(fakeGenerator(() => "ok"));
    };
    vi.stubGlobal("Worker", StartedWorker);
    await connectEngine(channel({ createEngine }), "fake/model", {});
    vi.unstubAllGlobals();
    expect(terminate).toHaveBeenCalledOnce();
    const without = connectEngine(channel({ createEngine }), "fake/model", {});
    await expect(without).rejects.toThrow("the page could not start a hash worker");
  });

  test("a worker without WebGPU hands the load back", async () => {
    const createEngine = vi.fn<HostServices["createEngine"]>();
    const host = channel({ hasWebGpu: async () => false, createEngine });
    expect(await connectEngine(host, "owner/name", {})).toBeUndefined();
    expect([host.closed(), createEngine.mock.calls.length]).toEqual([true, 0]);
  });

  test("a failure arrives as the same class, with facts and cause, and closes the worker", async () => {
    const cause = new PronkError("network", "HTTP 404", { status: 404 }, { cause: new TypeError("inner") });
    const host = channel({
      createEngine: async () => {
        throw new PronkError("format", "config.json is missing", { file: "config.json" }, { cause });
      },
    });
    const error: PronkError = await connectEngine(host, "owner/name", {}).then(
      () => Promise.reject(new Error("loaded")),
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(PronkError);
    expect(error).toMatchObject({ code: "format", message: "config.json is missing", facts: { file: "config.json" } });
    expect(error.cause).toBeInstanceOf(PronkError);
    expect(error.cause).toMatchObject({ code: "network", facts: { status: 404 }, cause: { name: "TypeError" } });
    expect(host.closed()).toBe(true);
  });

  test("an abort reaches the load over there and rejects with the reason", async () => {
    let stopped = false;
    const host = channel({
      createEngine: (_, { signal }) =>
        new Promise((_, reject) =>
          signal!.addEventListener("abort", () => {
            stopped = true;
            reject(signal!.reason);
          }),
        ),
    });
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const loading = connectEngine(host, "owner/name", { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 10);
    await expect(loading).rejects.toBe(reason);
    expect([stopped, host.closed()]).toEqual([true, true]);
  });

  test("a worker that dies while loading is a PronkError", async () => {
    const host = channel({ createEngine: () => new Promise(() => {}) });
    const died = new PronkError("worker-lost", "stopped unexpectedly");
    setTimeout(() => host.crash(died), 10);
    await expect(connectEngine(host, "owner/name", {})).rejects.toBe(died);
  });
});

describe("calls", () => {
  test("streamed and whole answers equal those of the engine itself", async () => {
    const make = () => fakeGenerator(() => "Springböckchen 🦙");
    const { engine } = await connected(make());
    const local = fakeEngine(make());
    const chat = { messages: go, stream_options: { include_usage: true } };
    const strip = (value: unknown) =>
      JSON.parse(JSON.stringify(value, (key, v) => (/^(id|created|time_to_first_token_ms)$/.test(key) ? 0 : v)));
    const both = async (ask: (engine: EngineCalls) => Promise<unknown>) =>
      expect(strip(await ask(engine))).toEqual(strip(await ask(local)));
    await both((on) => on.chat.completions.create(chat));
    await both(async (on) => collect(await on.chat.completions.create({ ...chat, stream: true })));
    await both((on) => on.completions.create({ prompt: [1, 5] }));
    await both(async (on) => collect(await on.completions.create({ prompt: "x", stream: true })));
    await both((on) => on.tokenizer.encode("a b", { addBos: true }));
    await both((on) => on.tokenizer.decode(fakeTokenizer.encode("a b")));
  });

  test("a refused request rejects create, not the iteration", async () => {
    const { engine } = await connected(fakeGenerator(() => "ok"));
    const refused = engine.chat.completions.create({ messages: [], stream: true });
    await expect(refused).rejects.toMatchObject({ code: "bad-request", facts: { field: "messages" } });
    await expect(engine.completions.create(undefined as never)).rejects.toMatchObject({ code: "bad-request" });
  });

  test("embeddings are those of the engine itself, refused and aborted as there", async () => {
    const generator = fakeGenerator(() => "");
    const { engine } = await connected(generator);
    const request = { input: ["a fox", "a llama"], pooling: "last" } as const;
    expect(await engine.embeddings.create(request)).toEqual(await fakeEngine(generator).embeddings.create(request));
    await expect(engine.embeddings.create({ input: "" })).rejects.toMatchObject({ facts: { field: "input" } });
    const abort = new AbortController();
    const reason = new Error("enough");
    const aborted = engine.embeddings.create(request, { signal: abort.signal });
    abort.abort(reason);
    await expect(aborted).rejects.toBe(reason);
  });

  test("requests held in a framework's proxies and with functions can be sent", async () => {
    const { engine } = await connected(fakeGenerator(() => "ok"));
    const request = new Proxy({ messages: new Proxy(go, {}), onDone: () => {} }, {});
    expect((await engine.chat.completions.create(request)).choices[0].message.content).toBe("ok");
  });

  test("an abort in the middle rejects with the reason, stops the model, leaves the engine usable", async () => {
    const generator = fakeGenerator(() => "x".repeat(150), { stepMs: 2 });
    const { engine } = await connected(generator);
    const controller = new AbortController();
    const reason = { my: "reason" };
    const stream = await engine.chat.completions.create({ messages: go, stream: true }, { signal: controller.signal });
    let seen = 0;
    const reading = (async () => {
      for await (const _ of stream) if (++seen === 3) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    expect(seen).toBe(3);
    await stopped(generator);
    expect((await engine.chat.completions.create({ messages: go, max_tokens: 2 })).usage.completion_tokens).toBe(2);
  });

  test("an abort rejects a whole answer too, and also when all chunks have already arrived", async () => {
    const { engine } = await connected(fakeGenerator(() => "x".repeat(100), { stepMs: 2 }));
    const controller = new AbortController();
    const whole = engine.chat.completions.create({ messages: go }, { signal: controller.signal });
    setTimeout(() => controller.abort("stop"), 20);
    await expect(whole).rejects.toBe("stop");

    const late = new AbortController();
    const stream = await engine.completions.create(
      { prompt: "a", max_tokens: 5, stream: true },
      { signal: late.signal },
    );
    const reading = (async () => {
      for await (const _ of stream) {
        await new Promise((resolve) => setTimeout(resolve, 60)); // the host is done by now
        late.abort("late");
      }
    })();
    await expect(reading).rejects.toBe("late");
  });

  test("leaving the loop stops the model", async () => {
    const generator = fakeGenerator(() => "x".repeat(150), { stepMs: 2 });
    const { engine } = await connected(generator);
    for await (const chunk of await engine.chat.completions.create({ messages: go, stream: true }))
      if (chunk.choices[0]?.delta.content) break;
    await stopped(generator);
    expect(generator.requests[0].signal?.aborted).toBe(true);
  });

  test("a stream that is never read holds up nobody", async () => {
    const generator = fakeGenerator(() => "ok");
    const { engine } = await connected(generator);
    await engine.chat.completions.create({ messages: go, stream: true });
    expect((await engine.chat.completions.create({ messages: go })).choices[0].message.content).toBe("ok");
    expect(generator.requests.length).toBe(1);
  });

  test("two calls at once are answered one after the other", async () => {
    const generator = fakeGenerator((prompt) => prompt.slice(0, 12), { stepMs: 1 });
    const { engine } = await connected(generator);
    const ask = (content: string) => engine.chat.completions.create({ messages: [{ role: "user", content }] });
    const answers = await Promise.all([ask("first"), ask("second")]);
    expect(answers.map((answer) => answer.choices[0].message.content)).toEqual(["u:first|", "u:second|"]);
  });

  test("rows of logits arrive whole and in order", async () => {
    const { engine } = await connected(fakeGenerator(() => "abc"));
    const rows: [number, number[]][] = [];
    const request = { prompt: [1, 5, 6], max_tokens: 2 };
    await engine.completions.create(request, { onLogits: (position, row) => void rows.push([position, [...row]]) });
    expect(rows).toEqual([0, 1, 2, 3].map((position) => [position, [position, 0.5]]));
  });

  test("an error of the model arrives as its class", async () => {
    const { engine } = await connected(
      fakeGenerator(() => {
        throw new PronkError("device-lost", "The GPU went away", { reason: "unknown" });
      }),
    );
    const stream = await engine.chat.completions.create({ messages: go, stream: true });
    const error = await collect(stream).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PronkError);
    expect(error).toMatchObject({ code: "device-lost", facts: { reason: "unknown" } });
  });
});

describe("a host that dies", () => {
  /** Hosts one after the other, each with an engine that answers the same; `made` are their generators. */
  function mortal(answer = "Springböckchen 🦙 und mehr", more: Partial<HostServices> = {}) {
    const hosts: (Host & TestHost)[] = [];
    const made: FakeGenerator[] = [];
    const predecessors: unknown[] = [];
    const events: string[] = [];
    const open = async () => {
      const createEngine: HostServices["createEngine"] = async (_, { predecessor }) => {
        predecessors.push(predecessor);
        const generator = fakeGenerator(() => answer, { stepMs: 2 });
        made.push(generator);
        const end = new AbortController();
        const core = fakeCore(generator, { ended: end.signal });
        const own = { ...info, source: "fake", adapter: { vendor: `gpu ${made.length}` } } as EngineInfo;
        return assembleEngine({ core, info: own, variants: () => ({}) as never, end, dispose: async () => {} });
      };
      hosts.push(channel({ createEngine, ...more }));
      return hosts.at(-1)!;
    };
    const onRecovery = ({ state }: RecoveryEvent) => void events.push(state);
    return { hosts, made, predecessors, events, open, onRecovery };
  }
  const died = () => new PronkError("worker-lost", "stopped unexpectedly");
  const request = { prompt: "x", stream: true, stream_options: { include_usage: true } } as const;

  test("is replaced: what streams goes on where it stood, what waits is asked again, and each is told once", async () => {
    const { hosts, made, predecessors, events, open, onRecovery } = mortal();
    const undisturbed = await connectTo(open, "fake/model", {});
    const wanted = await collect(await undisturbed!.completions.create(request));
    const engine = (await connectTo(open, "fake/model", { onRecovery }))!;
    const chunks: typeof wanted = [];
    let whole: Promise<unknown> | undefined;
    for await (const chunk of await engine.completions.create(request)) {
      chunks.push(chunk);
      if (chunks.length === 5 || chunks.length === 9) hosts.at(-1)!.crash(died());
      whole ??= engine.completions.create({ prompt: "y" });
    }
    const choices = (of: typeof wanted) => of.map((chunk) => chunk.choices);
    expect(choices(chunks)).toEqual(choices(wanted));
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.at(-1)!.usage!.extra.recoveries).toBe(2);
    expect(await whole).toMatchObject({ choices: [{ text: wanted.map((chunk) => chunk.choices[0].text).join("") }] });
    expect(events).toEqual(["recovering", "recovered", "recovering", "recovered"]);
    expect(predecessors.slice(1)).toMatchObject([
      undefined,
      { like: { adapter: { vendor: "gpu 2" } }, history: { length: 0 } },
      { like: { adapter: { vendor: "gpu 3" } } },
    ]);
    // The seed is drawn once, by the page.
    const seeds = made.slice(1).map(({ requests }) => requests[0].sampling.seed);
    expect(new Set(seeds).size).toBe(1);
    expect(engine.info.adapter.vendor).toBe("gpu 4");
    expect(hosts.slice(1).map((host) => host.closed())).toEqual([true, true, false]);
    await engine.unload();
    expect(hosts.at(-1)!.closed()).toBe(true);
  });

  test("while it loads, it is loaded in another; one that cannot start is not tried again", async () => {
    const slow: HostServices["hasWebGpu"] = () => new Promise((resolve) => setTimeout(resolve, 20, true));
    const { hosts, events, open, onRecovery } = mortal("ok", { hasWebGpu: slow });
    let tries = 0;
    const engine = await connectTo(
      async () => {
        const host = await open();
        if (++tries === 1) setTimeout(() => host.crash(died()));
        return host;
      },
      "fake/model",
      { onRecovery },
    );
    expect([tries, events, engine!.ended.aborted]).toEqual([2, ["recovering", "recovered"], false]);
    expect(hosts[0].closed()).toBe(true);
    const never = new PronkError("worker-lost", "did not start", { started: false });
    const refuse = vi.fn(() => Promise.reject(never));
    await expect(connectTo(refuse, "fake/model", {})).rejects.toBe(never);
    expect(refuse).toHaveBeenCalledOnce();
  });

  test("an answer that is kept to a form goes on in it: the next host rebuilds what is allowed from what was given", async () => {
    const wanted = { name: "Springböckchen", legs: 4 };
    const { hosts, open } = mortal(JSON.stringify(wanted) + "!!!");
    const schema = {
      type: "object",
      properties: { name: { type: "string" }, legs: { type: "integer", maximum: 4 } },
      required: ["name", "legs"],
      additionalProperties: false,
    };
    const form = { response_format: { type: "json_schema", json_schema: { name: "animal", schema } } } as const;
    const engine = (await connectTo(open, "fake/model", {}))!;
    let text = "";
    let chunks = 0;
    let recoveries: number | undefined;
    for await (const { choices, usage } of await engine.completions.create({ ...request, ...form })) {
      if (++chunks % 6 === 0 && chunks < 20) hosts.at(-1)!.crash(died());
      text += choices[0]?.text ?? "";
      recoveries ??= usage?.extra.recoveries;
    }
    expect(JSON.parse(text)).toEqual(wanted);
    expect(recoveries).toBe(3);
    await engine.unload();
  });

  test("the next is sent what the first was: picked files whole, and the options of the load", async () => {
    const loads: unknown[] = [];
    const { hosts, open } = mortal("ok", {
      createEngine: async (model, { quantize, contextLength, store }) => {
        const texts = await Promise.all((model as File[]).map((file) => file.text())); // Node clones a file without its name
        loads.push([texts, { quantize, contextLength, store }]);
        return fakeEngine(fakeGenerator(() => "ok"));
      },
    });
    const files = ["config", "weights"].map((text) => new File([text], text));
    const options = { quantize: "q4", contextLength: 64, store: false } as const;
    const engine = (await connectTo(open, files, options))!;
    hosts[0].crash(died());
    expect((await engine.completions.create({ prompt: "x" })).choices[0].text).toBe("ok");
    const load = [["config", "weights"], options];
    expect(loads).toEqual([load, load]);
    await engine.unload();
  });

  test("for the last time ends the engine, with what was said so far", async () => {
    const { hosts, open, onRecovery, events } = mortal();
    const once = async () => {
      if (hosts.length === 0) return open();
      throw new PronkError("format", "The file is another one.");
    };
    const engine = (await connectTo(once, "fake/model", { onRecovery }))!;
    let seen = 0;
    const reading = (async () => {
      for await (const _ of await engine.completions.create(request)) if (++seen === 3) hosts[0].crash(died());
    })();
    await expect(reading).rejects.toMatchObject({ code: "worker-lost", facts: { attempts: 1, failed: "format" } });
    expect([seen >= 3, events, engine.ended.reason.code]).toEqual([true, ["recovering", "failed"], "worker-lost"]);
  });

  test("another GPU over there is shown here", async () => {
    const { port1, port2 } = new MessageChannel();
    closers.push(() => port1.close());
    const gpu = { model: "fake/model", adapter: { vendor: "first" } } as EngineInfo;
    const end = new AbortController();
    let tell!: NonNullable<EngineOptions["onRecovery"]>;
    serve(port2 as Port, {
      hasWebGpu: async () => true,
      createEngine: async (_, { onRecovery }) => {
        tell = onRecovery!;
        const core = fakeCore(
          fakeGenerator(() => "ok"),
          { ended: end.signal },
        );
        return assembleEngine({ core, info: gpu, variants: () => ({}) as never, end, dispose: async () => {} });
      },
    });
    port1.start();
    port2.start();
    const host = { port: port1 as Port, gone: new AbortController().signal, close: () => port1.close() };
    let shown: string | undefined;
    const onRecovery = () => void (shown = engine.info.adapter.vendor);
    const engine = (await connectTo(async () => host, "fake/model", { onRecovery }))!;
    Object.assign(gpu, { adapter: { vendor: "second" } });
    tell({ state: "recovered", attempts: 1, waitedMs: 2 });
    await eventually(() => expect(shown).toBe("second"));
  });
});

describe("the end", () => {
  test("unload in flight rejects the running call, frees once, closes; later calls reject", async () => {
    const dispose = vi.fn(async () => {});
    const generator = fakeGenerator(() => "x".repeat(150), { stepMs: 2 });
    const { engine, host } = await connected(generator, dispose);
    const reading = collect(await engine.chat.completions.create({ messages: go, stream: true }));
    const failed = expect(reading).rejects.toMatchObject({ code: "bad-request", facts: { found: "an unloaded one" } });
    await started(generator);
    await Promise.all([engine.unload(), engine.unload(), engine[Symbol.asyncDispose]()]);
    await failed;
    await stopped(generator);
    await eventually(() => expect([dispose.mock.calls.length, host.closed()]).toEqual([1, true]));
    await expect(engine.chat.completions.create({ messages: go })).rejects.toThrow("was unloaded");
    await expect(engine.tokenizer.encode("x")).rejects.toThrow("was unloaded");
  });

  test("a worker that dies rejects calls in flight and later ones; unload still works", async () => {
    const { engine, host } = await connected(fakeGenerator(() => "x".repeat(150), { stepMs: 2 }));
    const died = new PronkError("worker-lost", "stopped unexpectedly");
    const whole = engine.chat.completions.create({ messages: go });
    host.crash(died);
    await expect(whole).rejects.toBe(died);
    await expect(engine.completions.create({ prompt: "x" })).rejects.toBe(died);
    expect(engine.ended.reason).toBe(died);
    await engine.unload();
    expect(host.closed()).toBe(true);
  });

  test("an engine that is lost over there is told at once, not at the next call, and lets go of the worker", async () => {
    const end = new AbortController();
    const dispose = vi.fn(async () => {});
    const host = channel({
      createEngine: async () =>
        fakeEngine(
          fakeGenerator(() => "x"),
          dispose,
          end,
        ),
    });
    const engine = (await connectEngine(host, "fake/model", {}))!;
    expect(engine.ended.aborted).toBe(false);
    end.abort(new PronkError("device-lost", "The GPU went away", { reason: "unknown" }));
    await eventually(() => expect(engine.ended.aborted).toBe(true));
    expect(engine.ended.reason).toMatchObject({ code: "device-lost", facts: { reason: "unknown" } });
    await eventually(() => expect([dispose.mock.calls.length, host.closed()]).toEqual([1, true]));
    await expect(engine.completions.create({ prompt: "x" })).rejects.toBe(engine.ended.reason);
    await expect(engine.tokenizer.decode([5])).rejects.toBe(engine.ended.reason);
  });

  test("what nobody caught in the worker ends its engine, a call in flight and a load", async () => {
    const died = workerStopped("boom");
    const generator = fakeGenerator(() => "x".repeat(150), { stepMs: 2 });
    const { engine, host } = await connected(generator);
    const whole = engine.chat.completions.create({ messages: go });
    const failed = expect(whole).rejects.toMatchObject({ code: "worker-lost", facts: { reason: "boom" } });
    await started(generator);
    host.served.fail(died);
    await failed;
    await expect(engine.completions.create({ prompt: "x" })).rejects.toMatchObject({ code: "worker-lost" });
    expect(engine.ended.reason).toMatchObject({ code: "worker-lost" });

    const createEngine = vi.fn(() => new Promise<never>(() => {}));
    const busy = channel({ createEngine });
    const loading = expect(connectEngine(busy, "owner/name", {})).rejects.toMatchObject({ code: "worker-lost" });
    await eventually(() => expect(createEngine).toHaveBeenCalled());
    busy.served.fail(died);
    await loading;
    expect(busy.closed()).toBe(true);
  });

  test("an unloaded engine has ended, near and far", async () => {
    const { engine } = await connected(fakeGenerator(() => "ok"));
    const local = fakeEngine(fakeGenerator(() => "ok"));
    await Promise.all([engine.unload(), local.unload()]);
    for (const { ended } of [engine, local]) expect(ended.reason).toMatchObject({ code: "bad-request" });
  });
});

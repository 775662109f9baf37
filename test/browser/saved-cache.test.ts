// engine.cache in both browsers: what an answer left on the GPU goes into the store and comes back in another engine, which
// then gives the ids that the first one would have; what is not exactly that is refused by name, and computed anew.

import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserRunner, openRunner } from "../../cli/runner.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { browserKinds } from "../support/harness.ts";

type Pronk = typeof import("../../src/index.ts");
type Engine = import("../../src/index.ts").Engine;
type EngineOptions = import("../../src/index.ts").EngineOptions;

// What runs in the page finds these as globals.
declare const pronk: Pronk;
/** Loads, does that, and unloads. */
declare const withEngine: <T>(options: EngineOptions, use: (engine: Engine) => Promise<T>) => Promise<T>;
/** Has the first prompt answered. */
declare const begin: (engine: Engine) => Promise<unknown>;
/** Answers prompt, first answer and more, and tells how much of that was held. */
declare const goOn: (engine: Engine) => Promise<{ ids: number[]; cached: number }>;
/** What a call rejects with, as data. */
declare const refusalOf: (call: Promise<unknown>) => Promise<unknown>;
/** Keys of the blocks that the store has of saved caches. */
declare const savedKeys: () => Promise<IDBValidKey[]>;
/** The page's device that was opened last. */
declare const opened: { device: GPUDevice };
/** Flips a bit of one of them. */
declare const flipBit: (index: number, byte: number) => Promise<void>;

const { parent, folder } = writeByteModel({ contextLength: 512 });
afterAll(() => rmSync(parent, { recursive: true }));

// As text: the test runner would rewrite the import.
const setUp = `async (modelUrl) => {
  const pronk = await import("/lib/index.js");
  const settings = { temperature: 0, ignore_eos: true };
  const question = Array.from({ length: 200 }, (_, i) => 3 + ((i * i) % 251));
  const withEngine = async (options, use) => {
    const engine = await pronk.createEngine(modelUrl, options);
    try {
      return await use(engine);
    } finally {
      await engine.unload();
    }
  };
  const ask = async (engine, prompt, max_tokens) => {
    const { pronk, usage } = await engine.completions.create({ ...settings, prompt, max_tokens });
    return { ids: pronk.ids, cached: usage.prompt_tokens_details.cached_tokens };
  };
  const begin = async (engine) => (globalThis.firstAnswer = (await ask(engine, question, 30)).ids);
  const goOn = (engine) => ask(engine, [...question, ...globalThis.firstAnswer, 70, 71, 72, 73, 74], 20);
  const refusalOf = (call) => call.then(() => "taken", ({ code, facts }) => ({ code, facts }));
  const promised = (request) =>
    new Promise((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = reject)));
  const inRows = async (use) => {
    const database = await promised(indexedDB.open("pronk"));
    try {
      return await use(database.transaction("rows", "readwrite").objectStore("rows"), database);
    } finally {
      database.close();
    }
  };
  const isSaved = ([, path]) => path.startsWith("//cache/");
  const savedKeys = () => inRows(async (rows) => (await promised(rows.getAllKeys())).filter(isSaved));
  const flipBit = async (index, byte) => {
    const key = (await savedKeys())[index];
    const parts = await inRows((rows) => promised(rows.get(key)));
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    bytes[byte] ^= 8;
    await inRows((rows) => promised(rows.put([new Blob([bytes])], key)));
  };
  const opened = {};
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...request) {
    return (opened.device = await requestDevice.apply(this, request));
  };
  Object.assign(globalThis, { opened, modelUrl, pronk, withEngine, begin, goOn, refusalOf, savedKeys, flipBit });
}`;

describe.each(browserKinds)("in %s", (kind) => {
  let runner: BrowserRunner;
  let first: { ids: number[]; cached: number };
  let computed: { ids: number[]; cached: number };
  beforeAll(async () => {
    runner = await openRunner(kind, { adapter: "software" });
    await runner.page.evaluate(setUp, runner.serve(folder));
  });
  afterAll(() => runner?.[Symbol.asyncDispose]());

  test("what one engine saved another goes on from, in a worker and on the page, with the ids that the first would give", async () => {
    const seen = await runner.page.evaluate(async () => {
      const first = await withEngine({}, async (engine) => {
        const nothing = await refusalOf(engine.cache.save("talk"));
        await begin(engine);
        const saved = await engine.cache.save("talk");
        return { nothing, saved, listed: await engine.cache.list(), went: await goOn(engine) };
      });
      const later = [];
      for (const worker of [true, false])
        later.push(
          await withEngine({ worker }, async (engine) => {
            const restored = await engine.cache.restore("talk");
            return { restored, went: await goOn(engine) };
          }),
        );
      const anew = await withEngine({}, goOn);
      return { ...first, later, anew, info: await pronk.models.info() };
    });
    expect(seen.nothing).toMatchObject({ code: "bad-request", facts: { field: "cache" } });
    expect(seen.saved).toMatchObject({ name: "talk", positions: expect.any(Number), sizeBytes: expect.any(Number) });
    expect(seen.listed).toEqual([seen.saved]);
    expect(seen.info.map(({ savedCaches }) => savedCaches)).toEqual([["talk"]]);
    expect(seen.saved.positions).toBe(229); // the last id was never fed
    expect(seen.went.cached).toBe(seen.saved.positions);
    for (const { restored, went } of seen.later) {
      expect(restored).toEqual(seen.saved);
      expect(went).toEqual(seen.went);
    }
    expect(seen.anew.cached).toBe(0);
    first = seen.went;
    computed = seen.anew;
  });

  test("a GPU that is lost after a restore is filled again as the saved history says", async () => {
    const seen = await runner.page.evaluate(() =>
      withEngine({ worker: false }, async (engine) => {
        await engine.cache.restore("talk");
        opened.device.destroy();
        return goOn(engine);
      }),
    );
    expect(seen).toEqual(first);
  });

  test("another KV format, another quantization, a name that was never saved, and no store are refused by name", async () => {
    const seen = await runner.page.evaluate(async () => {
      const tried = [];
      for (const options of [{ kv: "f16" }, { quantize: "q8" }, { store: false }] as const)
        tried.push(await withEngine(options, (engine) => refusalOf(engine.cache.restore("talk"))));
      const unknown = await withEngine({}, (engine) => refusalOf(engine.cache.restore("other")));
      return { tried, unknown };
    });
    expect(seen.tried).toMatchObject([
      { code: "bad-request", facts: { field: "kv", expected: "f16", found: "f32" } },
      {
        code: "bad-request",
        facts: { field: "model", expected: expect.stringMatching(/\|q8$/), found: expect.stringMatching(/\|none$/) },
      },
      { code: "storage-missing", facts: { field: "store" } },
    ]);
    expect(seen.unknown).toMatchObject({ code: "bad-request", facts: { field: "name", found: "other" } });
  });

  test("a flipped bit is found, in the description as in the numbers, and the answer is computed anew", async () => {
    const seen = await runner.page.evaluate(async () => {
      const keys = (await savedKeys()).length;
      const tried = [];
      for (const [index, byte] of [[1, 12_345], [0, 40]])
        tried.push(
          await withEngine({}, async (engine) => {
            await flipBit(index, byte);
            const refusal = await refusalOf(engine.cache.restore("talk"));
            const went = await goOn(engine);
            await flipBit(index, byte);
            const taken = await refusalOf(engine.cache.restore("talk"));
            return { refusal, went, taken };
          }),
        );
      return { keys, tried };
    }); // prettier-ignore
    expect(seen.keys).toBe(2); // the description and one part
    for (const { refusal, went, taken } of seen.tried) {
      expect(refusal).toMatchObject({ code: "integrity", facts: { name: "talk" } });
      expect(went).toEqual(computed);
      expect(taken).toBe("taken");
    }
  });

  test.runIf(kind === "chromium")(
    "a full disk: the save is refused, and what was saved before is still there",
    async () => {
      const session = await runner.page.playwright!.context().newCDPSession(runner.page.playwright!);
      const origin = await runner.page.evaluate(async () => location.origin);
      const setQuota = (quotaSize?: number) => session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize });
      const saveMore = () =>
        runner.page.evaluate(() =>
          withEngine({}, async (engine) => {
            await goOn(engine);
            return refusalOf(engine.cache.save("talk"));
          }),
        );
      await setQuota(1000);
      const refusal = await saveMore().finally(() => setQuota());
      expect(refusal).toMatchObject({ code: "storage-full", facts: { name: "talk", neededBytes: expect.any(Number) } });
      const restored = await runner.page.evaluate(() => withEngine({}, (engine) => engine.cache.restore("talk")));
      expect(restored.positions).toBe(229);
    },
  );

  test("it is deleted by its name, and with its model", async () => {
    const seen = await runner.page.evaluate(async () => {
      const listed = await withEngine({}, async (engine) => {
        await begin(engine);
        await engine.cache.save("second");
        await engine.cache.delete("talk");
        return engine.cache.list();
      });
      for (const id of new Set((await pronk.models.list()).map((one) => one.id))) await pronk.models.delete(id);
      return { listed: listed.map(({ name }) => name), left: await savedKeys() };
    });
    expect(seen).toEqual({ listed: ["second"], left: [] });
  });
});

import { describe, expect, test } from "vitest";
import { roomFor } from "../../../src/api/adapter-room.ts";
import type { AdapterCheck } from "../../../src/gpu/adapter-check.ts";
import { checkAdapter } from "../../../src/questions.ts";
import { checkContextLength, checkOptions, resolveKv, withContext } from "../../../src/api/engine-options.ts";
import { createEngine } from "../../../src/create-engine.ts";
import { openGpu } from "../../../src/gpu/device.ts";
import { PronkError } from "../../../src/errors.ts";
import { fakeCore, fakeGenerator } from "../../support/fake-core.ts";

const { config: shape } = fakeCore(fakeGenerator(() => ""));

describe("options", () => {
  test.each([
    ["quantize", { quantize: "q5" }],
    ["kv", { kv: "f64" }],
    ["contextLength", { contextLength: 0 }],
    ["contextLength", { contextLength: 100.5 }],
  ])("a wrong %s is refused by name", (field, options) => {
    expect(() => checkOptions(options as never)).toThrowError(
      expect.objectContaining({ code: "bad-request", facts: expect.objectContaining({ field }) }),
    );
  });

  test("kv auto is exact for small unquantized models only", () => {
    expect(resolveKv("auto", 15e6, "none")).toBe("f32");
    expect(resolveKv(undefined, 100e6, "none")).toBe("f16");
    expect(resolveKv("auto", 15e6, "q8")).toBe("f16");
    expect(resolveKv("f32", 7e9, "q4")).toBe("f32");
    expect(resolveKv("q8", 15e6, "none")).toBe("q8");
  });
});

test("what is not known cannot be done without", async () => {
  await expect(openGpu({ without: ["fusion", "subgroup"] })).rejects.toMatchObject({
    code: "bad-request",
    facts: { field: "without", found: "subgroup" },
  });
});

describe("context length", () => {
  const config = { ...shape, contextLength: 4096 };
  const noRoom = () => new PronkError("out-of-memory", "no room");

  async function tried(wanted: number | undefined, most: number, model = config) {
    const attempts: number[] = [];
    const made = await withContext(wanted, model, "f16", async (contextLength) => {
      attempts.push(contextLength);
      if (contextLength > most) throw noRoom();
      return contextLength;
    }).catch((error: PronkError) => error.code);
    return { attempts, made };
  }

  test("is the model's own where that fits, else halved until it does", async () => {
    expect(await tried(undefined, 5000)).toEqual({ attempts: [4096], made: 4096 });
    expect(await tried(undefined, 1500)).toEqual({ attempts: [4096, 2048, 1024], made: 1024 });
  });

  test("gives up below what a chat needs", async () => {
    expect(await tried(undefined, 100)).toEqual({ attempts: [4096, 2048, 1024, 512], made: "out-of-memory" });
  });

  test("asked for is what is tried, and nothing else", async () => {
    expect(await tried(2048, 1500)).toEqual({ attempts: [2048], made: "out-of-memory" });
    expect(await tried(4096, 5000)).toEqual({ attempts: [4096], made: 4096 });
  });

  test("is no more than the model was made for, its scaling counted in", async () => {
    const original = { originalContextLength: 4096, lowFreqFactor: 1, highFreqFactor: 4 };
    for (const [ropeScaling, longest] of [
      [{ kind: "none" }, 4096],
      [{ kind: "linear", factor: 4 }, 16_384],
      [{ kind: "linear", factor: 2.5 }, 10_240],
      [{ kind: "llama3", factor: 8, ...original }, 4096],
      [{ kind: "factors", factors: [1, 2] }, 4096],
    ] as const) {
      const model = { ...config, ropeScaling } as typeof config;
      expect(await tried(longest, 1e9, model)).toEqual({ attempts: [longest], made: longest });
      expect(await tried(longest + 1, 1e9, model)).toEqual({ attempts: [], made: "bad-request" });
      expect(() => checkContextLength(300_000, model)).toThrowError(
        expect.objectContaining({
          message: expect.stringMatching(`contextLength.*${longest}.*300000`),
          facts: expect.objectContaining({ field: "contextLength" }),
        }),
      );
    }
    checkContextLength(undefined, config);
    const dynamic = { kind: "dynamic", factor: 2, originalContextLength: 4096 } as const;
    checkContextLength(300_000, { ...config, ropeScaling: dynamic });
  });

  test("of a model with a huge context is what 4 GiB of cache hold", async () => {
    // 7B's shape: 2 * 32 layers * 4096 values * 2 bytes = 512 KiB a position
    const long = { ...config, layers: 32, kvHeads: 32, headDim: 128, contextLength: 131072 };
    expect((await tried(undefined, 1e9, long)).attempts).toEqual([8192]);
  });

  test("of a model with long scaling is what it was trained for, until more is asked for", async () => {
    const ropeScaling = {
      kind: "long",
      shortFactors: [1],
      longFactors: [2],
      originalContextLength: 1024,
      attentionFactor: 1,
    };
    const long = { ...config, ropeScaling } as typeof config;
    expect(await tried(undefined, 1e9, long)).toEqual({ attempts: [1024], made: 1024 });
    expect(await tried(4096, 1e9, long)).toEqual({ attempts: [4096], made: 4096 });
  });

  test("other errors pass at once", async () => {
    const attempts: number[] = [];
    const failing = withContext(undefined, config, "f16", async (contextLength) => {
      attempts.push(contextLength);
      throw new PronkError("format", "broken");
    });
    await expect(failing).rejects.toMatchObject({ code: "format" });
    expect(attempts).toEqual([4096]);
  });
});

describe("room", () => {
  const desktop: AdapterCheck = { supported: true, features: [], maxBindingBytes: 2e9, maxBufferBytes: 2e9 };

  test("is told with what is missing", () => {
    expect(roomFor({ totalBytes: 4e9, largestBindingBytes: 1e9 }, desktop)).toEqual({ fits: true });
    const big = roomFor({ totalBytes: 39e9, largestBindingBytes: 1e9 }, desktop);
    expect([big.fits, big.reason]).toEqual([false, expect.stringContaining("39.0 GB")]);
    const wide = roomFor({ totalBytes: 4e9, largestBindingBytes: 3e9 }, desktop);
    expect([wide.fits, wide.reason]).toEqual([false, expect.stringContaining("3.0 GB")]);
  });
});

describe.skipIf("gpu" in (globalThis.navigator ?? {}))("without WebGPU", () => {
  test("the check says why, and names browsers", async () => {
    const check = await checkAdapter();
    expect(check.supported).toBe(false);
    expect(check.reason).toMatch(/Chrome.*Firefox.*Safari/);
    expect(roomFor({ totalBytes: 1, largestBindingBytes: 1 }, check)).toEqual({ fits: false, reason: check.reason });
  });

  test("createEngine rejects with webgpu-missing, before anything is fetched", async () => {
    const error = await createEngine("owner/name").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PronkError);
    expect(error).toMatchObject({ code: "webgpu-missing", message: expect.stringMatching(/WebGPU.*Firefox/) });
  });

  test("an aborted signal comes first", async () => {
    const reason = new Error("never mind");
    await expect(createEngine("owner/name", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

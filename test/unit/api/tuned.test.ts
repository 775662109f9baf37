// When kernels are compared with their plain twins, over a model that computes nothing: once for an adapter that is a GPU,
// never on a software adapter; what was dropped stays dropped, and is reported at every load.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, expect, test, vi } from "vitest";
import { PronkError } from "../../../src/errors.ts";
import { defaultVariants } from "../../../src/gpu/variants.ts";
import type { Model } from "../../../src/model/model.ts";
import type { Verdict } from "../../../src/model/twins.ts";
import { dropWrong, kernelsDropped, tune, type TuneOptions } from "../../../src/tuned.ts";

const adapter = { vendor: "acme", architecture: "", device: "", description: "" };
const features = ["shader-f16", "subgroups"];

beforeEach(() => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  vi.stubGlobal("navigator", { userAgent: "test" });
});

interface Circumstances extends TuneOptions {
  software?: boolean;
  kv?: string;
  /** Of comparing. */
  fails?: PronkError;
}

/** A load as engine.ts does it, on an adapter that gets matvec and subgroups wrong. */
async function load({ software = false, kv = "f16", fails, ...options }: Circumstances = {}) {
  const facts = { adapter, software, features: new Set(features) };
  const gpu = { ...facts, variants: defaultVariants(facts) };
  let compared = 0;
  const model = {
    gpu,
    config: { dim: 64, hiddenDim: 128 },
    weights: { layers: [{ down: { parts: [{ format: { label: "q8" } }] } }] },
    cache: { kv },
    measureVariants: async () => ({ ...gpu.variants, matvec: "subgroup" }),
    compareTwins: async (): Promise<Verdict> => {
      compared++;
      if (fails) throw fails;
      return { variants: { ...gpu.variants, matvec: "plain" }, features: ["shader-f16"], dropped: ["matvec"] };
    },
    follow: (other: { variants: typeof gpu.variants; features: Iterable<string> }) =>
      Object.assign(gpu, { variants: other.variants, features: new Set(other.features) }),
  } as unknown as Model;
  const { dropped, anew } = await dropWrong(model, await tune(model, options));
  return { compared, dropped, anew, matvec: gpu.variants.matvec, features: [...gpu.features], variants: gpu.variants };
}

test("a GPU's kernels are compared at its first load, and what is dropped stays so", async () => {
  const right = { dropped: ["matvec"], matvec: "plain", features: ["shader-f16"] };
  expect(await load()).toMatchObject({ ...right, compared: 1, anew: true });
  expect(await load()).toMatchObject({ ...right, compared: 0, anew: false });
  expect(await load({ kv: "q8" })).toMatchObject({ ...right, compared: 1, anew: true }); // other kernels of attention
  expect(await load({ store: false })).toMatchObject({ ...right, compared: 1, anew: true });
});

test("a software adapter's are not", async () => {
  for (let time = 0; time < 2; time++)
    expect(await load({ software: true })).toMatchObject({ compared: 0, dropped: [], matvec: "subgroup", features });
});

test("an engine whose device was lost goes on with the kernels it had", async () => {
  const { variants, features: kept } = await load();
  const like = { adapter, features: kept, variants };
  expect(await load({ store: false, like })).toMatchObject({ compared: 0, variants, features: kept, anew: false });
  const other = { ...like, adapter: { ...adapter, vendor: "other" } };
  expect(await load({ store: false, like: other })).toMatchObject({ compared: 1, anew: true });
});

test("what keeps kernels from being compared ends the load, and the next one compares them", async () => {
  await expect(load({ fails: new PronkError("driver-fault", "x") })).rejects.toMatchObject({ code: "driver-fault" });
  expect(await load()).toMatchObject({ compared: 1, dropped: ["matvec"] });
});

test("what is dropped is named", () => {
  expect(kernelsDropped([])).toEqual([]);
  const [warning] = kernelsDropped(["matvec", "subgroups"]);
  expect(warning).toMatchObject({ code: "kernel-dropped", facts: { found: "matvec, subgroups" } });
  expect(warning.message).toContain("matvec, subgroups");
});

// Torch's files on their way, like safetensors: streamed, hashed, stored, resumed, read again without the network and repaired,
// in their own numbers and in q4; and every panel of Meta's files.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ModelStore } from "../../../src/store/model-store.ts";
import { atRest, spoilBlock } from "../../support/at-rest.ts";
import { CollectingSink } from "../../support/collecting-sink.ts";
import { startHub, type HubServer } from "../../support/hub-server.ts";
import { loadModel } from "../../support/load-model.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";
import { metaCheckpoint } from "../../support/meta-checkpoint.ts";
import { torchCheckpoint } from "../../support/torch-checkpoint.ts";

const sizes = { hidden_size: 256, num_attention_heads: 8, intermediate_size: 512, vocab_size: 40 };
const plain = madeCheckpoint({ config: madeConfig(sizes), shards: 2 });
const kinds = { torch: torchCheckpoint(plain), meta: metaCheckpoint(plain, { parts: 2 }) };

let hub: HubServer;
let store: ModelStore;
beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  store = (await ModelStore.open())!;
  hub = await startHub([
    ["owner/plain", { files: plain }],
    ["owner/torch", { files: kinds.torch }],
    ["owner/meta", { files: kinds.meta }],
  ]);
});
afterEach(async () => {
  store.close();
  await hub.close();
  vi.unstubAllGlobals();
});

async function load(reference: string, quantize: "none" | "q4", signal?: AbortSignal) {
  const sink = new CollectingSink();
  return { model: await loadModel({ reference, hubUrl: hub.url, store, quantize, sink, signal }), sink };
}

const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const contents = ({ bytes }: CollectingSink) => new Map([...bytes].map(([name, own]) => [name, latin(own)]));

describe.each(["none", "q4"] as const)("quantize %s", (quantize) => {
  test("pytorch_model.bin gives what safetensors give", async () => {
    const [torch, wanted] = [await load("owner/torch", quantize), await load("owner/plain", quantize)];
    expect(torch.model.format?.kind).toBe("torch");
    expect(new Map([...contents(torch.sink)].toSorted())).toEqual(new Map([...contents(wanted.sink)].toSorted()));
  });

  test.each(["torch", "meta"] as const)("%s: stored, read again, repaired", async (kind) => {
    const cold = await load(`owner/${kind}`, quantize);
    expect(cold.model.storedBytes).toBeGreaterThan(100_000);
    hub.requests.length = 0;
    const warm = await load(`owner/${kind}`, quantize);
    expect(warm.model.warm).toBe(true);
    expect(hub.requests).toEqual([]);
    expect(contents(warm.sink)).toEqual(contents(cold.sink));

    const clean = await atRest();
    await spoilBlock(clean.blocks.length - 1, 3000);
    const repaired = await load(`owner/${kind}`, quantize);
    expect(contents(repaired.sink)).toEqual(contents(cold.sink));
    expect((await atRest()).blocks.map(latin)).toEqual(clean.blocks.map(latin));
  });
});

test("a panel has its place in the whole, and its file for a name", async () => {
  const { sink } = await load("owner/meta", "q4");
  const heads = [...sink.tensors].filter(([, { name }]) => name === "lm_head.weight");
  expect(heads.map(([key, { rows, panel }]) => [key, rows, panel])).toEqual([
    ["consolidated.00.pth.q4v1: lm_head.weight", 20, { firstRow: 0, firstCol: 0, rows: 40, cols: 256 }],
    ["consolidated.01.pth.q4v1: lm_head.weight", 20, { firstRow: 20, firstCol: 0, rows: 40, cols: 256 }],
  ]);
  const down = [...sink.tensors.values()].filter(({ name }) => name === "model.layers.1.mlp.down_proj.weight");
  expect(down.map(({ cols, panel }) => [cols, panel?.firstCol])).toEqual([[256, 0], [256, 256]]); // prettier-ignore
});

test("a load that ended between Meta's files goes on with the second", async () => {
  const whole = await load("owner/meta", "none");
  await store.delete((await store.list())[0].key);
  const sink = new CollectingSink();
  const write = sink.write.bind(sink);
  sink.write = async (tensor, offset, bytes) => {
    if (tensor.file.includes(".01.")) throw new Error("stopped");
    return write(tensor, offset, bytes);
  };
  const options = { reference: "owner/meta", hubUrl: hub.url, store, quantize: "none", sink } as const;
  await expect(loadModel(options)).rejects.toThrow("stopped");
  expect(await store.list()).toEqual([]);
  hub.requests.length = 0;
  const { sink: resumed } = await load("owner/meta", "none");
  expect(contents(resumed)).toEqual(contents(whole.sink));
  const whole01 = kinds.meta.get("consolidated.01.pth")!.length;
  const asked = { "00": 0, "01": 0 };
  for (const { origin, path, headers } of hub.requests) {
    const file = /\.(0\d)\.pth/.exec(path)?.[1] as "00" | undefined;
    if (origin !== "storage" || !file) continue;
    const [, start = 0, end = whole01 - 1] = /bytes=(\d+)-(\d+)/.exec(headers.range ?? "") ?? [];
    asked[file] += Number(end) + 1 - Number(start);
  }
  expect(asked["00"]).toBeLessThan(100_000); // its directory and pickle
  expect(asked["01"]).toBeGreaterThanOrEqual(whole01);
});

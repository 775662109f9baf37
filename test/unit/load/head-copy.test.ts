// A head that looks like a copy of the embedding is kept off the GPU, but only if it is one: what the sink gets, what the
// store keeps, and what a load that begins again costs.

import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import { countParameters } from "../../../src/format/llama-tensors.ts";
import { headDiffers } from "../../../src/load/head-copy.ts";
import { loadModel } from "../../support/load-model.ts";
import { ModelStore } from "../../../src/store/model-store.ts";
import { CollectingSink } from "../../support/collecting-sink.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";
import { spoilTensor, type Files } from "../../support/spoiled.ts";

const head = "lm_head.weight";
const embedding = "model.embed_tokens.weight";
const shape = { hidden_size: 64, vocab_size: 501 }; // 128 KB in f32: most of it between the samples

/** Tied by its configuration, with a head that is the embedding except for `change`. */
async function copied(change: (head: Uint8Array) => void = () => {}): Promise<Files> {
  const files = madeCheckpoint({ config: madeConfig(shape), shards: 3 });
  let rows: Uint8Array | undefined;
  await spoilTensor(files, embedding, ({ bytes }) => void (rows = bytes.slice()));
  change(rows!);
  await spoilTensor(files, head, () => ({ bytes: rows as Uint8Array<ArrayBuffer> }));
  return files.set("config.json", new TextEncoder().encode(JSON.stringify(madeConfig({ ...shape, tie_word_embeddings: true })))); // prettier-ignore
}

/** One row, where no sample is taken. */
const oneRow = () => copied((bytes) => bytes.fill(1, 100 * 256, 101 * 256));

function counted(files: Files) {
  const source = memorySource(files);
  const reads: number[] = [];
  const read: typeof source.read = (path, start, end) => {
    reads.push(end - start);
    return source.read(path, start, end);
  };
  return { source: { ...source, read }, reads };
}

async function load(files: Files, options: Partial<Parameters<typeof loadModel>[0]> = {}) {
  const sink = new CollectingSink();
  const model = await loadModel({ reference: memorySource(files), quantize: "none", sink, ...options });
  return { model, sink };
}

describe.each(["none", "q8", "q4"] as const)("in %s", (quantize) => {
  test("a copy is not delivered, and the model is tied", async () => {
    const { model, sink } = await load(await copied(), { quantize });
    const tied = await load(madeCheckpoint({ config: madeConfig({ ...shape, tie_word_embeddings: true }) }), {
      quantize,
    });
    expect(model.config.tiedEmbeddings).toBe(true);
    expect(model.parameters).toBe(countParameters(tied.model.config));
    expect(model.tensors.map(({ name }) => name)).not.toContain(head);
    expect([...sink.bytes.keys()].toSorted()).toEqual([...tied.sink.bytes.keys()].toSorted());
    expect(sink.bytes.get(embedding)).toEqual(tied.sink.bytes.get(embedding));
  });

  test("one row that differs is found, and the load that begins again has both", async () => {
    const files = await oneRow();
    expect(headDiffers(await rejection(load(files, { quantize })))).toBe(true);
    const { model, sink } = await load(files, { quantize, headApart: true });
    expect(model.config.tiedEmbeddings).toBe(false);
    expect(sink.bytes.get(head)!.length).toBe(sink.bytes.get(embedding)!.length);
    expect(sink.bytes.get(head)).not.toEqual(sink.bytes.get(embedding));
  });
});

test("a difference where a sample is taken, another type or another shape costs no second load", async () => {
  for (const place of [0, 42_000, 85_000, 128_000])
    expect((await load(await copied((bytes) => bytes.fill(1, place, place + 4)))).model.config.tiedEmbeddings).toBe(
      false,
    );
  const half = await copied();
  await spoilTensor(half, head, ({ bytes }) => ({ dtype: "F16", bytes: bytes.slice(0, bytes.length / 2) }));
  expect((await load(half)).model.config.tiedEmbeddings).toBe(false);
});

test("eight short reads tell a head of its own; a model without a second matrix costs none", async () => {
  const short = async (files: Files) => {
    const { source, reads } = counted(files);
    await load(files, { reference: source });
    return reads.filter((size) => size === 4096).length;
  };
  expect(await short(await copied())).toBe(8);
  expect(await short(madeCheckpoint({ config: madeConfig(shape) }))).toBe(0);
  expect(await short(madeCheckpoint({ config: madeConfig({ ...shape, tie_word_embeddings: true }) }))).toBe(0);
});

test("the store keeps a proven copy without asking again, and rows for a load that begins again", async () => {
  const store = (await ModelStore.open())!;
  const copy = memorySource(await copied(), { id: "made:copy" });
  await load(new Map(), { reference: copy, store });
  const again = await load(new Map(), { reference: copy, store });
  expect(again.model).toMatchObject({ warm: true, config: { tiedEmbeddings: true } });
  expect([...again.sink.bytes.keys()]).not.toContain(head);

  const files = await oneRow();
  const { source, reads } = counted(files);
  const reference = { ...source, id: "made:other" };
  expect(headDiffers(await rejection(load(files, { reference, store })))).toBe(true);
  reads.length = 0;
  const second = await load(files, { reference, store, headApart: true });
  expect(second.sink.bytes.get(head)).not.toEqual(second.sink.bytes.get(embedding));
  const shard = (n: number) => files.get(`model-0000${n}-of-00003.safetensors`)!.length;
  const whole = reads.filter((size) => size > 20_000); // no header
  expect(whole).toEqual([shard(3)]); // what came before the difference is in the store
  const third = await load(files, { reference, store });
  expect(third.model).toMatchObject({ warm: true, config: { tiedEmbeddings: false } });
  expect(third.sink.bytes.get(head)).toEqual(second.sink.bytes.get(head));
  store.close();
});

// Which matrices a checkpoint that says it is tied has, going by its files: as transformers 5.24 loads them.

import { expect, test } from "vitest";
import { readCheckpoint } from "../../../src/format/checkpoint.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";
import { spoilJson, spoilTensor, type Files } from "../../support/spoiled.ts";

const head = "lm_head.weight";
const embedding = "model.embed_tokens.weight";
const read = (files: Files) => readCheckpoint(memorySource(files));
const placeOf = async (files: Files, wanted: string) => {
  const { tensors } = await read(files);
  const found = tensors.find(({ name }) => name === wanted);
  return found && [found.file, found.start, found.end];
};

/** A checkpoint that says it is tied, and has an embedding and a head. */
const both = (): Files => {
  const files = madeCheckpoint({ shards: 2 });
  spoilJson(files, "config.json", (fields) => ({ ...fields, tie_word_embeddings: true }));
  return files;
};

test("a head that is there is used, whatever config.json says; the parameters count it", async () => {
  const untied = madeCheckpoint({ shards: 2 });
  const { config, tensors } = await read(both());
  expect(config.tiedEmbeddings).toBe(false);
  expect(tensors.map(({ name }) => name)).toEqual((await read(untied)).tensors.map(({ name }) => name));
  expect(await placeOf(both(), head)).toEqual(await placeOf(untied, head));
  expect(await placeOf(both(), embedding)).not.toEqual(await placeOf(both(), head));
});

test("tied with the embedding alone, and tied with the head alone: the same bytes", async () => {
  const config = madeConfig({ tie_word_embeddings: true });
  const alone = madeCheckpoint({ config });
  expect((await read(alone)).config.tiedEmbeddings).toBe(true);
  expect(await placeOf(alone, head)).toBeUndefined();

  const renamed = madeCheckpoint({ config });
  await spoilTensor(renamed, embedding, () => ({ name: head }));
  const { config: found, tensors } = await read(renamed);
  expect(found.tiedEmbeddings).toBe(true);
  expect(tensors).toHaveLength((await read(alone)).tensors.length);
  const [, start, end] = (await placeOf(renamed, embedding))!;
  expect((end as number) - (start as number)).toBe(37 * 32 * 4);
});

test("neither, or a head of another shape, is refused by name", async () => {
  const files = madeCheckpoint({ config: madeConfig({ tie_word_embeddings: true }) });
  await spoilTensor(files, embedding, () => null);
  expect(await rejection(read(files))).toMatchObject({ code: "format", facts: { field: embedding } });
  const short = both();
  await spoilTensor(short, head, ({ bytes }) => ({ shape: [36, 32], bytes: bytes.slice(0, 36 * 32 * 4) }));
  expect(await rejection(read(short))).toMatchObject({ code: "format", facts: { field: head, found: "[36,32]" } });
});

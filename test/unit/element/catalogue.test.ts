// The catalogue of the chat page against arithmetic and, for the model that ships, against its files.

import { readFileSync, readdirSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import type { CatalogueEntry, CatalogueShape } from "../../../demo/catalogue.ts";
import { matching } from "../../../demo/picker-catalogue.ts";

const publicFolder = new URL("../../../public/", import.meta.url);
const { models } = JSON.parse(readFileSync(new URL("models.json", publicFolder), "utf8")) as {
  models: CatalogueEntry[];
};

/** The paper's arithmetic: embedding and head, attention, SwiGLU, two norms a layer and one at the end. */
function parametersOf(shape: CatalogueShape): number {
  const { dim, hiddenDim, layers, heads, kvHeads, vocabSize, headDim = dim / heads, tiedEmbeddings = false } = shape;
  const attention = 2 * dim * headDim * (heads + kvHeads);
  const embeddings = (tiedEmbeddings ? 1 : 2) * vocabSize * dim;
  return embeddings + layers * (attention + 3 * dim * hiddenDim + 2 * dim) + dim;
}

test("the first entry is the model that ships, and ids are unique", () => {
  expect(models[0]).toMatchObject({ id: "tiny", path: "models/tiny/", gated: false, llama2: false });
  expect(new Set(models.map(({ id }) => id)).size).toBe(models.length);
});

// What Q4_K_M takes at most: if rows aren't a multiple of 256, it keeps five and eight bits instead (Qwen2.5 0.5B, a quarter
// of which is its embedding).
const bytesOfWeight = { 4: [0.56, 1], 8: [1.06, 1.08], 16: [2, 2.003] } as const;

test.each(models)("$id: parameters follow from the shape, the download from the bits", (entry) => {
  const biases = 1e-4; // and norms of heads, which a shape does not include
  expect(Math.abs(entry.parameters / parametersOf(entry.shape) - 1)).toBeLessThan(biases);
  const [least, most] = bytesOfWeight[entry.bits];
  expect(entry.sizeBytes / entry.parameters).toBeGreaterThanOrEqual(least);
  expect(entry.sizeBytes / entry.parameters).toBeLessThanOrEqual(most);
});

test("between the model that ships and 7B there is a ladder of models that anybody may fetch and use", () => {
  const rungs = models.filter(({ gated, license }) => !gated && license === "Apache-2.0");
  for (const [above, upTo] of [
    [0.1e9, 0.2e9],
    [0.2e9, 0.45e9],
    [0.45e9, 1e9],
    [1e9, 2e9],
    [2e9, 5e9],
  ])
    expect(rungs.some(({ parameters }) => parameters > above && parameters <= upTo)).toBe(true);
  const llama2 = models.filter((entry) => entry.llama2);
  expect(llama2.filter(({ gated, sizeBytes }) => !gated && sizeBytes > 4e9 && sizeBytes < 8e9)).toHaveLength(2);
  expect(llama2.every(({ license }) => license === "Llama 2 Community License")).toBe(true);
});

test.each(models)(
  "$id says where its facts are from, and when they were taken down",
  ({ source, seen, repository }) => {
    expect(seen).toMatch(/^20\d\d-\d\d-\d\d$/);
    if (repository)
      expect(source).toContain(`https://huggingface.co/${repository.split("/").slice(0, 2).join("/")}/tree/`);
  },
);

test("a search finds by every word, in names, notes, repositories and licences", () => {
  const found = (query: string) => matching(models, query).map(({ id }) => id);
  expect(found("")).toHaveLength(models.length);
  expect(found("thebloke 13B")).toEqual(["llama-2-13b-chat-q4"]);
  expect(found("qwen apache")).toEqual(["qwen2.5-0.5b", "qwen2.5-1.5b", "qwen3-4b"]);
  expect(found("nothing such")).toEqual([]);
});

test("the shipped model's size and shape are those of its files", () => {
  const folder = new URL("models/tiny/", publicFolder);
  const shards = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
  const sizeBytes = shards.reduce((sum, name) => sum + statSync(new URL(name, folder)).size, 0);
  expect(models[0].sizeBytes).toBe(sizeBytes);
  const config = JSON.parse(readFileSync(new URL("config.json", folder), "utf8")) as Record<string, number>;
  expect(models[0].shape).toEqual({
    dim: config.hidden_size,
    hiddenDim: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    kvHeads: config.num_key_value_heads,
    vocabSize: config.vocab_size,
    contextLength: config.max_position_embeddings,
  });
});

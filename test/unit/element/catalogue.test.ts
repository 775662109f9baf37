// The catalogue of the chat page against arithmetic and, for the model that ships, against its files.

import { readFileSync, readdirSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import type { CatalogueEntry, CatalogueShape } from "../../../demo/catalogue.ts";

const publicFolder = new URL("../../../public/", import.meta.url);
const { models } = JSON.parse(readFileSync(new URL("models.json", publicFolder), "utf8")) as {
  models: CatalogueEntry[];
};

/** The paper's arithmetic: embedding and head, attention, SwiGLU, two norms a layer and one at the end. */
function parametersOf({ dim, hiddenDim, layers, heads, kvHeads, vocabSize }: CatalogueShape): number {
  const attention = 2 * dim * dim + 2 * dim * (dim / heads) * kvHeads;
  return 2 * vocabSize * dim + layers * (attention + 3 * dim * hiddenDim + 2 * dim) + dim;
}

test("the first entry is the model that ships, and ids are unique", () => {
  expect(models[0]).toMatchObject({ id: "tiny", path: "models/tiny/", gated: false, llama2: false });
  expect(new Set(models.map(({ id }) => id)).size).toBe(models.length);
});

test.each(models)("$id: parameters follow from the shape, the download is two bytes each", (entry) => {
  expect(entry.parameters).toBe(parametersOf(entry.shape!));
  expect(Math.abs(entry.sizeBytes / (2 * entry.parameters) - 1)).toBeLessThan(0.001);
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

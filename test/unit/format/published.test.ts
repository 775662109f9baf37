// The eight repositories of the model card's author, opened through a hub as an engine would: what they are is found, their
// traps are survived, and of files without weights only headers are requested.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWeights } from "../../../src/format/open-weights.ts";
import { isQuantized, type Scheme } from "../../../src/format/quantized.ts";
import { weightFormats } from "../../../src/format/weight-formats.ts";
import { readEarlyParts } from "../../../src/quant/early-parts.ts";
import { packedFormats } from "../../../src/quant/schemes.ts";
import { openSource } from "../../../src/source/open-source.ts";
import { type HubServer, startHub } from "../../support/hub-server.ts";
import { decoysOf, furthestBytes, published, publisher } from "../../support/published.ts";

const packedFormat = await packedFormats();

const exl2: Scheme = { kind: "exl2" };
const expected: Record<string, { matrices: number; schemes: Scheme[]; formats?: string[] }> = {
  "Llama-2-7b-chat-hf-4.0-bpw-exl2": { matrices: 8, schemes: [exl2] },
  "Llama-2-7b-chat-hf-5.0-bpw-exl2": { matrices: 8, schemes: [exl2] },
  "Llama-2-7b-chat-hf-6.0-bpw-exl2": { matrices: 8, schemes: [exl2] },
  "Llama-2-7b-chat-hf-8.0-bpw-exl2": { matrices: 8, schemes: [exl2] },
  "Llama-2-7b-chat-hf-bnb-4bit": { matrices: 7, schemes: [{ kind: "bnb4", book: "nf4", nested: true }] },
  "Llama-2-7b-chat-hf-bnb-8bit": { matrices: 7, schemes: [{ kind: "int8" }] },
  "Llama-2-7b-chat-hf-4bit-AWQ": { matrices: 7, schemes: [{ kind: "awq", groupSize: 128 }] },
  "Llama-2-7b-chat-hf-GGUF": {
    matrices: 9,
    schemes: [{ kind: "ggml", type: "Q4_K" }, { kind: "ggml", type: "Q6_K" }],
    formats: ["llama-2-7b-chat-hf.Q4_K_M.gguf", "llama-2-7b-chat-hf.Q5_K_M.gguf"],
  },
}; // prettier-ignore

let hub: HubServer;
beforeAll(async () => {
  hub = await startHub(Object.entries(published).map(([name, make]) => [`${publisher}/${name}`, { files: make() }]));
});
afterAll(() => hub.close());

describe.each(Object.entries(expected))("%s", (name, { matrices, schemes, formats = ["safetensors"] }) => {
  test("is what it is, and each matrix has its place on the GPU", async () => {
    hub.requests.length = 0;
    const source = await openSource(`${publisher}/${name}`, { hubUrl: hub.url });
    expect(weightFormats(source).map(({ id }) => id)).toEqual(formats);
    const { tensors, format, tokenizer } = await openWeights(source);
    expect(format.id).toBe(formats[0]);
    expect(tensors).toHaveLength(9 + 3);
    const packed = tensors.filter(isQuantized);
    expect(packed).toHaveLength(matrices);
    const kinds = new Set(packed.map(({ scheme }) => JSON.stringify(scheme)));
    expect([...kinds].map((kind) => JSON.parse(kind))).toEqual(expect.arrayContaining(schemes));
    expect(kinds.size).toBe(schemes.length);
    expect(tokenizer?.pieces.length).toBe(name.endsWith("GGUF") ? 260 : undefined);

    const early = await readEarlyParts(source, packed);
    for (const matrix of packed) {
      const format = packedFormat(matrix, early.get(matrix.name)!);
      expect(format.rowChunks).toBe(matrix.cols / 32);
    }
  });

  test("nothing but headers of what is no weight", () => {
    const { files } = hub.repositories.get(`${publisher}/${name}`)!;
    const furthest = furthestBytes(hub);
    expect(furthest.size).toBeGreaterThan(0);
    for (const [path, end] of decoysOf(files)) expect(furthest.get(path), path).toBeLessThan(end);
    for (const path of furthest.keys()) expect(path).toMatch(/\.(safetensors|gguf)$/);
  });
});

test("the other GGUF file, by a part of its name", async () => {
  const source = await openSource(`${publisher}/Llama-2-7b-chat-hf-GGUF`, { hubUrl: hub.url });
  const { tensors, format } = await openWeights(source, { weights: "Q5_K_M" });
  expect(format.id).toBe("llama-2-7b-chat-hf.Q5_K_M.gguf");
  const types = tensors.filter(isQuantized).map(({ scheme }) => (scheme.kind === "ggml" ? scheme.type : scheme.kind));
  expect([...new Set(types)].toSorted()).toEqual(["Q5_K", "Q6_K"]);
});

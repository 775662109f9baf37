// The reference against upstream programs: llama2.c's and transformers' ids and logits of the trained 260 K model, and
// transformers' RoPE tables. The data lie beside the repository; without them these tests skip.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readReferenceModel, referenceConfig } from "../../reference/checkpoint.ts";
import { referenceForward, referenceGenerate } from "../../reference/forward.ts";
import { requireClose } from "../../reference/relative-error.ts";
import { ropeTable } from "../../reference/rope.ts";

const data = join(import.meta.dirname, "../../../../shared/data");
const present = existsSync(data);
if (!present) console.warn(`skipped: the golden data is not at ${data}`);

const json = (path: string) => JSON.parse(readFileSync(join(data, path), "utf8"));
const floats = (path: string) => new Float32Array(new Uint8Array(readFileSync(join(data, path))).buffer);

describe.skipIf(!present)("llama2.c", () => {
  const model = present ? readReferenceModel(join(data, "e2e/stories260K-hf-f32-sharded"))! : undefined;
  test.each([0, 1, 2, 3, 4, 5])("prompt %i: ids and the five likeliest of every position", (n) => {
    const { prompt_tokens, token_ids, top5_per_pos } = json(`golden/stories260K/gen_${n}.json`);
    const count = token_ids.length - prompt_tokens.length;
    const { ids, logits } = referenceGenerate(model!.weights, model!.config, prompt_tokens, count);
    expect([...prompt_tokens, ...ids]).toEqual(token_ids);
    top5_per_pos.forEach((top: [number, number][], position: number) => {
      const actual = top.map(([id]) => logits[position * model!.config.vocabSize + id]);
      const expected = top.map(([, logit]) => logit);
      requireClose(`position ${position}`, actual, expected, 1e-5);
    });
  });
  test("the full logits dump, fed in one pass", () => {
    const ids = json("golden/stories260K/gen_1.json").token_ids.slice(0, 256);
    const logits = referenceForward(model!.weights, model!.config, ids);
    requireClose("logits", logits, floats("golden/stories260K/gen_1.json.logits.f32"), 1e-5);
  });
});

describe.skipIf(!present)("transformers", () => {
  const folders = present ? readdirSync(join(data, "e2e")).filter((name) => name.startsWith("stories260K-hf")) : [];
  test.each(folders)("%s: ids and logits", (name) => {
    const { config, weights } = readReferenceModel(join(data, "e2e", name))!;
    const { cases } = json(`e2e/${name}/golden.json`);
    for (const { prompt_ids, greedy_ids, logits_file, logits_shape } of cases) {
      const count = greedy_ids.length - prompt_ids.length;
      const { ids, logits } = referenceGenerate(weights, config, prompt_ids, count);
      expect([...prompt_ids, ...ids]).toEqual(greedy_ids);
      const [rows, vocabSize] = logits_shape;
      requireClose(name, logits.subarray(0, rows * vocabSize), floats(`e2e/${name}/${logits_file}`), 1e-5);
    }
  });

  const ropeCases: any[] = present ? json("golden/rope/rope.json").cases : [];
  const known = ropeCases.filter((c) => c.rope_scaling?.rope_type !== "yarn");
  test.each(known.map((c) => [c.name, c]))("RoPE table %s", (_, c) => {
    const config = referenceConfig({ ...c, hidden_size: c.head_dim, num_attention_heads: 1 });
    c.positions.forEach((position: number, row: number) => {
      const table = ropeTable(config, position, 1, c.seq_len);
      // Upstream multiplies in float32: an angle is off by up to two roundings of its own size.
      const limit = 1e-6 + position * 2 ** -22;
      for (let i = 0; i < c.head_dim / 2; i++) {
        expect(Math.abs(table.cos[i] - c.cos[row][i])).toBeLessThan(limit);
        expect(Math.abs(table.sin[i] - c.sin[row][i])).toBeLessThan(limit);
      }
    });
  });
});

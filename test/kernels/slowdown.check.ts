// How long an answer constrained to a schema takes, beside a free one of as many tokens: the shipped model's shape with 32,000
// pieces and random weights. Not among the kernel checks: `npm run schemas` runs it, with as many pairs as it is given.

import { keepTo } from "../../src/api/answer-form.ts";
import { createGenerator } from "../../src/generate/generator.ts";
import { greedy, type GenerateRequest } from "../../src/generate/request.ts";
import { median } from "../../src/bench/statistics.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { fakeTokenizer } from "../support/fake-core.ts";
import { openRandomModel, randomModelConfig } from "../support/random-model.ts";

const shape = { dim: 192, hiddenDim: 512, heads: 6, kvHeads: 2, headDim: 32, layers: 6, contextLength: 512 };
const vocabSize = 32_000;
const config = { ...randomModelConfig, ...shape, vocabSize };
const tokens = 64;

/** It never ends, so that both answers are equally long. */
const schema = {
  type: "array",
  minItems: 1000,
  items: {
    type: "object",
    properties: {
      first_name: { type: "string", maxLength: 12 },
      date_of_birth: { type: "string", format: "date" },
      number_of_children: { type: "integer", minimum: 0, maximum: 20 },
      kind: { enum: ["customer", "colleague", "friend"] },
    },
    required: ["first_name", "date_of_birth", "number_of_children", "kind"],
    additionalProperties: false,
  },
};

/** Every byte, and words as a vocabulary has them: with a space before, and with JSON's marks. */
function pieces(seed: number): Uint8Array[] {
  const random = randomNumbers(seed);
  const draw = (below: number) => Math.floor(((random() + 1) / 2) * below);
  const utf8 = new TextEncoder();
  const made = new Set<string>();
  const marks = ['"', '":', '": ', '": "', '",', '", "', '"}', '{"', "},", "[", "]", "{", "_", " ", ""];
  while (made.size < vocabSize - 257) {
    const word = Array.from({ length: 1 + draw(7) }, () => String.fromCharCode(97 + draw(26))).join("");
    made.add([`${word}`, ` ${word}`, `${word}${marks[draw(marks.length)]}`, `${draw(1000)}`][draw(4)]);
  }
  return [...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)), ...[...made].map((it) => utf8.encode(it))];
}

async function slowdown({ without, proof = { count: 1, seed: 1 } }: CheckContext) {
  const { gpu, model } = await openRandomModel({ without, encoding: "q8", config });
  try {
    const generator = await createGenerator(model);
    const bytes = pieces(proof.seed);
    const tokenizer = { ...fakeTokenizer, vocabSize, bytesOf: (id: number) => bytes[id] };
    const msPerToken = async (request: Pick<GenerateRequest, "constrain" | "forced">, seed: number) => {
      generator.reset();
      const sampling = { ...greedy, seed };
      const generation = generator.generate({
        promptIds: [1, 2, 3, 4],
        maxTokens: tokens,
        sampling,
        stopIds: [],
        ...request,
      });
      let count = 0;
      for await (const _ of generation) count++;
      if (count !== tokens) throw new Error(`it ended after ${count} of ${tokens} tokens`);
      return generation.stats.decodeMs / (tokens - 1);
    };
    const kept = () => keepTo({ wanted: { schema }, field: "schema" }, tokenizer, [vocabSize - 1], false);
    const ratios: number[] = [];
    const unfed: number[] = [];
    const free: number[] = [];
    for (let pair = -1; pair < proof.count; pair++) {
      const { constrain } = await kept();
      const ms = [
        await msPerToken({}, pair),
        await msPerToken(await kept(), pair),
        await msPerToken({ constrain }, pair),
      ];
      if (pair < 0) continue; // pipelines are made
      free.push(ms[0]);
      ratios.push(ms[1] / ms[0]);
      unfed.push(ms[2] / ms[0]);
    }
    const note = { freeMsPerToken: median(free), slowdown: median(ratios), slowdownUnfed: median(unfed) };
    return { error: note.slowdown, limit: 1.2, note: JSON.stringify(note) };
  } finally {
    model.dispose();
    gpu.dispose();
  }
}

export const checks: Checks = { slowdown: { run: slowdown, variants: [] } };

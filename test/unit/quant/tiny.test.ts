// What the search for better scales gains in a model: the one that ships, in q4, against its own answers in f16.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chooseEncoding } from "../../../src/quant/choose.ts";
import { quantizeRows } from "../../../src/quant/rows.ts";
import { readReferenceModel } from "../../reference/checkpoint.ts";
import { referenceForward } from "../../reference/forward.ts";
import { referenceWeights } from "../../reference/named-weights.ts";
import { roundToNearest } from "../../reference/round-to-nearest.ts";
import { decodeStored } from "../../reference/stored.ts";

const root = join(import.meta.dirname, "../../..");
const { config, tensors } = readReferenceModel(join(root, "public/models/tiny"))!;
const golden = JSON.parse(readFileSync(join(root, "test/fixtures/tiny/golden.json"), "utf8")) as {
  cases: { promptIds: number[]; greedyIds: number[] }[];
};
const { cases } = golden;

type Way = "exact" | "rounded" | "searched";

/** Log-probabilities after every position of prompt and answer, [positions, vocabSize] for each case. */
function logProbabilities(quantize: "q4" | "q8", way: Way): Float64Array[] {
  const weights = referenceWeights(config, (name) => {
    const { dtype, shape, bytes } = tensors.get(name)!;
    const [rows, cols] = shape.length === 1 ? [1, shape[0]] : shape;
    const exact = decodeStored(dtype, bytes, rows, cols);
    const encoding = chooseEncoding({ name, dtype, shape, file: "", start: 0, end: 0 }, quantize);
    if (way === "exact" || (encoding !== "q8" && encoding !== "q4")) return exact;
    if (way === "rounded") return roundToNearest(encoding, exact, cols);
    return decodeStored(encoding, quantizeRows(encoding, Float32Array.from(exact), cols), rows, cols);
  });
  return cases.map(({ promptIds, greedyIds }) => {
    const logits = referenceForward(weights, config, [...promptIds, ...greedyIds]);
    for (let at = 0; at < logits.length; at += config.vocabSize) {
      const row = logits.subarray(at, at + config.vocabSize);
      const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
      const sum = most + Math.log(row.reduce((total, logit) => total + Math.exp(logit - most), 0));
      for (let i = 0; i < row.length; i++) row[i] -= sum;
    }
    return logits;
  });
}

/** Mean over positions of the divergence of `other`, in nats. */
function divergence(exact: readonly Float64Array[], other: readonly Float64Array[]): number {
  let sum = 0;
  let positions = 0;
  exact.forEach((wanted, i) => {
    positions += wanted.length / config.vocabSize;
    wanted.forEach((log, at) => (sum += Math.exp(log) * (log - other[i][at])));
  });
  return sum / positions;
}

/** Mean log-probability of the golden answers. */
function answerLog(logs: readonly Float64Array[]): number {
  const each = cases.flatMap(({ promptIds, greedyIds }, i) =>
    greedyIds.map((id, t) => logs[i][(promptIds.length + t - 1) * config.vocabSize + id]),
  );
  return each.reduce((sum, log) => sum + log, 0) / each.length;
}

test("q4 with the search stays nearer to the exact model than by rounding to nearest", () => {
  const exact = logProbabilities("q4", "exact");
  const [rounded, searched] = (["rounded", "searched"] as const).map((way) => logProbabilities("q4", way));
  const told = [rounded, searched].map((logs) => divergence(exact, logs));
  if (process.env.PRONK_FIGURES) console.log({ told, answers: [exact, rounded, searched].map(answerLog) });
  expect(told[1]).toBeLessThan(told[0]);
  expect(told[1]).toBeGreaterThan(0);
});

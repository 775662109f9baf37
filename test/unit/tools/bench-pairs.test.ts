// Two commits compared: flags taken apart, pairs in turns, medians and quartiles, and runs that must not be compared.

import { expect, test } from "vitest";
import {
  comparePairs,
  comparisonText,
  type Pair,
  type PairReport,
  readPairFlags,
  runOrder,
} from "../../../tools/bench-pairs.ts";

const adapter = { vendor: "v", architecture: "a", device: "", description: "", software: true, features: [] };
const report = (speed: number, fields: object = {}): PairReport => ({
  ...{ prefillTokensPerSecond: 10 * speed, decodeTokensPerSecond: speed, adapter, ids: [1], browser: "Chromium 1" },
  check: { ok: true, layers: 1, positions: 1, largestError: 0, logitSize: 1, allowedError: 1, changedTop: 0 },
  ...fields,
});
const pair = (here: number, there: number): Pair => ({ here: report(here), there: report(there) });

test("flags: its own are taken, the others are passed on in their order", () => {
  const args = ["--shape", "tiny", "--against", "ac82758", "--json", "--decode=4", "--pairs=3", "--kv", "f16"];
  const rest = ["--shape", "tiny", "--decode=4", "--kv", "f16"];
  expect(readPairFlags(args)).toEqual({ commit: "ac82758", pairs: 3, json: true, rest });
  expect(readPairFlags(["--against", "HEAD~1"])).toEqual({ commit: "HEAD~1", pairs: 15, json: false, rest: [] });
  expect(readPairFlags(["--shape", "tiny", "--json"])).toBeUndefined();
  expect(() => readPairFlags(["--against"])).toThrow("--against: expected a commit");
  for (const pairs of ["0", "some", "-1", "1.5"])
    expect(() => readPairFlags(["--against", "HEAD", `--pairs=${pairs}`])).toThrow("--pairs: expected a whole number");
});

test("each side begins every other pair", () => {
  expect(runOrder(3)).toEqual([["here", "there"], ["there", "here"], ["here", "there"]]); // prettier-ignore
});

test("medians of each side; median and quartiles of the pairs' ratios", () => {
  const { prefill, decode } = comparePairs([pair(2, 1), pair(4, 4), pair(9, 6), pair(4, 5), pair(10, 10)]);
  expect([decode.here, decode.there]).toEqual([4, 5]);
  expect(decode.ratio).toEqual({ median: 1, lowerQuartile: 1, upperQuartile: 1.5 });
  expect([prefill.here, prefill.ratio.median]).toEqual([40, 1]);
  expect(comparePairs([pair(1, 1), pair(2, 1)]).decode.ratio).toEqual({ median: 1.5, lowerQuartile: 1.25, upperQuartile: 1.75 }); // prettier-ignore
  expect(comparePairs([pair(3, 2)]).decode.ratio).toEqual({ median: 1.5, lowerQuartile: 1.5, upperQuartile: 1.5 });
  const text = comparisonText("abc", 1, comparePairs([pair(3, 2)]));
  expect(text).toContain("decode   3.000 tokens/s here, 2.000 at abc; ratio 1.500 (quartiles 1.500 to 1.500, 1 pairs)");
});

test("runs in another browser or adapter, and wrong numbers, are not compared", () => {
  const other = { here: report(1), there: report(1, { browser: "Firefox 1" }) };
  expect(() => comparePairs([other])).toThrow("Chromium 1, v a");
  const wrong = { here: report(1), there: report(1, { check: { ...report(1).check, ok: false } }) };
  expect(() => comparePairs([pair(1, 1), wrong])).toThrow("a run there are wrong");
});

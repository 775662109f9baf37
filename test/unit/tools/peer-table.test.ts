// The table of `bench:peers`: each engine's way with several answers at once is named, and a time with wrong ids is not shown.

import { expect, test } from "vitest";
import type { AtOnce, ComparedRun, PeerRun } from "../../../tools/peers/peer-run.ts";
import { peerTable } from "../../../tools/peers/peer-table.ts";

const facts = { shape: "tiny", prompt: 16, decode: 6 };
const run = (engine: string, atOnce?: AtOnce): PeerRun => {
  const times = { loadMs: 1000, prefillMs: 500, tokenMs: 100, gpuBytes: 2 ** 20 };
  return { engine, version: "1", ids: [1, 2], ...times, atOnce };
};
const compared = (one: PeerRun, rightAtOnce: boolean): ComparedRun => {
  return { ...one, right: true, expected: one.ids, rightAtOnce };
};
const rowOf = (pronk: PeerRun, ...peers: ComparedRun[]) =>
  peerTable(facts, pronk, peers)
    .split("\n")
    .filter((line) => line.includes("at once"));

const ids = [[1], [2], [3]];
const pronk = run("pronk", { way: "in common steps", ms: 2000, ids });
const webllm = run("WebLLM", { way: "one after the other", ms: 8000, ids });
const batch = run("transformers.js", { way: "as one batch", ms: 3000, ids });

test("answers at once: seconds, their ratio to pronk's, and how they were computed", () => {
  expect(rowOf(pronk, compared(webllm, true), compared(batch, false))).toEqual([
    "| 3 answers of 6 at once | 2.00 s, in common steps | 8.00 s (4.00x), one after the other | wrong ids, as one batch |",
  ]);
});

test("where none were asked for, there is no row", () => {
  expect(rowOf(run("pronk"), compared(run("WebLLM"), true))).toEqual([]);
});

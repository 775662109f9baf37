// `bench --against COMMIT` without the running: its flags, the order of runs, and what the pairs of reports amount to.

import { parseArgs } from "node:util";
import type { BenchReport } from "../src/bench/report.ts";
import { median } from "../src/bench/statistics.ts";

export interface PairFlags {
  commit: string;
  pairs: number;
  json: boolean;
  /** For `bench` itself, the same on both sides. */
  rest: string[];
}

const usualPairs = 15;

/** undefined without `--against`. Throws what is wrong, in words. */
export function readPairFlags(args: readonly string[]): PairFlags | undefined {
  const text = { type: "string" } as const;
  const options = { against: text, pairs: text, json: { type: "boolean" } } as const;
  const { values, tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  if (values.against === undefined) return undefined;
  const { against, pairs = String(usualPairs), json = false } = values;
  if (typeof against !== "string" || against === "") throw new Error("--against: expected a commit; found none.");
  if (typeof pairs !== "string" || !/^[1-9]\d*$/.test(pairs))
    throw new Error(`--pairs: expected a whole number above 0; found "${pairs}".`);
  const own = new Set<number>();
  for (const token of tokens)
    if (token.kind === "option" && token.name in options) {
      own.add(token.index);
      if (token.value !== undefined && !token.inlineValue) own.add(token.index + 1);
    }
  const rest = args.filter((_, index) => !own.has(index));
  return { commit: against, pairs: Number(pairs), json: json === true, rest };
}

export type Side = "here" | "there";

/** Each pair begins with the side that the one before ended with, so that a machine warming up favours neither. */
export function runOrder(pairs: number): [Side, Side][] {
  return Array.from({ length: pairs }, (_, pair) => (pair % 2 ? ["there", "here"] : ["here", "there"]));
}

export type PairReport = Pick<
  BenchReport,
  "prefillTokensPerSecond" | "decodeTokensPerSecond" | "adapter" | "ids" | "check"
> & { browser: string };

export type Pair = Record<Side, PairReport>;

export interface Comparison {
  /** Medians, tokens a second. */
  here: number;
  there: number;
  /** Here over there, pair by pair: above 1 is faster here. */
  ratio: { median: number; lowerQuartile: number; upperQuartile: number };
}

/** Throws if the two sides did not run in the same browser on the same adapter, or one gave wrong numbers. */
export function comparePairs(pairs: readonly Pair[]): Record<"prefill" | "decode", Comparison> {
  const place = ({ browser, adapter }: PairReport) => `${browser}, ${Object.values(adapter).join(" ").trim()}`;
  const places = new Set(pairs.flatMap(({ here, there }) => [place(here), place(there)]));
  if (places.size > 1) throw new Error(`The runs were not in one place: ${[...places].join("; ")}.`);
  for (const pair of pairs)
    for (const side of ["here", "there"] as const)
      if (!pair[side].check.ok) throw new Error(`The numbers of a run ${side} are wrong; its speed does not count.`);
  const compare = (of: (report: PairReport) => number): Comparison => {
    const ratios = pairs.map(({ here, there }) => of(here) / of(there)).toSorted((a, b) => a - b);
    return {
      here: median(pairs.map(({ here }) => of(here))),
      there: median(pairs.map(({ there }) => of(there))),
      ratio: { median: median(ratios), lowerQuartile: quantile(ratios, 0.25), upperQuartile: quantile(ratios, 0.75) },
    };
  };
  return {
    prefill: compare((report) => report.prefillTokensPerSecond),
    decode: compare((report) => report.decodeTokensPerSecond),
  };
}

/** Interpolates between the two nearest values. */
function quantile(sorted: readonly number[], part: number): number {
  const at = part * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

export function comparisonText(commit: string, pairs: number, compared: ReturnType<typeof comparePairs>): string {
  const rows = Object.entries(compared).map(([name, { here, there, ratio }]) => {
    const quartiles = `${ratio.lowerQuartile.toFixed(3)} to ${ratio.upperQuartile.toFixed(3)}`;
    const medians = `${here.toPrecision(4)} tokens/s here, ${there.toPrecision(4)} at ${commit}`;
    return `${name.padEnd(8)} ${medians}; ratio ${ratio.median.toFixed(3)} (quartiles ${quartiles}, ${pairs} pairs)`;
  });
  return rows.join("\n");
}

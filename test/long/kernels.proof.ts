// Kernels at random shapes in both browsers, with and without optional features; the cases are in test/kernels/fuzz.check.ts,
// of which `npm test` tries a slice as it does every check.

import type { BrowserKind } from "../../cli/browser/browsers.ts";
import type { CheckRun } from "../harness/check.ts";
import { browserKinds, openHarness, severalAtOnce } from "../support/harness.ts";
import type { Proof } from "./proof.ts";

const atOnce = 10; // cases in one call, so that a long run says now and then that it lives

/** A whole model takes ten times as long as a matrix. */
const share: Record<string, number> = { "random models": 0.1 };

async function run(count: number, seed: number): Promise<void> {
  await Promise.all(browserKinds.map((kind) => runIn(kind, count, seed)));
}

async function runIn(kind: BrowserKind, count: number, seed: number): Promise<void> {
  await using harness = await openHarness(kind);
  const runs = harness.runs.filter(({ file }) => file === "fuzz.check.ts");
  if (runs.length === 0) throw new Error("the page has no random checks");
  const prove = async (check: CheckRun) => {
    const cases = Math.ceil(count * (share[check.name] ?? 1));
    const title = `${kind}, ${check.name}${check.without.length > 0 ? ` without ${check.without.join(", ")}` : ""}`;
    let worst = 0;
    for (let first = 0; first < cases; first += atOnce) {
      const proof = { count: Math.min(atOnce, cases - first), seed, first };
      const report = await harness.runCheck({ ...check, proof });
      if ("failure" in report) throw new Error(`${title}, from case ${first} on: ${report.failure}`);
      if (!(report.error <= report.limit)) throw new Error(`${title}: error ${report.error}, ${report.note}`);
      worst = Math.max(worst, report.error);
    }
    console.log(`${title}: ${cases} cases, error at most ${worst.toExponential(1)}`);
  };
  if (severalAtOnce(kind).concurrent) await Promise.all(runs.map(prove));
  else for (const check of runs) await prove(check);
}

export const kernelsProof: Proof = {
  name: "kernels",
  says: "Matrix products, draws and whole models of random shapes equal the float64 reference in both browsers",
  unit: "cases a check",
  slice: 12,
  full: 300,
  run,
};

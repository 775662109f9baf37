// Kernels at random shapes in both browsers, with and without optional features; the cases are in test/kernels/fuzz.check.ts,
// of which `npm test` tries a slice, as of every check. And the checks of which it tries a few sizes, at all sizes.

import type { BrowserKind } from "../../cli/browser/find-browser.ts";
import type { CheckRun } from "../harness/check.ts";
import { browserKinds, compilesSlowly, openHarness, severalAtOnce } from "../support/harness.ts";
import { shareDevices } from "../support/share-devices.ts";
import type { Proof } from "./proof.ts";

const atOnce = 10; // cases in one call, so that a long run shows signs of life

/** A whole model takes ten times as long as a matrix. */
const share: Record<string, number> = { "random models": 0.1 };

/** Checks that heed `fewSizes`. */
const sized = ["cache", "layer", "low-rank", "packed-linear", "sibling"].map((name) => `${name}.check.ts`);

async function run(count: number, seed: number): Promise<void> {
  await Promise.all(browserKinds.map((kind) => runIn(kind, count, seed)));
}

async function runIn(kind: BrowserKind, count: number, seed: number): Promise<void> {
  await using harness = await openHarness(kind);
  const runs = harness.runs.filter(({ file }) => file === "fuzz.check.ts");
  if (runs.length === 0) throw new Error("the page has no random checks");
  const titleOf = ({ name, without }: CheckRun) =>
    `${kind}, ${name}${without.length > 0 ? ` without ${without.join(", ")}` : ""}`;
  const tried = async (check: CheckRun): Promise<number> => {
    const title = `${titleOf(check)}${check.proof ? `, from case ${check.proof.first} on` : ""}`;
    const report = await harness.runCheck(check);
    if ("failure" in report) throw new Error(`${title}: ${report.failure}`);
    if (!(report.error <= report.limit)) throw new Error(`${title}: error ${report.error}, ${report.note}`);
    return report.error;
  };
  const prove = async (check: CheckRun) => {
    const cases = Math.ceil(count * (share[check.name] ?? 1));
    let worst = 0;
    for (let first = 0; first < cases; first += atOnce) {
      const proof = { count: Math.min(atOnce, cases - first), seed, first };
      worst = Math.max(worst, await tried({ ...check, proof }));
    }
    console.log(`${titleOf(check)}: ${cases} cases, error at most ${worst.toExponential(1)}`);
  };
  if (severalAtOnce(kind).concurrent) await Promise.all(runs.map(prove));
  else for (const check of runs) await prove(check);
  if (compilesSlowly(kind)) {
    await harness.page.evaluate(shareDevices, { masked: true });
    for (const check of harness.runs.filter(({ file }) => sized.includes(file))) await tried(check);
  }
}

export const kernelsProof: Proof = {
  name: "kernels",
  says: "Matrix products, draws and whole models of random shapes equal the float64 reference in both browsers",
  unit: "cases a check",
  slice: 12,
  full: 300,
  run,
};

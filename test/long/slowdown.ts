// What `npm run schemas` measures beside its proof: an answer kept to a schema against a free one, in Chromium on the software
// adapter, interleaved (test/kernels/slowdown.check.ts).

import { openHarness } from "../support/harness.ts";
import { runSchemas, type SchemasReport } from "./schemas.proof.ts";

const pairs = 7;

export interface Slowdown {
  /** Medians of 7 pairs: of a token's time, constrained to free. */
  slowdown: number;
  /** Where what is forced is chosen, one token after the other. */
  slowdownUnfed: number;
  freeMsPerToken: number;
}

export async function runSchemasAndSlowdown(count: number, seed: number): Promise<SchemasReport & Slowdown> {
  const report = await runSchemas(count, seed);
  await using harness = await openHarness("chromium");
  const run = { file: "slowdown.check.ts", name: "slowdown", without: [], proof: { count: pairs, seed } };
  const told = await harness.runCheck(run);
  if ("failure" in told) throw new Error(told.failure);
  const measured: Slowdown = JSON.parse(told.note!);
  if (!(told.error <= told.limit)) {
    report.failed++;
    report.failures.push(
      `a constrained token takes ${told.error} times a free one's time; at most ${told.limit} is wanted`,
    );
  }
  return { ...report, ...measured };
}

// What `npm run schemas` measures besides its proof: an answer constrained to a schema against a free one, in Chromium on the
// software adapter, interleaved (test/kernels/slowdown.check.ts).

import { openHarness } from "../support/harness.ts";
import { runSchemas, type SchemasReport } from "./schemas.proof.ts";

const pairs = 7;

export interface Slowdown {
  /** Medians of 7 pairs: a token's time, constrained over free. */
  slowdown: number;
  /** When forced tokens, too, are chosen one after the other. */
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

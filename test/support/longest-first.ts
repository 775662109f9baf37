// The order of test files: those that take longest first, so that no worker is left alone with one of them while the others
// have nothing to do; then the rest, stage after stage. Vitest's own order goes by the last run's cache, which a fresh clone
// lacks, or by size.

import { BaseSequencer, type TestSpecification } from "vitest/node";
import { stages } from "../../tools/stages.ts";

const longest = [
  "kernels/kernels",
  "golden/golden",
  "browser/bench",
  "e2e/published",
  "package/package",
  "browser/share-tabs",
  "browser/losses",
  "browser/engine-worker",
  "browser/lost-device",
  "browser/store-loader",
  "browser/buffer-limit",
  "e2e/conversation",
  "e2e/failure-cards",
  "e2e/page-quality",
  "browser/canary",
  "browser/kills",
  "e2e/generate",
  "unit/load/proof-slices",
  "unit/load/resume",
  "unit/format/golden",
];

/** The place in the list above, then the stage. */
function rank({ moduleId }: TestSpecification): number {
  const stage = stages.findIndex(({ folder }) => folder !== undefined && moduleId.includes(`/${folder}`));
  const place = longest.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`));
  return place < 0 ? longest.length + stage : place;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

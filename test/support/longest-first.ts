// The order of test files: stage after stage, and in each those that take minutes first, so that no worker is left alone
// with one of them while the other has nothing to do. Vitest's own order goes by the last run's cache, which a fresh clone
// has not, or by size.

import { BaseSequencer, type TestSpecification } from "vitest/node";
import { stages } from "../../tools/stages.ts";

const longest = [
  "kernels/kernels",
  "golden/golden",
  "e2e/published",
  "browser/bench",
  "browser/faults",
  "browser/kills",
  "unit/load/proof-slices",
  "unit/load/resume",
  "unit/format/golden",
];

/** The stage first, then the place in the list above. */
function rank({ moduleId }: TestSpecification): number {
  const stage = stages.findIndex(({ folder }) => folder !== undefined && moduleId.includes(`/${folder}`));
  const place = longest.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`));
  return stage * 100 + (place < 0 ? longest.length : place);
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

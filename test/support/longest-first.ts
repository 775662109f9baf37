// The order of test files: those that take minutes start first, so that none of them is left alone at the end while the
// other worker has nothing to do. Vitest's own order goes by the last run's cache, which a fresh clone has not, or by size.

import { BaseSequencer, type TestSpecification } from "vitest/node";

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

function rank({ moduleId }: TestSpecification): number {
  const place = longest.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`));
  return place < 0 ? longest.length : place;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

// The table of long proofs: a row is replaced, found by its proof's name; everything else stays.

import { expect, test } from "vitest";
import { type LongRun, mergeRows } from "../../../tools/long-table.ts";

const run = (name: string, seconds: string): LongRun => ({
  ...{ name, tried: "9 texts", seed: "1", result: "passed", seconds, date: "2026-01-02" },
});
const page = `# Title

| a | b |
| - | - |
| 1 | 2 |

|proof|tried|seed|result|seconds|date|
|---|---|---|---|---|---|
| one | 5 texts | 3 | failed | 7 | 2025-01-01 |
| two | 5 texts | 3 | passed | 7 | 2025-01-01 |

The end.
`;

test("a run replaces its own row and leaves the others", () => {
  const merged = mergeRows(page, [run("one", "8"), run("three", "9")]);
  expect(merged).toBe(`# Title

| a | b |
| - | - |
| 1 | 2 |

| proof | tried | seed | result | seconds | date |
| --- | --- | --- | --- | --- | --- |
| one | 9 texts | 1 | passed | 8 | 2026-01-02 |
| two | 5 texts | 3 | passed | 7 | 2025-01-01 |
| three | 9 texts | 1 | passed | 9 | 2026-01-02 |

The end.
`);
  expect(mergeRows(merged, [])).toBe(merged);
});

test("without a table it throws", () => {
  expect(() => mergeRows("# Title\n", [])).toThrow(/no table/);
});

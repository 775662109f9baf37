// The table of rotary angles, from config.json on, against those of transformers. The data lie beside the repository; without
// them these tests skip.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "../../../src/format/config.ts";
import { JsonFile } from "../../../src/format/json-file.ts";
import { ropeRows } from "../../../src/model/rope-table.ts";
import { madeConfig } from "../../support/made-checkpoint.ts";

interface RopeCase {
  name: string;
  head_dim: number;
  seq_len: number;
  positions: number[];
  cos: number[][]; // [positions, head_dim / 2]
  sin: number[][];
}

const path = join(import.meta.dirname, "../../../../shared/data/golden/rope/rope.json");
const cases: RopeCase[] = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).cases : [];

test.skipIf(cases.length === 0).each(cases.map((c) => [c.name, c] as const))("%s", (_, c) => {
  const { head_dim, seq_len, positions, cos, sin, name: __, ...rope } = c;
  const fields = { ...madeConfig(), ...rope, head_dim };
  const config = readConfig(JsonFile.parse("config.json", new TextEncoder().encode(JSON.stringify(fields))));
  expect(cos).toHaveLength(positions.length);
  for (const [row, position] of positions.entries()) {
    const rows = ropeRows(config, position, position + 1, () => seq_len);
    // Upstream multiplies in float32: an angle is off by up to two roundings of its own size.
    const limit = 2e-6 + position * 2 ** -22;
    for (let i = 0; i < head_dim / 2; i++) {
      expect(Math.abs(rows[2 * i] - cos[row][i])).toBeLessThan(limit);
      expect(Math.abs(rows[2 * i + 1] - sin[row][i])).toBeLessThan(limit);
    }
  }
});

// Which rows of a joined weight belong to which matrix: each row of q, k, v, gate and up has a place of its own, and rows that
// are computed together are neighbours.

import { expect, test } from "vitest";
import { benchShapes } from "../../../src/bench/shapes.ts";
import { linearRows } from "../../../src/format/llama-tensors.ts";
import type { ModelConfig } from "../../../src/format/model-config.ts";
import { placedRow } from "../../../src/gpu/row-place.ts";
import { layerGroups } from "../../../src/model/weights.ts";
import { plainFormat } from "../../../src/quant/row-format.ts";

const config = benchShapes.tiny;
const rows = linearRows(config);
const groupsOf = (encodings: Partial<Record<string, "q4">>, interleaved = false, more: Partial<ModelConfig> = {}) => {
  const groups = layerGroups(
    { ...config, ...more },
    (role) => plainFormat(encodings[role] ?? "q8", config.dim),
    () => interleaved,
  );
  return new Map(groups.map((group) => [group.name, group]));
};

test.each([
  ["joined", {}, false],
  ["gate and up in different formats", { up: "q4" }, false],
  ["rows of q and k in Meta's order", {}, true],
  ["heads that are turned in part", {}, false, { rotaryDim: 6 }],
] as const)(
  "every row of every tensor has a place of its own: %s",
  (_, encodings, interleaved, more: Partial<ModelConfig> = {}) => {
    for (const { roles, segments } of groupsOf(encodings, interleaved, more).values()) {
      const places = [...roles.values()].flatMap(({ rows: count, place }) =>
        Array.from({ length: count }, (__, row) => placedRow(place, row)),
      );
      const all = segments.reduce((sum, segment) => sum + segment.rows, 0);
      expect(places.toSorted((a, b) => a - b)).toEqual(Array.from({ length: all }, (__, row) => row));
      for (const [role, { rows: count }] of roles) expect(count).toBe(rows[role]);
    }
  },
);

test("of a head that is turned in part the rest stays in order", () => {
  const { place } = groupsOf({}, false, { rotaryDim: 6 }).get("qkv")!.roles.get("k")!;
  const head = Array.from({ length: config.headDim }, (_, row) => placedRow(place, config.headDim + row) - rows.q);
  const rest = Array.from({ length: config.headDim - 6 }, (_, i) => 6 + i);
  expect(head).toEqual([0, 2, 4, 1, 3, 5, ...rest].map((row) => config.headDim + row));
});

test("what is turned or gated together stands together", () => {
  const qkv = groupsOf({}).get("qkv")!.roles;
  const gateUp = groupsOf({}).get("gateUp")!.roles;
  const half = config.headDim / 2;
  for (const row of [0, half - 1, config.headDim, rows.k - half - 1])
    expect(placedRow(qkv.get("k")!.place, row + half)).toBe(placedRow(qkv.get("k")!.place, row) + 1);
  for (const row of [0, 1, config.hiddenDim - 1])
    expect(placedRow(gateUp.get("up")!.place, row)).toBe(placedRow(gateUp.get("gate")!.place, row) + 1);
  expect(placedRow(qkv.get("v")!.place, 0)).toBe(rows.q + rows.k);
});

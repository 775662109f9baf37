// Which rows of a joined weight belong to which matrix: each row of q, k, v, gate and up has a place of its own, and rows that
// are computed together are neighbours.

import { expect, test } from "vitest";
import { benchShapes } from "../../../src/bench/shapes.ts";
import { linearRows } from "../../../src/format/llama-tensors.ts";
import { placedRow } from "../../../src/gpu/row-place.ts";
import { layerGroups } from "../../../src/model/weights.ts";
import { plainFormat } from "../../../src/quant/row-format.ts";

const config = benchShapes.tiny;
const rows = linearRows(config);
const groupsOf = (encodings: Partial<Record<string, "q4">>, interleaved = false) => {
  const groups = layerGroups(
    config,
    (role) => plainFormat(encodings[role] ?? "q8", config.dim),
    () => interleaved,
  );
  return new Map(groups.map((group) => [group.name, group]));
};

test.each([
  ["joined", {}, false],
  ["gate and up in different formats", { up: "q4" }, false],
  ["rows of q and k in Meta's order", {}, true],
] as const)("every row of every tensor has a place of its own: %s", (_, encodings, interleaved) => {
  for (const { roles, segments } of groupsOf(encodings, interleaved).values()) {
    const places = [...roles.values()].flatMap(({ rows: count, place }) =>
      Array.from({ length: count }, (__, row) => placedRow(place, row)),
    );
    const all = segments.reduce((sum, segment) => sum + segment.rows, 0);
    expect(places.toSorted((a, b) => a - b)).toEqual(Array.from({ length: all }, (__, row) => row));
    for (const [role, { rows: count }] of roles) expect(count).toBe(rows[role]);
  }
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

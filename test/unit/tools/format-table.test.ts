// The table of formats in docs/formats.md: its sizes are those of today's layouts, and a run's findings replace those of an
// older one.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { head, sizesOf, withTable } from "../../../tools/format-table.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/formats.md"), "utf8");
const names = [
  "quant-gptq-4bit as packed",
  "tiny256-awq-gemm as published",
  "quant-bnb-int8",
  "quant-exl2-2bit",
  "tiny256 as Q4_0",
  "tiny256, ct-w8a8-int",
  "tiny256, ct-fp8-dynamic",
  "tiny256, ct-mxfp4",
  "tiny256, mlx-4bit-g64",
  "quant-mlc-q4f16_1 as packed",
  "quant-onnx-q4 as packed",
  "tiny256, hqq-4bit-g64",
  "tiny256, quanto-int8",
  "quant-aqlm as packed",
  "torch-tied-f16",
];
const ran = (status: string) =>
  ["chromium", "firefox"].flatMap((kind) => names.map((name) => ({ fullName: `${kind} ${name}`, status })));

test("the page has the sizes of today's layouts", () => {
  for (const [name, sizes] of sizesOf()) expect(page).toContain(`| ${name} | ${sizes} |`);
});

test("a run's counts take the place of older ones, and the rest stays", () => {
  const old = `# Title\n\n${head}\n| - | - | - |\n| old | row | here |\n\nThe end.\n`;
  const written = withTable(old, [...ran("passed"), { fullName: "firefox quant-gptq-2bit", status: "failed" }]);
  expect(written).toMatch(/^# Title\n\n/);
  expect(written).toMatch(/\n\nThe end\.\n$/);
  expect(written).not.toContain("| old |");
  expect(written).toMatch(/GPTQ.*\| 1 of 1 in Chromium, 1 of 2 in Firefox \|/);
  expect(withTable(written, ran("failed"))).toMatch(/GGUF.*\| 0 of 1 in Chromium, 0 of 1 in Firefox \|/);
});

test("a table that is not there, or a format of which nothing ran, is an error", () => {
  expect(() => withTable("# Title\n", ran("passed"))).toThrow(/no table/);
  expect(() => withTable(page, ran("skipped"))).toThrow(/No test of GPTQ/);
});

// What `bench --format` is told, and what it makes of its times.

import { expect, test } from "vitest";
import { formatSpeeds, readFormatFlags } from "../../../tools/bench-formats.ts";

test("a part of a name takes every layout that has it, a whole name that one alone", () => {
  expect(readFormatFlags(["--format", "gptq 4"])?.names).toEqual(["GPTQ 4 bit", "GPTQ 4 bit, act-order"]);
  expect(readFormatFlags(["--format=IQ2_XS"])?.names).toEqual(["IQ2_XS"]);
  expect(readFormatFlags(["--format", "all"])!.names.length).toBeGreaterThan(50);
  expect(readFormatFlags(["--shape", "tiny"])).toBeUndefined();
});

test.each([
  [["--format", "EXL9"], /--format: expected .*found "EXL9"/],
  [["--format", "AWQ", "--runtime", "node"], /--runtime: expected chromium or firefox/],
  [["--format", "AWQ", "--shape", "100x1024"], /--shape: expected ROWSxCOLS/],
  [["--format", "AWQ", "--rounds", "0"], /--rounds: expected a whole number/],
])("%j is refused in words", (args, words) => expect(() => readFormatFlags(args)).toThrow(words));

test("each product is compared with the one of q4 just before, and figures are medians", () => {
  const q4 = { name: "q4", bytes: 4e6, error: 0, ms: [1, 10, 2], q4Ms: [1, 10, 2] };
  const own = { name: "IQ3_S", bytes: 3e6, error: 1e-6, ms: [2, 20, 4], q4Ms: [1, 10, 2] };
  const [first, second] = formatSpeeds([q4, own], [1000, 1000]);
  expect(first).toMatchObject({ ofQ4: 1, floor: 0, weightsPerSecond: 5e8, gigabytesPerSecond: 2 });
  expect(second).toMatchObject({ ofQ4: 0.5, floor: 0.4, weightsPerSecond: 2.5e8, gigabytesPerSecond: 0.75 });
});

// The bounds checks that the fuzzer is tried on are found in today's sources; a check that was rewritten is an error here,
// not a mutation that changes nothing.

import { expect, test } from "vitest";
import { fuzzReaders } from "../../fuzz/readers.ts";
import { removedChecks } from "../../fuzz/removed-checks.ts";
import { placeOf } from "../../fuzz/without-check.ts";

test.each(removedChecks)("$reader: $what", (check) => {
  expect(placeOf(check).code).toContain(check.text);
  expect(fuzzReaders.map(({ name }) => name)).toContain(check.reader);
});

test("a text that is nowhere, or twice, is an error", () => {
  expect(() => placeOf({ what: "gone", text: "if (nobody.wrote(this))" })).toThrow(/0 times, not once/);
  expect(() => placeOf({ what: "common", text: "return undefined;" })).toThrow(/times, not once/);
});

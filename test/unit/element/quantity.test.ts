// Bytes, speeds and durations as the load panel shows them.

import { expect, test } from "vitest";
import {
  formatBytes,
  formatParameters,
  formatRate,
  formatSeconds,
  formatSpeed,
} from "../../../src/element/quantity.ts";

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1000, "1 kB"],
  [1_234_567, "1.2 MB"],
  [99_960_000, "100 MB"],
  [999_600_000, "1 GB"],
  [13_476_898_536, "13.5 GB"],
  [-5, "0 bytes"],
])("%d bytes", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [0.2, "1 sec"],
  [59.4, "59 sec"],
  [75, "1 min 15 sec"],
  [120, "2 min"],
  [1234, "21 min"],
  [3600, "1 hr"],
  [3661, "1 hr 1 min"],
])("%d seconds", (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

test("speeds, counts and rates", () => {
  expect(formatSpeed(41_300_000)).toBe("41.3 MB/s");
  expect(formatParameters(6_738_415_616)).toBe("6.7B");
  expect(formatParameters(4_012_345)).toBe("4.0M");
  expect(formatRate(87.4)).toBe("87");
  expect(formatRate(7.46)).toBe("7.5");
  expect(formatRate(0.071)).toBe("0.07");
});

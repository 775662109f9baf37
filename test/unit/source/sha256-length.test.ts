// SHA-256 of more than half a gigabyte, against Node's.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { Sha256 } from "../../../src/source/sha256.ts";

test("a length that needs the upper word of the bit count", () => {
  // 2^29 bytes and more have over 2^32 bits.
  const chunk = new Uint8Array(2 ** 24);
  const ours = new Sha256();
  const theirs = createHash("sha256");
  for (let i = 0; i < 33; i++) {
    ours.update(chunk);
    theirs.update(chunk);
  }
  expect(ours.hex()).toBe(theirs.digest("hex"));
});

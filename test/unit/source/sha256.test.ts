// The streaming SHA-256 against Node's, at every boundary, in any pieces, and across a kept state.

import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { Sha256 } from "../../../src/source/sha256.ts";

const node = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const bytes = new Uint8Array(randomBytes(300_001));

test("every length around the block borders", () => {
  for (let length = 0; length < 260; length++) {
    const hash = new Sha256();
    hash.update(bytes.subarray(3, 3 + length));
    expect(hash.hex(), `${length}`).toBe(node(bytes.subarray(3, 3 + length)));
  }
});

test("in pieces, with the state kept as a clone between them", () => {
  let hash = new Sha256();
  for (let at = 0, step = 1; at < bytes.length; at += step, step = (step * 7 + 3) % 5003) {
    hash.update(bytes.subarray(at, at + step));
    hash = new Sha256(structuredClone(hash.state()));
  }
  expect(hash.hex()).toBe(node(bytes));
});

test("hex may be asked for in between", () => {
  const hash = new Sha256();
  hash.update(bytes.subarray(0, 100));
  expect(hash.hex()).toBe(node(bytes.subarray(0, 100)));
  hash.update(bytes.subarray(100));
  expect(hash.hex()).toBe(node(bytes));
});

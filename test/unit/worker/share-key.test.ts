// Which tabs use one engine: those that would get the same from an engine of their own.

import { expect, test } from "vitest";
import type { LoadOptions } from "../../../src/worker/protocol.ts";
import { shareKey } from "../../../src/worker/share-key.ts";

const bytes = new TextEncoder().encode("a vocabulary");
const tokenizer = { name: "tokenizer.bin", bytes };
const keyOf = (options: LoadOptions) => shareKey("https://example.org/model.bin", options);

test("the same options give the same key, which is short and tells no token", () => {
  const options = { tokenizer: { name: "tokenizer.bin", bytes: new Uint8Array(1 << 20) }, token: "hf_secret" };
  expect(keyOf({ ...options })).toBe(keyOf({ tokenizer: { ...options.tokenizer, bytes: new Uint8Array(1 << 20) } }));
  expect(keyOf(options).length).toBeLessThan(500);
  expect(keyOf(options)).not.toContain("secret");
});

test.each<[string, LoadOptions, LoadOptions]>([
  ["tokenizer", { tokenizer }, { tokenizer: { ...tokenizer, bytes: bytes.toReversed() } }],
  ["kind of tokenizer", { tokenizer }, { tokenizer: { ...tokenizer, name: "tokenizer.model" } }],
  ["need of a tokenizer", { tokenizer: "optional" }, {}],
  ["hash of a file", { hashes: { "model.bin": "0".repeat(64) } }, { hashes: { "model.bin": "1".repeat(64) } }],
  ["scale of an adapter", { adapters: [{ model: "a/b", scale: 1 }] }, { adapters: [{ model: "a/b", scale: 2 }] }],
])("another %s gives another key", (_, one, other) => expect(keyOf(one)).not.toBe(keyOf(other)));

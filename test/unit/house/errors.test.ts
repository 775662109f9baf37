// What a file or a request says stands in messages, and may be as long and as deep as it likes: messages stay readable.

import { expect, test } from "vitest";
import { briefly, fromErrorData, PronkError, toErrorData } from "../../../src/errors.ts";
import { readSafetensorsHeader } from "../../../src/format/safetensors.ts";
import { readTokenizerJson } from "../../../src/text/tokenizer-json.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

test("a message ends at 300 characters, with its beginning and what to do; facts at 1,000", () => {
  const error = new PronkError("format", `Tensor "${"x".repeat(437_580)}" is no good. Fetch the file again.`, {
    field: "x".repeat(437_580),
    file: "f".repeat(1000),
    found: 7,
  });
  expect(error.message).toHaveLength(300);
  expect(error.message).toMatch(/^Tensor "x+…x+" is no good\. Fetch the file again\.$/);
  expect((error.facts.field as string).length).toBe(1000);
  expect(error.facts).toMatchObject({ file: "f".repeat(1000), found: 7 });
  expect(fromErrorData(toErrorData(error))).toEqual(error);
});

test("a message is never cut inside a character, and others' are cut where they cross to the page", () => {
  for (let shift = 0; shift < 4; shift++)
    expect(new PronkError("format", "x".repeat(shift) + "🦙".repeat(400)).message.isWellFormed()).toBe(true);
  expect(toErrorData(new RangeError("y".repeat(5000))).message).toHaveLength(300);
  expect(toErrorData("y".repeat(5000)).message).toHaveLength(300);
});

test("a value in a message is its JSON, cut", () => {
  for (const value of [null, 7, "a", true, [1, [2, "b"], {}], { a: [], b: { c: null } }, []])
    expect(briefly(value)).toBe(JSON.stringify(value));
  expect(briefly(undefined)).toBe("nothing");
  expect(briefly("a".repeat(1e6))).toBe(`"${"a".repeat(79)}…`);
  expect(briefly(Array.from({ length: 1e6 }, (_, at) => at))).toBe(
    `${JSON.stringify(Array.from({ length: 100 }, (_, at) => at)).slice(0, 80)}…`,
  );
});

test("a value that lies deep does not end the stack", async () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  expect(briefly(JSON.parse(deep))).toBe(`${"[".repeat(80)}…`);
  const header = utf8(`{"w":{"dtype":"F32","shape":${deep},"data_offsets":[0,4]}}`);
  const file = new Uint8Array(8 + header.length + 4);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  const source = memorySource(new Map([["m.safetensors", file]]), { label: "deep" });
  expect(await rejection(readSafetensorsHeader(source, "m.safetensors"))).toMatchObject({ code: "format" });
});

test("Sequences within Sequences of a tokenizer.json are steps that nobody knows", async () => {
  const depth = 20_000;
  const steps = '{"type":"Sequence","normalizers":['.repeat(depth) + "]}".repeat(depth);
  const json = `{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"normalizer":${steps}}`;
  await expect(readTokenizerJson(utf8(json), "tokenizer.json")).rejects.toThrow(
    expect.objectContaining({ code: "model-unsupported", facts: expect.objectContaining({ field: "normalizer" }) }),
  );
});

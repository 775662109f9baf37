// What --model may be: folders and files of this machine in all the forms people try, and references left to the engine.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { placeOfFile, placeOfModel } from "../../../cli/model-place.ts";

const folder = mkdtempSync(join(tmpdir(), "pronk-place-"));
const at = (...names: string[]) => join(folder, ...names);

beforeAll(() => {
  mkdirSync(at("hf"));
  mkdirSync(at("c"));
  for (const name of ["hf/config.json", "hf/model.safetensors", "hf/other.bin", "c/stories.bin", "c/tok512.bin"])
    writeFileSync(at(name), "x");
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["a folder", ["hf"], ["hf"]],
  ["a weight file, with what lies beside it", ["hf", "model.safetensors"], ["hf"]],
  ["a configuration", ["hf", "config.json"], ["hf"]],
  ["llama2.c's file", ["c", "stories.bin"], ["c", "stories.bin"]],
  ["llama2.c's folder", ["c"], ["c", "stories.bin"]],
])("%s", (_, given, path) => {
  expect(placeOfModel(at(...given))).toEqual({ path: at(...path) });
});

test.each(["owner/name", "owner/na.me-7b@refs/pr/1", "https://host/models/x/", "http://127.0.0.1:9/m.bin"])(
  "%s is the engine's business",
  (reference) => expect(placeOfModel(reference)).toEqual({ reference }),
);

test.each(["./nowhere", "nowhere", at("absent.bin"), "a/b/c"])("%s is refused by the flag's name", (given) => {
  for (const [place, field] of [
    [() => placeOfModel(given), "model"],
    [() => placeOfFile(given, "tokenizer"), "tokenizer"],
  ] as const)
    expect(place).toThrow(
      expect.objectContaining({
        code: "bad-request",
        facts: expect.objectContaining({ field, found: given }),
        message: expect.stringMatching(new RegExp(`--${field}.*does not exist`)),
      }),
    );
});

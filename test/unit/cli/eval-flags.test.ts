// What `eval` is asked for: several files of the same weights, each as in its file or rounded as its own flag says.

import { expect, test } from "vitest";
import { readFlags } from "../../../cli/eval-flags.ts";

const asked = "--model a/b --task test/fixtures/eval/rows.jsonl --quantize q4 --kv f16";
const read = (more: string) => readFlags(`${asked} ${more}`.trim().split(/\s+/))!;

test("files beside the model have a quantization of their own, and the model's other options", () => {
  const { options, beside } = read(
    "--weights one --beside c/d --beside c/d=q8 --beside https://a.example/x.gguf?v=q8=q4",
  );
  expect(options).toMatchObject({ quantize: "q4", kv: "f16", weights: "one" });
  expect(beside.map(({ place }) => place)).toEqual(
    ["c/d", "c/d", "https://a.example/x.gguf?v=q8"].map((reference) => ({ reference })),
  );
  expect(beside.map((one) => one.options)).toEqual(
    (["none", "q8", "q4"] as const).map((quantize) => ({ ...options, quantize, weights: undefined })),
  );
  expect(read("").beside).toEqual([]);
});

test("what is no model beside it is refused by the flag's name", () => {
  expect(() => read("--beside q4 --beside =q4")).toThrow(/q4 does not exist/);
  expect(() => read("--beside=")).toThrow("--beside: expected a folder, a file, a URL or owner/name");
});

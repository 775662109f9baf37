// The safetensors reader: well-formed files are read as another reader reads them, others are refused by name.

import { parseSafetensorsMetadata } from "@huggingface/hub";
import { describe, expect, test } from "vitest";
import { readSafetensorsHeader } from "../../../src/format/safetensors.ts";
import { startHub } from "../../support/hub-server.ts";
import { folderFiles, sharedData } from "../../support/local-folder.ts";
import { madeSafetensors, safetensorsFrom } from "../../support/made-checkpoint.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";

const read = (bytes: Uint8Array) => readSafetensorsHeader(memorySource([["a.safetensors", bytes]]), "a.safetensors");
const tensor = (name: string, count: number) => ({
  name,
  dtype: "F32",
  shape: [count],
  bytes: new Uint8Array(4 * count),
});
const pair = [tensor("first", 3), tensor("second", 2)];

test("entries come sorted by offset with absolute positions, whatever the header's order", async () => {
  const file = madeSafetensors(pair, ({ first, second }) => ({ second, __metadata__: { format: "pt" }, first }));
  const entries = await read(file);
  expect(entries.map(({ name, shape }) => [name, shape])).toEqual([
    ["first", [3]],
    ["second", [2]],
  ]);
  expect(entries[0].end).toBe(entries[1].start);
  expect(entries[1].end).toBe(file.length);
});

test("empty tensors, rank 0, a padded header, an unaligned data start and __proto__ as a name are legal", async () => {
  const text =
    '{"scalar":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"none":{"dtype":"I64","shape":[0,7],"data_offsets":[4,4]},"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}   ';
  const entries = await read(safetensorsFrom(text, [new Uint8Array(5)]));
  expect(entries.map((entry) => entry.name).toSorted()).toEqual(["__proto__", "none", "scalar"]);
});

describe("refused, naming file and tensor", () => {
  const header = (edit: Parameters<typeof madeSafetensors>[1]) => madeSafetensors(pair, edit);
  const cases: [string, () => Uint8Array, string, string | RegExp][] = [
    ["shorter than 8 bytes", () => new Uint8Array(7), "format", /at least 8/],
    [
      "a header longer than the file",
      () =>
        withLength(
          header((h) => h),
          5000n,
        ),
      "format",
      /claims 5000 bytes but the file has only/,
    ],
    [
      "a header over 100 MB",
      () =>
        withLength(
          header((h) => h),
          100_000_001n,
        ),
      "format",
      /limit of 100,000,000/,
    ],
    [
      "a header that holds the thread, though the format allows it",
      () => header((h) => JSON.stringify(h).padEnd(2 ** 23 + 8)),
      "model-unsupported",
      /headers of up to 8388608/,
    ],
    [
      "a header of 2^63 bytes",
      () =>
        withLength(
          header((h) => h),
          2n ** 63n,
        ),
      "format",
      /limit of 100,000,000/,
    ],
    [
      "a header that is not UTF-8",
      () =>
        corrupt(
          header((h) => h),
          10,
          0xff,
        ),
      "format",
      /not UTF-8/,
    ],
    ["a header that is not JSON", () => header((h) => JSON.stringify(h).slice(0, -1)), "format", /not JSON/],
    ["a header that is a list", () => header(() => "[]"), "format", /start with \{/],
    [
      "a tensor listed twice",
      () => header((h) => `{"first":${JSON.stringify(h.first)},"first":${JSON.stringify(h.first)}}`),
      "format",
      /"first" is listed twice/,
    ],
    [
      "a tensor listed twice, with white space before its colon",
      () => header((h) => `{"first":${JSON.stringify(h.first)},"first"${" \n".repeat(20)}:${JSON.stringify(h.first)}}`),
      "format",
      /"first" is listed twice/,
    ],
    [
      "an unknown dtype",
      () => header((h) => ({ ...h, first: { ...h.first, dtype: "F128" } })),
      "format",
      /"first" has dtype "F128"/,
    ],
    [
      "a negative shape",
      () => header((h) => ({ ...h, first: { ...h.first, shape: [-3] } })),
      "format",
      /"first" has shape/,
    ],
    [
      "a shape whose product overflows",
      () => header((h) => ({ ...h, first: { ...h.first, shape: [2 ** 31, 2 ** 31] } })),
      "format",
      /"first".*countable/,
    ],
    [
      "a shape of another size",
      () => header((h) => ({ ...h, first: { ...h.first, shape: [4] } })),
      "format",
      /"first".*needs 16 bytes.*span 12/,
    ],
    [
      "offsets in reverse",
      () => header((h) => ({ ...h, first: { ...h.first, data_offsets: [12, 0] } })),
      "format",
      /"first" has data_offsets/,
    ],
    [
      "offsets that would fill the screen",
      () => header((h) => ({ ...h, first: { ...h.first, data_offsets: Array(1000).fill(-1) } })),
      "format",
      /"first" has data_offsets .{81}\. Fetch/,
    ],
    [
      "overlapping offsets",
      () => header((h) => ({ ...h, second: { ...h.second, data_offsets: [8, 16] } })),
      "format",
      /"second" overlaps/,
    ],
    [
      "a hole",
      () => header((h) => ({ ...h, second: { ...h.second, data_offsets: [16, 24] } })),
      "format",
      /hole of 4 bytes before tensor "second"/,
    ],
    [
      "a first tensor not at 0",
      () => header((h) => ({ first: { ...h.first, data_offsets: [4, 16] } })),
      "format",
      /hole of 4 bytes before tensor "first"/,
    ],
    ["offsets beyond the file", () => header((h) => h).slice(0, -1), "integrity", /truncated.*"second" ends at byte/],
    ["bytes left over", () => header(({ first }) => ({ first })), "format", /tensors end at byte/],
  ];
  test.each(cases)("%s", async (_, make, code, message) => {
    const error = await rejection(read(make()));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).toContain('"a.safetensors"');
    expect(error.facts.file).toBe("a.safetensors");
  });
});

function withLength(file: Uint8Array, length: bigint): Uint8Array {
  new DataView(file.buffer).setBigUint64(0, length, true);
  return file;
}

function corrupt(file: Uint8Array, at: number, byte: number): Uint8Array {
  file[at] = byte;
  return file;
}

const folders = [
  "e2e/stories260K-hf-f32-sharded",
  "e2e/stories260K-hf-bf16",
  "e2e/tiny256-exl2-seedlayout",
  "e2e/tiny256-gptq-4bit-128g",
];
test.skipIf(!sharedData("e2e"))("agrees with @huggingface/hub's parser on real files", async () => {
  for (const folder of folders) {
    const files = folderFiles(sharedData(folder)!);
    await using hub = await startHub([["a/b", { files }]]);
    for (const [path, bytes] of files) {
      if (!path.endsWith(".safetensors")) continue;
      const entries = await readSafetensorsHeader(memorySource(files), path);
      const { header } = (await parseSafetensorsMetadata({ repo: "a/b", path, hubUrl: hub.url })) as {
        header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
      };
      const { __metadata__: _, ...expected } = header;
      const dataStart = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
      const found = entries.map(({ name, dtype, shape, start, end }) => [
        name,
        { dtype, shape, data_offsets: [start - dataStart, end - dataStart] },
      ]);
      expect(Object.fromEntries(found)).toEqual(expected);
    }
  }
});

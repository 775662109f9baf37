// The list of arrays in MLC's shards (tensor-cache.json), as apache/tvm's contrib/tvmjs.py writes it -> where each stands. The
// list is held to the files: no array lies outside its shard or over another, none has more or fewer bytes than its shape.

import { isObject } from "../json-bytes.ts";
import { PronkError } from "../errors.ts";
import { JsonFile } from "./json-file.ts";
import type { TensorSlice } from "./quantized.ts";
import type { TensorFiles } from "./tensor-files.ts";

/** MLC's names of types, safetensors' and bytes of a number. */
const types: Readonly<Record<string, [dtype: string, bytes: number]>> = {
  uint32: ["U32", 4],
  float32: ["F32", 4],
  float16: ["F16", 2],
  bfloat16: ["BF16", 2],
};

/** Every array. Throws PronkError `format` or `model-unsupported`, naming file and field. */
export function mlcEntries(list: JsonFile, source: TensorFiles): TensorSlice[] {
  const sizes = new Map(source.files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  return objectsIn(list, "").flatMap(([shard, path]) => {
    const file = required(shard, "dataPath", "the shard's name");
    const sizeBytes = sizes.get(file);
    if (sizeBytes === undefined)
      throw new PronkError(
        "format",
        `"${list.file}" names "${file}", which is not there. Add the missing shard.`,
        { file, field: `${path}dataPath`, expected: file, found: null }, // prettier-ignore
      );
    const format = shard.text("format") ?? "raw-shard";
    if (format !== "raw-shard") throw shard.unsupported("format", format, "Shards of the format raw-shard work.");
    const stated = shard.count("nbytes", { min: 0, max: Number.MAX_SAFE_INTEGER });
    if (stated !== sizeBytes)
      throw new PronkError(
        "format",
        `"${file}" has ${sizeBytes} bytes, and "${list.file}" says ${stated}. Fetch both again, from one repository.`,
        { file, field: `${path}nbytes`, expected: stated, found: sizeBytes },
      );
    return apart(
      objectsIn(shard, path).map(([record]) => entryOf(record, file, sizeBytes)),
      list.file,
    );
  });
}

function entryOf(record: JsonFile, file: string, sizeBytes: number): TensorSlice {
  const name = required(record, "name", "a tensor's name");
  const type = required(record, "dtype", "a type of numbers");
  const format = record.text("format") ?? "raw";
  if (!Object.hasOwn(types, type))
    throw record.unsupported("dtype", type, `The types that work are ${Object.keys(types).join(", ")}.`);
  if (format !== "raw" && format !== "f32-to-bf16")
    throw record.unsupported("format", format, "The formats raw and f32-to-bf16 work.");
  // It stands beside every type and changes only this one: the lower halves were cut off.
  const [dtype, bytes] = types[type === "float32" && format === "f32-to-bf16" ? "bfloat16" : type];
  const shape = record.get("shape");
  const isShape = Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (!isShape) throw record.wrong("shape", "a list of lengths", shape);
  const needed = (shape as number[]).reduce((product, length) => product * length, bytes);
  const taken = record.count("nbytes", { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (taken !== needed) throw record.wrong("nbytes", `${needed}, as ${dtype} [${shape}] of "${name}" takes`, taken);
  const start = record.count("byteOffset", { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (start + taken > sizeBytes)
    throw record.wrong("byteOffset", `at most ${sizeBytes - taken}, so that "${name}" ends within "${file}"`, start);
  return { name, dtype, shape: shape as number[], file, start, end: start + taken };
}

/** The same tensors; throws if two of them share bytes. */
function apart(entries: TensorSlice[], list: string): TensorSlice[] {
  const sorted = entries.toSorted((a, b) => a.start - b.start);
  for (const [i, { name, file, start }] of sorted.entries())
    if (i > 0 && start < sorted[i - 1].end)
      throw new PronkError(
        "format",
        `"${list}" has "${sorted[i - 1].name}" and "${name}" share bytes of "${file}". Take the list from the original repository.`,
        { file: list, field: name, expected: "tensors apart", found: sorted[i - 1].name },
      );
  return entries;
}

/** The objects in `records`, each with its path in the file; `path`: that of `json`. */
function objectsIn(json: JsonFile, path: string): [JsonFile, string][] {
  const records = json.get("records");
  if (!Array.isArray(records) || !records.every(isObject)) throw json.wrong("records", "a list of objects", records);
  return records.map((record, i) => {
    const place = `${path}records[${i}].`;
    return [new JsonFile(json.file, record, place), place];
  });
}

function required(json: JsonFile, field: string, expected: string): string {
  const text = json.text(field);
  if (text === undefined) throw json.missing(field, expected);
  return text;
}

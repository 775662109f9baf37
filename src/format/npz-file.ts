// An archive of NumPy arrays (numpy.savez, mlx.savez) -> its tensors as byte ranges: the archive's directory and the header
// of each array, no weight. Formats: numpy.org/doc/stable/reference/generated/numpy.lib.format.html; bfloat16 as in mlx 0.32.

import { briefly, PronkError } from "../errors.ts";
import type { SafetensorsEntry } from "./safetensors.ts";
import type { TensorFiles } from "./tensor-files.ts";
import { readBeginnings, readZipDirectory } from "./zip-directory.ts";

/** safetensors' words for a model's types, and bytes per element. NumPy has no bfloat16: it is two bytes of anything. */
const types: Readonly<Record<string, readonly [dtype: string, bytes: number]>> = {
  f4: ["F32", 4],
  f2: ["F16", 2],
  V2: ["BF16", 2],
  u4: ["U32", 4],
  u1: ["U8", 1],
};

const headerBytes = 1024; // how many are looked at; NumPy's own headers have 118

/** Every array whose type a model may have, with its place. Throws PronkError `format` or `model-unsupported`. */
export async function readNpzFile(
  source: TensorFiles,
  file: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<SafetensorsEntry[]> {
  const directory = await readZipDirectory(source, file, { signal });
  const arrays = [...directory.members.keys()].filter((name) => name.endsWith(".npy"));
  const beginnings = await readBeginnings(directory, arrays, headerBytes);
  const entries = arrays.flatMap((member): SafetensorsEntry[] => {
    const { start, bytes } = beginnings.get(member)!;
    const { descr, isFortran, shape, dataStart } = readHeader(bytes, file, member);
    const type = types[descr];
    if (!type) return []; // if the model needs it, it is reported missing
    const name = member.slice(0, -".npy".length);
    if (isFortran && shape.filter((length) => length > 1).length > 1)
      throw new PronkError(
        "model-unsupported",
        `"${name}" in "${file}" has its numbers by columns (fortran_order). Load the file in NumPy and save numpy.ascontiguousarray of it.`,
        { file, field: name, expected: "numbers by rows", found: "fortran_order" },
      );
    const sizeBytes = shape.reduce((product, length) => product * length, type[1]);
    const { sizeBytes: whole } = directory.members.get(member)!;
    if (dataStart + sizeBytes !== whole)
      throw broken(file, member, `[${briefly(shape)}] takes ${sizeBytes} bytes and it has ${whole - dataStart}`);
    return [{ name, dtype: type[0], shape, file, start: start + dataStart, end: start + whole }];
  });
  return entries.toSorted((a, b) => a.start - b.start || a.end - b.end);
}

/** `descr` without its byte order; for big-endian numbers, no known type. */
function readHeader(bytes: Uint8Array, file: string, member: string) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isArray = bytes.length >= 12 && view.getUint32(0) === 0x934e554d && view.getUint16(4) === 0x5059;
  if (!isArray) throw broken(file, member, "it is no array of NumPy");
  const textStart = bytes[6] === 1 ? 10 : 12;
  const dataStart = textStart + (textStart === 10 ? view.getUint16(8, true) : view.getUint32(8, true));
  const text = String.fromCharCode(...bytes.subarray(textStart, Math.min(dataStart, headerBytes)));
  const [, descr] = /'descr': ?'[<|]([fVu]\d)'/.exec(text) ?? [];
  const [, order] = /'fortran_order': ?(True|False)/.exec(text) ?? [];
  const [, lengths] = /'shape': ?\(([\d, ]*)\)/.exec(text) ?? [];
  if (order === undefined || lengths === undefined || dataStart > headerBytes)
    throw broken(file, member, "its header does not say order and shape");
  const shape = (lengths.match(/\d+/g) ?? []).map(Number);
  if (!Number.isSafeInteger(shape.reduce((product, length) => product * length, 4)))
    throw broken(file, member, "its shape is none that a file could hold");
  return { descr: descr ?? "", isFortran: order === "True", shape, dataStart };
}

function broken(file: string, field: string, what: string): PronkError {
  return new PronkError(
    "format",
    `"${file}" is not a whole, valid archive of arrays: of "${field}", ${what}. Fetch the file again; if that does not help, ask who published it.`,
    { file, field },
  );
}

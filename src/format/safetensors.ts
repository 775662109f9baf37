// safetensors: 8 bytes of header length, the header as JSON, then the data. Here the header becomes a checked list of
// entries with absolute offsets; the data are not touched. Format: github.com/huggingface/safetensors, README "Format".

import { briefly, PronkError } from "../errors.ts";
import { Breather } from "../source/breathe.ts";
import { parseJson } from "../json-bytes.ts";
import { topLevelKeys } from "./json-keys.ts";
import type { TensorFiles } from "./tensor-files.ts";

/** One entry of a header. `dtype` is the file's own word: a header may name types that pronk does not run. */
export interface SafetensorsEntry {
  name: string;
  dtype: string;
  shape: number[];
  file: string;
  start: number; // absolute in the file
  end: number;
}

/** Bits of one element of every type the format knows. */
const bitsOf: Record<string, number> = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
};

const maxHeaderBytes = 100_000_000; // the reference implementation's limit
// A page may read a model's headers on its own thread, where one of 64 MiB takes 7 s (1.2 million tensors, 2026-11-28).
const readableHeaderBytes = 8 * 2 ** 20;
const pieceBytes = 4 * 2 ** 20; // a header arrives in pieces, to keep every array small

/** Reads and checks the header of one file. */
export async function readSafetensorsHeader(
  source: TensorFiles,
  file: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<SafetensorsEntry[]> {
  const sizeBytes = source.files.find((candidate) => candidate.path === file)?.sizeBytes ?? 0;
  if (sizeBytes < 8)
    throw broken(file, `it has ${sizeBytes} bytes; a safetensors file has at least 8`, "size", 8, sizeBytes);
  const head = await source.read(file, 0, 8, { signal });
  const length = new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes))
    throw broken(
      file,
      `its header claims ${length} bytes, over the format's limit of 100,000,000`,
      "header length",
      maxHeaderBytes,
      `${length}`,
    );
  const dataStart = 8 + Number(length);
  if (dataStart > sizeBytes)
    throw broken(
      file,
      `its header claims ${length} bytes but the file has only ${sizeBytes}`,
      "header length",
      sizeBytes - 8,
      `${length}`,
    );
  if (length > BigInt(readableHeaderBytes))
    throw new PronkError(
      "model-unsupported",
      `"${file}" has a header of ${length} bytes; pronk reads headers of up to ${readableHeaderBytes}. Take another repository of the model.`,
      { file, field: "header length", expected: readableHeaderBytes, found: `${length}` },
    );
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  try {
    for (let start = 8; start < dataStart; start += pieceBytes)
      text += decoder.decode(await source.read(file, start, Math.min(start + pieceBytes, dataStart), { signal }), {
        stream: true,
      });
    text += decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw broken(file, "its header is not UTF-8", "header", "UTF-8", "other bytes");
  }
  return parseSafetensorsHeader(text, { file, dataStart, sizeBytes });
}

/** The header's text to entries, with every check the format asks for. */
async function parseSafetensorsHeader(
  text: string,
  { file, dataStart, sizeBytes }: { file: string; dataStart: number; sizeBytes: number },
): Promise<SafetensorsEntry[]> {
  if (!text.startsWith("{")) throw broken(file, "its header does not start with {", "header", "{", text.slice(0, 1));
  let header: Record<string, unknown>;
  try {
    header = parseJson(text) as Record<string, unknown>;
  } catch (cause) {
    throw broken(file, `its header is not JSON (${(cause as Error).message})`, "header", "JSON", "other text");
  }
  const breather = new Breather(); // a page may be waiting
  const names = Object.keys(header);
  const repeated = firstRepeated(text, names.length);
  if (repeated !== undefined) throw broken(file, `tensor "${repeated}" is listed twice`, repeated, "once", "twice");
  await breather.due();
  const entries: SafetensorsEntry[] = [];
  for (const name of names) if (name !== "__metadata__") entries.push(toEntry(name, header[name], file, dataStart));
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  checkCoverage(entries, { file, dataStart, sizeBytes });
  return entries;
}

function toEntry(name: string, value: unknown, file: string, dataStart: number): SafetensorsEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(bitsOf, dtype))
    throw broken(
      file,
      `tensor "${name}" has dtype ${briefly(dtype)}, which the format does not know`,
      name,
      "a safetensors dtype",
      briefly(dtype),
    );
  if (!isCounts(shape))
    throw broken(file, `tensor "${name}" has shape ${briefly(shape)}`, name, "a list of counts", briefly(shape));
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1])
    throw broken(file, `tensor "${name}" has data_offsets ${briefly(offsets)}`, name, "[begin, end]", briefly(offsets));
  let bits = bitsOf[dtype];
  for (const count of shape) bits *= count;
  if (!Number.isSafeInteger(bits) || bits % 8 !== 0)
    throw broken(
      file,
      `tensor "${name}" with shape ${briefly(shape)} and dtype ${dtype} has no whole, countable number of bytes`,
      name,
      "a size below 2^53",
      `${bits} bits`,
    );
  if (offsets[1] - offsets[0] !== bits / 8)
    throw broken(
      file,
      `tensor "${name}" with shape ${briefly(shape)} and dtype ${dtype} needs ${bits / 8} bytes but its data_offsets span ${offsets[1] - offsets[0]}`,
      name,
      bits / 8,
      offsets[1] - offsets[0],
    );
  return { name, dtype, shape, file, start: dataStart + offsets[0], end: dataStart + offsets[1] };
}

/** The data must be covered from first to last byte, without gap or overlap. */
function checkCoverage(
  entries: SafetensorsEntry[],
  { file, dataStart, sizeBytes }: { file: string; dataStart: number; sizeBytes: number },
) {
  let position = dataStart;
  for (const { name, start, end } of entries) {
    if (start < position)
      throw broken(
        file,
        `tensor "${name}" overlaps the tensor before it (byte ${start - dataStart}, expected ${position - dataStart})`,
        name,
        position - dataStart,
        start - dataStart,
      );
    if (start > position)
      throw broken(
        file,
        `there is a hole of ${start - position} bytes before tensor "${name}"`,
        name,
        position - dataStart,
        start - dataStart,
      );
    if (end > sizeBytes)
      throw truncated(file, `tensor "${name}" ends at byte ${end} but the file has ${sizeBytes}`, name, end, sizeBytes);
    position = end;
  }
  if (position !== sizeBytes)
    throw broken(
      file,
      `its tensors end at byte ${position} but the file has ${sizeBytes}`,
      "size",
      position,
      sizeBytes,
    );
}

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);

/** JSON.parse keeps one of two equal keys: only where some are missing is the text searched for which. */
function firstRepeated(text: string, keyCount: number): string | undefined {
  let written = 0;
  for (const _ of topLevelKeys(text)) written++;
  if (written === keyCount) return undefined;
  const seen = new Set<string>();
  for (const key of topLevelKeys(text)) {
    const name = JSON.parse(key) as string;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

const advice = "Fetch the file again; if that does not help, ask who published it.";

function broken(file: string, what: string, field: string, expected: string | number, found: string | number) {
  return new PronkError("format", `"${file}" is not a valid safetensors file: ${what}. ${advice}`, {
    file,
    field,
    expected,
    found,
  });
}

function truncated(file: string, what: string, field: string, expected: number, found: number) {
  return new PronkError("integrity", `"${file}" is a truncated shard or has offsets out of range: ${what}. ${advice}`, {
    file,
    field,
    expected,
    found,
  });
}

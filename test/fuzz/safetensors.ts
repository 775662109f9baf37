// safetensors files: whole ones of floats and of every quantized layout, whole ones that say something else, and broken
// ones. What was read is opened as a model and planned.

import { readCheckpoint } from "../../src/format/checkpoint.ts";
import { readSafetensorsHeader, type SafetensorsEntry } from "../../src/format/safetensors.ts";
import { pick, wholeBelow } from "../long/proof.ts";
import { damageBytes } from "../long/damage.ts";
import { memorySource } from "../support/memory-source.ts";
import { extremeWords, oddText, otherNumber } from "./extremes.ts";
import { drawnModel, type JsonObject, quantizedFiles } from "./model-files.ts";
import { jsonBytes, mutateJson, oddValue, Written, writeJson } from "./mutate-json.ts";
import { checkOpened } from "./opened-model.ts";
import { chance, demand, type FuzzInput, type FuzzReader, type Random, utf8, wholeShare } from "./reader.ts";
import { tensorBytes } from "../reference/safetensors-writer.ts";

const bits: Record<string, number> = {
  F32: 32,
  F16: 16,
  BF16: 16,
  I32: 32,
  I16: 16,
  U8: 8,
  I8: 8,
  F64: 64,
  BOOL: 8,
  F4: 4,
};

interface Slice {
  name: string;
  dtype: string;
  shape: number[];
  bytes: Uint8Array;
}

const path = "model.safetensors";

function make(random: Random): FuzzInput {
  const files = chance(random, 0.5) ? drawnFiles(random) : quantizedFiles(random, ".safetensors");
  if (chance(random, wholeShare)) return { files, must: "read" };
  const weights = pick(random, [...files.keys()].filter((name) => name.endsWith(".safetensors"))); // prettier-ignore
  const bytes = files.get(weights)!;
  const way = random();
  if (way < 0.3) files.set(weights, withOtherTensors(bytes, random));
  else if (way < 0.4) {
    const config = JSON.parse(new TextDecoder().decode(files.get("config.json")));
    files.set("config.json", jsonBytes(mutateJson(config, random), random));
  } else if (way < 0.97) {
    const broken = withBrokenHeader(bytes, random);
    files.set(weights, broken.bytes);
    return { files, must: broken.must };
  } else files.set(weights, damageBytes(bytes, random));
  return { files };
}

function drawnFiles(random: Random): Map<string, Uint8Array> {
  const { config, tensors } = drawnModel(random);
  const slices = tensors.map((tensor): Slice => {
    return { ...tensor, dtype: tensor.dtype.toUpperCase(), bytes: new Uint8Array(tensorBytes(tensor)) };
  });
  return new Map([
    ["config.json", utf8(JSON.stringify(config))],
    [path, written(slices)],
  ]);
}

function written(slices: readonly Slice[]): Uint8Array {
  let at = 0;
  const header = Object.fromEntries(
    slices.map(({ name, dtype, shape, bytes }) => [name, { dtype, shape, data_offsets: [at, (at += bytes.length)] }]),
  );
  return joined(JSON.stringify(header), undefined, Buffer.concat(slices.map(({ bytes }) => bytes)));
}

/** `length`: what the file says of its header's length. */
function joined(header: string | Uint8Array, length: bigint | undefined, data: Uint8Array): Uint8Array {
  const text = typeof header === "string" ? utf8(header) : header;
  const eight = new Uint8Array(8);
  new DataView(eight.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  return new Uint8Array(Buffer.concat([eight, text, data]));
}

function parts(bytes: Uint8Array): { header: Record<string, JsonObject>; data: Uint8Array } {
  const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return { header: JSON.parse(new TextDecoder().decode(bytes.subarray(8, end))), data: bytes.subarray(end) };
}

function slicesOf(bytes: Uint8Array): Slice[] {
  const { header, data } = parts(bytes);
  delete header.__metadata__;
  return Object.entries(header).map(([name, { dtype, shape, data_offsets: offsets }]) => {
    const [start, end] = offsets as number[];
    return { name, dtype: dtype as string, shape: shape as number[], bytes: data.subarray(start, end) };
  });
}

/** A whole file with tensors other than the model's: what the checks after the header are for. */
function withOtherTensors(bytes: Uint8Array, random: Random): Uint8Array {
  const slices = slicesOf(bytes);
  for (let times = 1 + wholeBelow(random, 3); times > 0; times--) {
    const at = wholeBelow(random, slices.length);
    const slice = slices[at];
    const small = slices.filter((one) => one.bytes.length < 4096);
    switch (wholeBelow(random, 8)) {
      case 0:
        slices.splice(at, 1);
        break;
      case 1:
        slice.name = pick(random, [oddText(random).slice(0, 500), `${slice.name}.bias`, slice.name.replace("0", "1")]);
        break;
      case 2:
        slice.shape = pick(random, [
          slice.shape.toReversed(),
          [...slice.shape, 1],
          [slice.shape.reduce((a, b) => a * b, 1)],
        ]);
        break;
      case 3: {
        const same = Object.keys(bits).filter((dtype) => bits[dtype] === bits[slice.dtype]);
        slice.dtype = pick(random, same.length > 0 ? same : [slice.dtype]);
        break;
      }
      case 4: // a row more or less
        slice.shape = [Math.max(0, slice.shape[0] + pick(random, [-1, 1])), ...slice.shape.slice(1)];
        slice.bytes = new Uint8Array((slice.shape.reduce((a, b) => a * b, 1) * (bits[slice.dtype] ?? 8)) / 8);
        break;
      case 5:
        slices.push({ name: `extra.${at}`, dtype: "U8", shape: [0], bytes: new Uint8Array(0) });
        break;
      default: // other bytes in a small part: scales, groups, orders, states
        changePart(small, random);
    }
  }
  const unique = new Map(slices.map((slice) => [slice.name, slice]));
  return written([...unique.values()]);
}

/** Other numbers in a part that decides where others go; if there is none, in any small part. */
function changePart(small: readonly Slice[], random: Random): void {
  const telling = small.filter(({ name }) =>
    /(g_idx|q_invperm|q_groups|q_scale_max|quant_state.*|weight_format)$/.test(name),
  );
  const part = pick(random, telling.length > 0 && chance(random, 0.7) ? telling : small);
  if (part) part.bytes = otherWords(part.bytes, random);
}

/** As many bytes, with some numbers at their limits, or where others are. */
function otherWords(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  for (let times = 1 + wholeBelow(random, 4); times > 0 && copy.length > 0; times--) {
    const word = new Uint8Array(new BigUint64Array([pick(random, extremeWords)]).buffer);
    const width = pick(random, [1, 2, 4]);
    const at = Math.min(copy.length - 1, width * wholeBelow(random, Math.ceil(copy.length / width)));
    if (chance(random, 0.4)) copy.copyWithin(at, 0, Math.min(width, copy.length - at));
    else copy.set(word.subarray(0, Math.min(width, copy.length - at)), at);
  }
  return copy;
}

function withBrokenHeader(bytes: Uint8Array, random: Random): { bytes: Uint8Array; must?: "refuse" } {
  const { header, data } = parts(bytes);
  const names = Object.keys(header).filter((name) => name !== "__metadata__");
  const name = pick(random, names);
  const entry = header[name];
  const offsets = entry.data_offsets as number[];
  const filled = offsets[0] < offsets[1];
  const again = (value = data) => joined(writeJson(header), undefined, value);
  switch (wholeBelow(random, 12)) {
    case 11: // the same bytes under another name too
      header[`${name}.again`] = entry;
      return { bytes: again(), ...(filled ? { must: "refuse" } : {}) };
    case 0: // an end that is another
      offsets[wholeBelow(random, 2)] = otherNumber(offsets[1], random);
      return { bytes: again() };
    case 1: {
      // it lies somewhere else: over others, behind a hole, or beyond the end
      const by = pick(random, [1, -1, 8, 2 ** 31, 2 ** 52, -offsets[0]]) || 1;
      entry.data_offsets = offsets.map((place) => place + by);
      return { bytes: again(), ...(filled ? { must: "refuse" } : {}) };
    }
    case 2: // over a neighbour of the same size
      entry.data_offsets = header[pick(random, names)].data_offsets;
      return { bytes: again() };
    case 3:
      entry.shape = (entry.shape as number[]).map((count) =>
        chance(random, 0.5) ? otherNumber(count, random) : count,
      );
      return { bytes: again() };
    case 4:
      entry.dtype = pick(random, [...Object.keys(bits), "F8_E4M3", "f32", "I4", "", "constructor"]);
      return { bytes: again() };
    case 5: // twice under one name
      header[name] = new Written(`${writeJson(entry)}, ${JSON.stringify(name)}${" ".repeat(pick(random, [0, 1, 40]))}:${writeJson(entry)}`) as never; // prettier-ignore
      return { bytes: again(), must: "refuse" };
    case 6: // too little or too much behind the header
      return chance(random, 0.5)
        ? { bytes: again(data.subarray(0, wholeBelow(random, data.length))), must: "refuse" }
        : { bytes: again(Buffer.concat([data, new Uint8Array(1 + wholeBelow(random, 64))])), must: "refuse" };
    case 7: {
      const length = BigInt(writeJson(header).length);
      return { bytes: joined(writeJson(header), pick(random, [...extremeWords, length + 1n, length - 1n]), data) };
    }
    case 8:
      return { bytes: joined(jsonBytes(header as JsonObject, random), undefined, data) };
    case 9:
      header[name] = oddValue(random) as never;
      return { bytes: again() };
    default:
      return { bytes: joined(writeJson(mutateJson(header as JsonObject, random)), undefined, data) };
  }
}

async function use({ files }: FuzzInput, _: Random, pass: () => void): Promise<void> {
  const source = memorySource(files);
  for (const { path: file, sizeBytes } of source.files.filter((one) => one.path.endsWith(".safetensors")))
    checkEntries(await readSafetensorsHeader(source, file), sizeBytes);
  pass();
  await checkOpened(source, await readCheckpoint(source));
}

/** They cover the file from the header to its end, each as large as it says. */
function checkEntries(entries: readonly SafetensorsEntry[], sizeBytes: number): void {
  let at = entries[0]?.start ?? sizeBytes;
  for (const { name, start, end, shape, dtype } of entries) {
    demand(start === at && end >= start, `${name} begins at ${start}, the one before it ends at ${at}`);
    const weights = shape.reduce((product, count) => product * count, 1);
    demand(!bits[dtype] || (end - start) * 8 === weights * bits[dtype], `${name} is of another size`);
    at = end;
  }
  demand(at === sizeBytes, `the tensors end at ${at} of ${sizeBytes}`);
  demand(new Set(entries.map(({ name }) => name)).size === entries.length, "a tensor is there twice");
}

export const safetensorsReader: FuzzReader = { name: "safetensors", make, use };

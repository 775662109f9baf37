// Writes ONNX files (onnx.proto) of nodes and initializers, and rewrites those of a folder with something changed.

import { readOnnxFile, type OnnxNode } from "../../src/format/onnx-file.ts";
import { memorySource } from "./memory-source.ts";
import type { Files } from "./spoiled.ts";

export interface WrittenTensor {
  name: string;
  /** ONNX's number of the type. */
  type: number;
  shape: number[];
  bytes: Uint8Array;
  /** Where the bytes stand instead of in the file. */
  external?: Record<string, string>;
  /** The field for the bytes: raw_data by default. */
  field?: 4 | 5 | 9;
}

export interface WrittenGraph {
  nodes: OnnxNode[];
  tensors: WrittenTensor[];
}

export const onnxTypes: Readonly<Record<string, number>> = { F32: 1, U8: 2, I8: 3, I32: 6, I64: 7, F16: 10, BF16: 16, U4: 21, I4: 22 }; // prettier-ignore

export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

/** A field of bytes, text or a message. */
export function field(number: number, ...parts: (Uint8Array | string)[]): Uint8Array {
  const bytes = parts.map((part) => (typeof part === "string" ? new TextEncoder().encode(part) : part));
  const length = bytes.reduce((sum, part) => sum + part.length, 0);
  return joined([Uint8Array.from([...varint(8 * number + 2), ...varint(length)]), ...bytes]);
}

const whole = (number: number, value: number) => Uint8Array.from([...varint(8 * number), ...varint(value)]);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function nodeBytes({ name, op, inputs, outputs, attributes }: OnnxNode): Uint8Array {
  const all = [...inputs.map((one) => field(1, one)), ...outputs.map((one) => field(2, one)), field(3, name), field(4, op)];
  for (const [key, value] of attributes)
    all.push(
      Number.isInteger(value) && value >= 0
        ? field(5, field(1, key), whole(3, value), whole(20, 2))
        : field(5, field(1, key), Uint8Array.of(8 * 2 + 5, ...new Uint8Array(Float32Array.of(value).buffer)), whole(20, 1)),
    );
  return joined(all);
} // prettier-ignore

function tensorBytes({ name, type, shape, bytes, external, field: number = 9 }: WrittenTensor): Uint8Array {
  const head = [...shape.map((length) => whole(1, length)), whole(2, type)];
  if (!external) return joined([...head, ...(number < 8 ? [field(number, bytes), field(8, name)] : [field(8, name), field(number, bytes)])]); // prettier-ignore
  const entries = Object.entries(external).map(([key, value]) => field(13, field(1, key), field(2, value)));
  return joined([...head, field(8, name), ...entries, whole(14, 1)]);
}

/** The whole file. */
export function onnxFile({ nodes, tensors }: WrittenGraph): Uint8Array {
  const graph = [
    ...nodes.map((node) => field(1, nodeBytes(node))),
    field(2, "main_graph"),
    ...tensors.map((tensor) => field(5, tensorBytes(tensor))),
  ];
  return joined([whole(1, 10), field(2, "test"), field(7, ...graph), field(8, whole(2, 21))]);
}

/** What a file holds, to be changed and written again. External data stay where they are. */
export async function takeOnnx(files: Files, path: string): Promise<WrittenGraph> {
  const { nodes, tensors } = await readOnnxFile(memorySource(files), path);
  return {
    nodes,
    tensors: [...tensors.values()].map(({ name, dtype, shape, place, value }) => {
      const external = place && place.file !== path;
      return {
        name,
        type: onnxTypes[dtype ?? ""] ?? 9,
        shape,
        bytes: place ? files.get(place.file)!.slice(place.start, place.end) : Uint8Array.of(value ?? 0),
        ...(external ? { external: { location: place.file, offset: `${place.start}`, length: `${place.end - place.start}` } } : {}),
      }; // prettier-ignore
    }),
  };
}

/** Writes a folder's ONNX file again, with its graph changed. */
export async function spoilOnnx(files: Files, change: (graph: WrittenGraph) => unknown): Promise<void> {
  const path = [...files.keys()].find((name) => name.endsWith(".onnx"))!;
  const graph = await takeOnnx(files, path);
  change(graph);
  files.set(path, onnxFile(graph));
}

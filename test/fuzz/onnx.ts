// ONNX files: the fixtures, whole, with bytes changed or cut off, or with nodes and initializers that say something else. What was
// read is opened as a model and planned.

import { readCheckpoint } from "../../src/format/checkpoint.ts";
import type { OnnxNode } from "../../src/format/onnx-file.ts";
import { pick, wholeBelow } from "../long/proof.ts";
import { memorySource } from "../support/memory-source.ts";
import { onnxFile, onnxTypes, takeOnnx, type WrittenTensor } from "../support/onnx-writer.ts";
import { oddText, otherNumber } from "./extremes.ts";
import { quantizedFiles } from "./model-files.ts";
import { jsonBytes, mutateJson } from "./mutate-json.ts";
import { checkOpened } from "./opened-model.ts";
import { between, chance, type FuzzInput, type FuzzReader, isJson, type Random, wholeShare } from "./reader.ts";

type Change = (graph: Awaited<ReturnType<typeof takeOnnx>>) => void;
interface OnnxInput extends FuzzInput {
  /** To the graph, which is read before it is written: done by `use`. */
  change?: Change;
}

function make(random: Random): OnnxInput {
  const files = quantizedFiles(random, ".onnx");
  if (chance(random, wholeShare)) return { files, must: "read" };
  const path = [...files.keys()].find((name) => name.endsWith(".onnx"))!;
  const way = random();
  if (way < 0.1) {
    const config = JSON.parse(new TextDecoder().decode(files.get("config.json")));
    files.set("config.json", jsonBytes(mutateJson(config, random), random));
  } else if (way < 0.4) {
    const bytes = files.get(path)!.slice();
    for (let i = between(random, 1, 8); i > 0; i--) bytes[wholeBelow(random, bytes.length)] = wholeBelow(random, 256);
    files.set(path, chance(random, 0.3) ? bytes.slice(0, wholeBelow(random, bytes.length)) : bytes);
  } else if (way < 0.45) {
    for (const name of [...files.keys()].filter((one) => /[_.]data$/.test(one)))
      if (chance(random, 0.5)) files.delete(name);
      else files.set(name, files.get(name)!.slice(0, wholeBelow(random, files.get(name)!.length)));
  } else {
    const drawn = Array.from({ length: between(random, 1, 3) }, () => ({ which: random(), how: changeOf(random) }));
    return {
      files,
      change: ({ nodes, tensors }) => {
        for (const { which, how } of drawn) {
          if ("node" in how) how.node(nodes[Math.floor(which * nodes.length)]);
          else how.tensor(tensors[Math.floor(which * tensors.length)]);
        }
      },
    };
  }
  return { files };
}

type How = { node(node: OnnxNode): void } | { tensor(tensor: WrittenTensor): void };

function changeOf(random: Random): How {
  const [odd, share, other] = [oddText(random), random(), otherNumber(64, random)];
  const type = pick(random, Object.values(onnxTypes));
  const ops = ["MatMul", "Gather", "MatMulNBits", "GatherBlockQuantized", "Transpose", "Reshape", "Add", odd];
  const op = pick(random, ops);
  const number = Math.abs(Math.trunc(other));
  switch (wholeBelow(random, 8)) {
    case 0:
      return { node: (node) => void (node.name = odd) };
    case 1:
      return { node: (node) => void (node.op = op) };
    case 2:
      return { node: ({ inputs }) => void (inputs[Math.floor(share * inputs.length)] = odd) };
    case 3:
      return { node: ({ attributes }) => [...attributes.keys()].forEach((key) => attributes.set(key, number)) };
    case 4:
      return { tensor: (tensor) => void (tensor.shape = tensor.shape.map((length) => (share < 0.5 ? number : length + 1))) };
    case 5:
      return { tensor: (tensor) => void (tensor.type = type) };
    case 6:
      return { tensor: (tensor) => void (tensor.external = { location: odd, offset: `${other}`, length: `${other}` }) };
    default:
      return {
        tensor: (tensor) => {
          if (tensor.external) tensor.external.offset = `${Number(tensor.external.offset) + number}`;
          else tensor.bytes = tensor.bytes.slice(1);
        },
      };
  }
} // prettier-ignore

async function use(input: OnnxInput, _: Random, pass: () => void): Promise<void> {
  const files = new Map(input.files);
  if (input.change) {
    const path = [...files.keys()].find((name) => name.endsWith(".onnx"))!;
    const graph = await takeOnnx(files, path);
    input.change(graph);
    files.set(path, onnxFile(graph));
  }
  const source = memorySource(files);
  if (isJson(files.get("config.json")!)) pass();
  await checkOpened(source, await readCheckpoint(source));
}

export const onnxFuzzReader: FuzzReader = { name: "onnx", make, use };

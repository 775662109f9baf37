// A model in MLC's files, which WebLLM loads: mlc-chat-config.json says what it is, tensor-cache.json (ndarray-cache.json
// until September 2025) where each array stands in params_shard_N.bin. q, k and v are one matrix there, as are gate and up,
// rows below rows: each gets its own bytes of it. Source: mlc-ai/mlc-llm, quantization/ and interface/gen_config.py;
// apache/tvm, contrib/tvmjs.py.

import { PronkError } from "../errors.ts";
import { configReader } from "./config-reader.ts";
import type { JsonFile } from "./json-file.ts";
import type { ReadMatrix } from "./linear-parts.ts";
import { readMlcConfig, type MlcBits } from "./mlc-config.ts";
import { mlcEntries } from "./mlc-list.ts";
import type { ModelConfig } from "./model-config.ts";
import { findModelTensors } from "./model-tensors.ts";
import { makeMatrix, part } from "./part-checks.ts";
import type { ModelTensor } from "./quantized.ts";
import type { TensorFiles } from "./tensor-files.ts";
import { mlcConfig, mlcLists } from "../source/torch-names.ts";

interface OpenOptions {
  /** A file's fields; undefined where the source has no such file. */
  readJson(path: string): Promise<JsonFile | undefined>;
  headApart?: boolean;
  signal?: AbortSignal;
}

/** Throws PronkError `format` or `model-unsupported`, naming file and field or tensor. */
export async function openMlc(
  source: TensorFiles,
  { readJson, ...options }: OpenOptions,
): Promise<{ config: ModelConfig; tensors: ModelTensor[] }> {
  const json = await readJson(mlcConfig);
  const list = (await readJson(mlcLists[0])) ?? (await readJson(mlcLists[1]));
  if (!json || !list) {
    const file = json ? mlcLists.join(" or ") : mlcConfig;
    throw new PronkError(
      "format",
      `${source.label} has MLC's files and no ${file}. Take it from the original repository.`,
      {
        file: json ? mlcLists[0] : mlcConfig,
        expected: file,
        found: null,
      },
    );
  }
  const reader = await configReader();
  const { config, bits } = readMlcConfig(json, reader);
  const entries = mlcEntries(list, source).flatMap((entry) => reader.takenApart(entry, config));
  const shards = {
    whole: "",
    index: "",
    isShard: (path: string) => path === list.file,
    readHeader: async () => entries,
  };
  return findModelTensors(source, config, { ...options, shards, readMatrix: mlcReader(bits) });
}

/** Groups of four words: 32 codes of 4 bits, or ten in a word of 3 bits with two bits to spare. */
export const mlcReader =
  (bits: MlcBits): ReadMatrix =>
  (name, shape, ends) => {
    if (bits === 0 || !ends.has("q_weight")) return undefined;
    const [rows, cols] = shape;
    const packed = bits === 3 ? { size: 40, perWord: 10 } : { size: 32, perWord: 0 };
    const groups = Math.ceil(cols / packed.size);
    const found = makeMatrix(
      name,
      shape,
      ends,
    )(
      { kind: "integers", packer: "mlc", bits, perWord: packed.perWord, groups: { rows: 1, cols: packed.size } },
      { codes: "q_weight", scales: "q_scale" },
    );
    part(found, "codes", "U32", [rows, 4 * groups]);
    part(found, "scales", "F16 BF16 F32", [rows, groups]);
    return found;
  };

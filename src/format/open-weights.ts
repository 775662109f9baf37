// A source's weights in whatever format it has them -> configuration and tensors, quantized or not. Headers, metadata and
// small JSON files only; no weight is read.

import { PronkError } from "../errors.ts";
import { onDemand } from "../on-demand.ts";
import { metaParams } from "../source/torch-names.ts";
import { configReader } from "./config-reader.ts";
import { foreignLayouts } from "./foreign-paths.ts";
import type { GgufTokenizer } from "./gguf-tokenizer.ts";
import { JsonFile } from "./json-file.ts";
import type { ModelOrigin } from "./license-evidence.ts";
import type { ModelConfig } from "./model-config.ts";
import { findModelTensors } from "./model-tensors.ts";
import { packedParts, quantizationFiles } from "./packed-names.ts";
import type { ModelTensor } from "./quantized.ts";
import type { TensorFiles } from "./tensor-files.ts";
import { chooseWeightFormat, weightFormats, type WeightFormat } from "./weight-formats.ts";

const gguf = onDemand("reads GGUF files", () => import("./gguf-weights.ts"));
const torchFiles = onDemand("reads torch's and MLX's archives", () => import("./torch-weights.ts"));
const mlc = onDemand("reads MLC's shards", () => import("./mlc-weights.ts"));
const onnx = onDemand("reads ONNX files", () => import("./onnx-weights.ts"));
const llama2c = onDemand("reads llama2.c's files", () => import("./llama2c.ts"));

export interface OpenedWeights {
  format: WeightFormat;
  config: ModelConfig;
  /** Sorted by file, then start. */
  tensors: ModelTensor[];
  /** A GGUF file's own tokenizer, for a source that has no tokenizer files. */
  tokenizer?: GgufTokenizer;
  /** What a GGUF file says about where it comes from. */
  origin?: ModelOrigin;
}

const maxJsonBytes = 2 ** 20; // the files read here have a few hundred

export interface OpenWeightsOptions {
  /** Which weights, where there are several: see chooseWeightFormat. */
  weights?: string;
  /** A head in the files is known not to be the embedding, whatever config.json says. */
  headApart?: boolean;
  signal?: AbortSignal;
}

/**
 * Throws PronkError `format`, `model-unsupported`, `integrity` or `bad-request`, naming file and field; for a file that
 * cannot be read it says what it is instead, where its first bytes show that.
 */
export async function openWeights(source: TensorFiles, options: OpenWeightsOptions = {}): Promise<OpenedWeights> {
  try {
    return await open(source, options);
  } catch (error) {
    if (!(error instanceof PronkError) || error.code === "network") throw error;
    const foreign = await foreignLayouts()
      .then((part) => part.foreignError(source, error, weightFormats(source).length > 0, options.signal))
      .catch(() => undefined);
    throw foreign ?? error;
  }
}

async function open(source: TensorFiles, { weights, headApart, signal }: OpenWeightsOptions): Promise<OpenedWeights> {
  const format = chooseWeightFormat(source, weights);
  if (format.kind === "llama2c") {
    const { readLlama2c } = await llama2c();
    return { format, ...(await readLlama2c(source, format.files[0], { signal })) };
  }
  if (format.kind === "gguf") {
    const { openGguf } = await gguf();
    return { format, ...(await openGguf(source, format.files, { signal })) };
  }
  if (format.kind === "meta") {
    const params = await readJson(source, metaParams, signal);
    const { openMeta } = await torchFiles();
    return { format, ...(await openMeta(source, format.files, params, { signal })) };
  }
  if (format.kind === "mlc") {
    const read = (path: string) => readJson(source, path, signal);
    return { format, ...(await (await mlc()).openMlc(source, { readJson: read, headApart, signal })) };
  }
  const json = await readJson(source, "config.json", signal);
  if (!json)
    throw new PronkError(
      "format",
      `${source.label} has no config.json. A model needs config.json and the weights of the same model in one folder.`,
      {
        file: "config.json",
        expected: "config.json",
        found: null,
      },
    );
  if (format.kind === "onnx") {
    const { openOnnx } = await onnx();
    return { format, ...(await openOnnx(source, format.files[0], json, { headApart, signal })) };
  }
  let beside: JsonFile | undefined;
  for (const file of quantizationFiles) beside ??= await readJson(source, file, signal);
  const isDeclared = json.object("quantization_config") !== undefined || beside !== undefined;
  const readMatrix = isDeclared ? (await packedParts()).declaredReader(json, beside) : undefined;
  if (format.kind === "npz") {
    const { openMlx } = await torchFiles();
    return { format, ...(await openMlx(source, format.files, json, { readMatrix, headApart, signal })) };
  }
  const torch = format.kind === "torch" ? await torchFiles() : undefined;
  const { readConfig, layoutOf } = await configReader();
  const config = readConfig(json);
  const found = await findModelTensors(source, config, {
    ...layoutOf(config),
    shards: torch?.torchShards,
    readMatrix,
    headApart,
    signal,
  });
  torch?.checkApart(found.tensors);
  return { format, ...found };
}

async function readJson(source: TensorFiles, path: string, signal?: AbortSignal): Promise<JsonFile | undefined> {
  const file = source.files.find((candidate) => candidate.path === path);
  if (!file) return undefined;
  if (file.sizeBytes > maxJsonBytes)
    throw new PronkError("format", `"${path}" has ${file.sizeBytes} bytes; such a file has at most ${maxJsonBytes}.`, {
      file: path,
      expected: maxJsonBytes,
      found: file.sizeBytes,
    });
  return JsonFile.parse(path, await source.read(path, 0, file.sizeBytes, { signal }));
}

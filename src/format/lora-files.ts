// The files of an adapter -> its configuration and tensors: a folder as PEFT saves it, or llama.cpp's GGUF. What is read
// here beside weights is kept with them, which lets a warm start do without the source.

import { PronkError } from "../errors.ts";
import { onDemand } from "../on-demand.ts";
import type { ModelOrigin } from "./license-evidence.ts";
import { JsonFile } from "./json-file.ts";
import { loraConfigFile, readLoraConfig, type LoraConfig } from "./lora-config.ts";
import type { LoraFile, LoraTensor } from "./lora.ts";
import { readSafetensorsHeader, type SafetensorsEntry } from "./safetensors.ts";
import { readSideFiles } from "./side-files.ts";
import { toTensor } from "./llama-tensors.ts";
import type { TensorFiles } from "./tensor-files.ts";
import type { TensorInfo } from "./tensor.ts";

const gguf = onDemand("reads GGUF files", () => import("./gguf-weights.ts"));
const torchFiles = onDemand("reads torch's files", () => import("./torch-weights.ts"));

const safetensorsFile = "adapter_model.safetensors";
const torchName = "adapter_model.bin";
export const loraFolder = { config: loraConfigFile, weights: [safetensorsFile, torchName] };

/** What a GGUF's metadata says is kept under this name. */
const ggufNotes = "adapter.gguf.json";

export interface OpenedLora {
  file: LoraFile;
  sideFiles: Map<string, Uint8Array>;
  /** What a GGUF file says about where it comes from. */
  origin?: ModelOrigin;
}

/** Throws PronkError `format`, `model-unsupported` or `integrity`, naming file and field. */
export async function openLora(source: TensorFiles & { label: string }, signal?: AbortSignal): Promise<OpenedLora> {
  const sideFiles = await readSideFiles(source, { signal });
  const paths = source.files.map(({ path }) => path);
  const isPeft = sideFiles.has(loraConfigFile);
  const weights = isPeft ? [safetensorsFile, torchName].find((name) => paths.includes(name)) : undefined;
  const ggufs = paths.filter((path) => /\.gguf$/i.test(path));
  if (weights) {
    const torch = weights === torchName ? await torchFiles() : undefined;
    const entries = await (torch ? torch.torchShards.readHeader : readSafetensorsHeader)(source, weights, { signal });
    const tensors = entries.map(inOwnShape);
    torch?.checkApart(tensors);
    return { file: await loraFile(sideFiles, tensors), sideFiles };
  }
  if (!isPeft && ggufs.length === 1) {
    const { readGgufHeader, ggufOrigin } = await gguf();
    const header = await readGgufHeader(source, ggufs[0], { signal });
    const { metadata, tensors } = header;
    sideFiles.set(ggufNotes, new TextEncoder().encode(JSON.stringify(Object.fromEntries(metadata))));
    const entries = tensors.map(({ type, ...tensor }) => inOwnShape({ ...tensor, dtype: type }));
    return { file: await loraFile(sideFiles, entries), sideFiles, origin: ggufOrigin(header) };
  }
  throw new PronkError(
    "format",
    `${source.label} is no adapter: it needs ${loraConfigFile} with ${safetensorsFile} or ${torchName}, or one GGUF file.`,
    { file: isPeft ? safetensorsFile : loraConfigFile, expected: loraConfigFile, found: null },
  );
}

const inOwnShape = (entry: SafetensorsEntry): TensorInfo => toTensor(entry, entry.shape);

/** The same from what was kept. */
export async function loraFile(
  sideFiles: ReadonlyMap<string, Uint8Array>,
  tensors: readonly TensorInfo[],
): Promise<LoraFile> {
  const notes = sideFiles.get(ggufNotes);
  if (!notes) {
    const config = readLoraConfig(JsonFile.parse(loraConfigFile, sideFiles.get(loraConfigFile)!));
    return { config, tensors: tensors.filter(({ name }) => !name.endsWith("rotary_emb.inv_freq")) };
  }
  return ggufFile(JsonFile.parse(tensors[0]?.file ?? ggufNotes, notes), tensors);
}

/** A scale is alpha over the rank that a tensor has, as in llama.cpp's llama_adapter_lora_weight::get_scale. */
async function ggufFile(json: JsonFile, tensors: readonly TensorInfo[]): Promise<LoraFile> {
  const { hubName, isInterleaved } = await gguf();
  const kind = json.text("general.type");
  if (kind !== "adapter") throw json.wrong("general.type", '"adapter"', kind);
  const type = json.text("adapter.type");
  if (type !== "lora") throw json.unsupported("adapter.type", type, "Adapters of the type lora work.");
  if (json.get("adapter.alora.invocation_tokens") !== undefined)
    throw json.unsupported("adapter.alora.invocation_tokens", "ids", "Take an adapter that works on all tokens.");
  const interleaved = isInterleaved(json);
  const alpha = json.get("adapter.lora.alpha");
  if (typeof alpha !== "number" || !Number.isFinite(alpha)) throw json.wrong("adapter.lora.alpha", "a number", alpha);
  const ranks = new Map<string, number>();
  const renamed = tensors.map((tensor): LoraTensor => {
    const { name, shape, file } = tensor;
    const [, of, part] = /^(.*)\.lora_(a|b)$/.exec(name) ?? [];
    const hub = of === undefined ? undefined : hubName(of)?.replace(/\.weight$/, "");
    if (hub === undefined)
      throw new PronkError("model-unsupported", `Tensor "${name}" in "${file}" is of no matrix that pronk has.`, {
        file,
        field: name,
        expected: "blk.N.….weight.lora_a and lora_b",
      });
    const isEmbedding = hub === "model.embed_tokens";
    const byToken = isEmbedding && part === "a";
    // Stored as a vector it has one row or column, and so rank 1.
    if (part === "b" || byToken) ranks.set(hub, shape.length === 2 ? shape[1] : 1);
    const letter = part.toUpperCase();
    return { ...tensor, peftName: isEmbedding ? `${hub}.lora_embedding_${letter}` : `${hub}.lora_${letter}.weight` };
  });
  const rankOf = (module: string) => ranks.get(module) ?? 1;
  const config: LoraConfig = {
    rankOf,
    scaleOf: (module) => (alpha === 0 ? 1 : alpha / rankOf(module)),
    tokens: new Map(),
  };
  return { config, tensors: renamed, interleaved, byToken: true };
}

// Weights that pronk does not read, and what gives each away: names of files, a file's first bytes, names of tensors. Only
// for messages: nothing is looked up here before a model has proved unreadable. A declared layout (`quant_method`) is
// refused where declarations are read.

import { PronkError } from "../errors.ts";
import { foreignPaths } from "./foreign-paths.ts";
import type { TensorSlice } from "./quantized.ts";
import type { TensorFiles } from "./tensor-files.ts";

interface ForeignLayout {
  /** Completes "holds …". */
  is: string;
  /** For a file that its name alone identifies. */
  path?: RegExp;
  /** A file's first bytes, as Python would print them: `PK\x03\x04`. */
  start?: RegExp;
  tensor?: RegExp;
  /** Of that tensor, in safetensors' words. */
  dtype?: RegExp;
  instead?: string; // default: see `otherFiles`
  /** The file is damaged, rather than of a kind that is not read. */
  damaged?: true;
}

const otherFiles = "Take safetensors or GGUF files of the same model.";
const insteadOfPickles =
  "They can run code when they are opened: take a revision or repository with safetensors or GGUF.";

/** For quantized weights in safetensors. */
const packed = (layout: string, tensor: RegExp, dtype?: RegExp): ForeignLayout => ({
  is: `weights in the layout ${layout}`,
  tensor,
  ...(dtype ? { dtype } : {}),
  instead: "Take a repository of the same model in GPTQ, AWQ, compressed-tensors, MLX or GGUF, or one not quantized.",
});

/** Where several fit the first is reported: what holds the model comes before what lies beside it. */
const layouts: readonly ForeignLayout[] = [
  {
    is: "Meta's original checkpoint",
    path: foreignPaths.meta,
    tensor: /^layers\.0\.attention\.wq\.weight$/,
    instead: "Take the repository of the same name that ends in -hf, e.g. meta-llama/Llama-2-7b-chat-hf.",
  },
  {
    is: "Python pickles",
    path: foreignPaths.torch,
    start: /^(PK\\x03\\x04|\\x80\\x0[345]\\x95)/, // torch.save since 1.6, pickle.dump
    instead: insteadOfPickles,
  },
  {
    is: "a pickle of torch before 1.6",
    start: /^\\x80\\x02\\x8a\\x0a/,
    instead: "Take safetensors of the same model, or load it in a later torch and save it again.",
  },
  {
    is: "an adapter",
    path: foreignPaths.adapter,
    tensor: /\.lora_[ABE](\.|$)|\.lora_(embedding_[AB]|magnitude_vector)/,
    start: /^algg/,
    instead: "It only changes another model: load that one, with this among its `adapters`.",
  },
  { is: "an OpenVINO model", path: foreignPaths.openvino },
  {
    is: "a CTranslate2 model",
    path: foreignPaths.ctranslate2,
    start: /^\\x0.(\\x00){3}(\\x..|.)\\x00\w+Spec\\x00/,
  },
  {
    is: "pieces of a GGUF file that was cut without a splitter",
    path: foreignPaths.parts,
    instead: "Join them to one file, or take one that fits in one piece.",
  },
  {
    is: "a GGML file, GGUF's forerunner",
    path: foreignPaths.ggml,
    start: /^(lmgg|fmgg|tjgg)/,
    instead: "Take a GGUF file of the same model.",
  },
  { is: "a GGUF file under another name", start: /^GGUF/, instead: "Rename it so that it ends in .gguf." },
  {
    is: "safetensors under another name",
    start: /^(\\x..|.){6}\\x00\\x00\{/,
    instead: "Rename it so that it ends in .safetensors, beside its config.json.",
  },
  {
    is: "a GGUF part for images",
    path: foreignPaths.images,
    instead: "Take the GGUF file of the model itself.",
  },
  { is: "arrays of NumPy or MLX", path: foreignPaths.arrays },
  { is: "Flax weights", path: foreignPaths.flax },
  { is: "TensorFlow or Keras weights", path: foreignPaths.keras, start: /^\\x89HDF/ },
  { is: "a TensorFlow Lite or MediaPipe model", path: foreignPaths.tflite },
  { is: "a Core ML model", path: foreignPaths.coreml },
  { is: "an ExecuTorch, TensorRT, NeMo or llamafile model", path: foreignPaths.others },
  {
    is: "what a training run left, and no weights of the model",
    path: foreignPaths.training,
  },
  { is: "Python pickles", path: foreignPaths.pickles, instead: insteadOfPickles },
  {
    is: "a Git LFS pointer in place of the file",
    start: /^version https:\/\/git-lfs\./,
    instead: "Fetch the file itself; in a clone: git lfs pull.",
    damaged: true,
  },
  {
    is: "a web page in place of the file",
    start: /^( |\\x0[9ad])*<(!doctype|html|\?xml)/i,
    instead: "Fetch the file itself.",
    damaged: true,
  },

  packed("EXL3", /\.(trellis|suh|svh)$/),
  packed("QQQ", /\.s_(channel|group)$/),
  packed("marlin of sparse weights", /\.B_(24|meta)$/),
  packed("VPTQ", /\.(res_|outlier_)?centroids\.weight$/),
  packed("QuIP#", /\.Qidxs$/),
  packed("torchao, other than int8, int4 and E4M3", /\._weight_qdata$/, /^(?!I8|I32|F8_E4M3)/),
  packed("FP8 without scales, or other than E4M3", /\.weight$/, /^F8_/),
];

/**
 * What a source holds instead, where it could not be read for this reason: by its files' names where there was nothing to be
 * read, and by the first bytes of the file that the error names. Undefined where neither tells.
 */
export async function foreignError(
  source: TensorFiles,
  reason: PronkError,
  hasWeights: boolean,
  signal?: AbortSignal,
): Promise<PronkError | undefined> {
  const named = hasWeights ? undefined : foreignFiles(source);
  const { file } = (named ?? reason).facts;
  return (typeof file === "string" ? await foreignFile(source, file, signal) : undefined) ?? named;
}

/** Judging by names of files. */
function foreignFiles(source: TensorFiles): PronkError | undefined {
  for (const layout of layouts) {
    const file = source.files.find(({ path }) => layout.path?.test(path));
    if (file) return foreign(layout, file.path, `${source.label} holds ${layout.is} ("${file.path}")`);
  }
  return undefined;
}

/** What a file is instead, judging by its first bytes; undefined for a file that the source does not have. */
async function foreignFile(source: TensorFiles, path: string, signal?: AbortSignal): Promise<PronkError | undefined> {
  const sizeBytes = source.files.find((file) => file.path === path)?.sizeBytes ?? 0;
  if (sizeBytes === 0) return undefined;
  const bytes = await source.read(path, 0, Math.min(64, sizeBytes), { signal });
  const start = Array.from(bytes, printed).join("");
  const layout = layouts.find((candidate) => candidate.start?.test(start));
  if (/\.(gguf|safetensors)$/i.test(path) && layout?.is.endsWith("under another name")) return undefined;
  if (/\.(pth|npz)$|^pytorch_model|^qmodel\.pt$/i.test(path) && start.startsWith("PK")) return undefined;
  return layout && foreign(layout, path, `"${path}" holds ${layout.is}`);
}

/** What the tensors are instead. */
export function foreignTensors(entries: readonly TensorSlice[]): PronkError | undefined {
  for (const layout of layouts) {
    const sign = entries.find(({ name, dtype }) => layout.tensor?.test(name) && (layout.dtype?.test(dtype) ?? true));
    if (sign) return foreign(layout, sign.file, `"${sign.file}" holds ${layout.is} (tensor "${sign.name}")`, sign.name);
  }
  return undefined;
}

const printed = (byte: number) =>
  byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;

function foreign({ is, instead = otherFiles, damaged }: ForeignLayout, file: string, what: string, field?: string) {
  const unread = damaged ? "" : ", which this version of pronk does not read";
  const facts = { file, ...(field === undefined ? {} : { field }), expected: "weights that are read", found: is };
  return new PronkError(damaged ? "format" : "model-unsupported", `${what}${unread}. ${instead}`, facts);
}

// The graph of an ONNX file -> which initializers are a Llama's matrices and norms, by the names that Hugging Face's optimum
// and onnxruntime-genai's builder give nodes and initializers. Numbers are taken from them and the rest from config.json, so
// the graph must be of nothing but what a Llama computes, and every product with a weight must be one that is known.
// Source: huggingface/optimum-onnx; microsoft/onnxruntime-genai, models/builders/base.py; onnxruntime's docs/ContribOperators.md.

import { PronkError } from "../errors.ts";
import type { OnnxGraph, OnnxNode, OnnxTensor } from "./onnx-file.ts";

/** Numbers of one or several of the model's matrices, and how they are kept: rows of blocks of codes, bytes, or as they are. */
export interface OnnxMatrix {
  /** Hugging Face's names without ".weight", whose rows follow each other. */
  bases: string[];
  codes: OnnxTensor;
  packed?: OnnxCodes;
  /** Inputs are rows. */
  isTurned?: true;
  bytes?: OnnxBytes;
}

/** A byte a weight: what turns it into a number, of each output or of all. */
export interface OnnxBytes {
  scales: OnnxTensor;
  zeros?: OnnxTensor;
  /** Without zeros the zero point of all, where the smallest byte is 0. */
  zero: number;
}

export interface OnnxCodes {
  bits: number;
  size: number; // inputs
  scales: OnnxTensor;
  zeros?: OnnxTensor;
  /** The zero point of every block, where it is neither in the file nor the middle of the codes. */
  zero?: number;
}

/** A norm or a bias. */
export interface OnnxVector {
  names: string[];
  tensor: OnnxTensor;
}

export interface OnnxRoles {
  matrices: OnnxMatrix[];
  vectors: OnnxVector[];
  /** Of the attention, as far as nodes say: config.json must agree. */
  said: { heads?: number; kvHeads?: number; window?: number };
}

/** What the exporters make a Llama of. Anything else may be another model's arithmetic. */
const known = new Set(
  `Add And Cast Clip Concat Constant ConstantOfShape Cos CumSum DequantizeLinear Div DynamicQuantizeLinear Equal Expand
   Flatten Gather GatherBlockQuantized GatherElements GatherND Greater GreaterOrEqual GroupQueryAttention Identity IsNaN Less
   LessOrEqual MatMul MatMulInteger MatMulNBits Max Min MultiHeadAttention Mul Neg Not Or Pow Range ReduceMax ReduceMean
   ReduceSum Reciprocal Reshape RotaryEmbedding RMSNormalization ScatterND Shape Sigmoid SimplifiedLayerNormalization Sin
   SkipSimplifiedLayerNormalization Slice Softmax Split Sqrt Squeeze Sub Tile Transpose Trilu Unsqueeze Where`.split(
    /\s+/,
  ),
);

const attention = "(?:self_attn|attn)";
const linear = new RegExp(
  `(?:^|[/.])layers\\.(\\d+)[/.](?:${attention}[/.]((?:q|k|v|qkv|o)_proj)|mlp[/.]((?:gate|up|down|gate_up)_proj))[/.]`,
);
const joined: Readonly<Record<string, string[]>> = {
  qkv_proj: ["q_proj", "k_proj", "v_proj"],
  gate_up_proj: ["gate_proj", "up_proj"],
};

/** The matrices that a node or initializer of this name has; undefined for another's. */
function basesOf(name: string): string[] | undefined {
  const [, layer, ofAttention, ofMlp] = linear.exec(name) ?? [];
  if (layer === undefined) return /(^|\/)lm_head[/.]/.test(name) ? ["lm_head"] : undefined;
  const part = ofAttention ?? ofMlp;
  const room = `model.layers.${Number(layer)}.${ofAttention ? "self_attn" : "mlp"}`;
  return (joined[part] ?? [part]).map((one) => `${room}.${one}`);
}

/** Throws PronkError `model-unsupported` or `format`, naming the file and the node or initializer. */
export function onnxRoles(graph: OnnxGraph, file: string): OnnxRoles {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const roles: OnnxRoles = { matrices: [], vectors: vectorsIn(graph), said: {} };
  const { matrices, vectors, said } = roles;
  for (const node of graph.nodes) {
    if (!known.has(node.op)) throw unknown(file, node, `a node ${node.op}`);
    const { attributes, inputs } = node;
    for (const turned of ["interleaved", "rotary_interleaved", "softcap", "smooth_softmax"])
      if ((attributes.get(turned) ?? 0) > 0) throw unknown(file, node, `${turned} ${attributes.get(turned)}`);
    if (node.op === "GroupQueryAttention") {
      said.heads ??= attributes.get("num_heads");
      said.kvHeads ??= attributes.get("kv_num_heads");
      said.window ??= Math.max(0, attributes.get("local_window_size") ?? -1);
    }
    const isEmbedding = node.op === "GatherBlockQuantized" || (node.op === "Gather" && /embed_tokens/.test(node.name));
    if (!isEmbedding && !node.op.startsWith("MatMul")) continue;
    const input = inputs[isEmbedding ? 0 : 1] ?? "";
    const found = weightOf(graph, makers, input);
    const isPacked = node.op === "GatherBlockQuantized" || node.op === "MatMulNBits";
    if (!found && (isEmbedding || isPacked || basesOf(node.name)))
      throw unknown(file, node, `weights that are computed ("${input}")`);
    if (!found) continue; // attention and RoPE multiply what was computed
    const { tensor: codes, isTurned } = found;
    const bases = isEmbedding ? ["model.embed_tokens"] : (basesOf(node.name) ?? basesOf(codes.name));
    if (!bases) throw unknown(file, node, `a product with "${codes.name}"`);
    if (isPacked) matrices.push({ bases, codes, packed: packedOf(graph, node, codes, file) });
    else {
      const isByte = codes.dtype === "U8" || codes.dtype === "I8";
      matrices.push({
        bases,
        codes,
        ...(isEmbedding === isTurned ? { isTurned: true } : {}),
        ...(isByte ? { bytes: bytesOf(graph, node, codes, file) } : {}),
      });
    }
    const bias = node.op === "MatMulNBits" ? graph.tensors.get(inputs[5] ?? "") : undefined;
    if (bias && !vectors.some(({ tensor }) => tensor === bias))
      vectors.push({ names: bases.map((base) => `${base}.bias`), tensor: bias });
  }
  return roles;
}

interface FoundWeight {
  tensor: OnnxTensor;
  isTurned: boolean;
}

/** The initializer that a node takes, perhaps under another name, shape or the other way round. */
function weightOf(
  graph: OnnxGraph,
  makers: ReadonlyMap<string, OnnxNode>,
  name: string,
  depth = 0,
): FoundWeight | undefined {
  const tensor = graph.tensors.get(name);
  if (tensor) return { tensor, isTurned: false };
  const maker = makers.get(name);
  if (!maker || depth > 4 || !["Cast", "Identity", "Reshape", "Transpose"].includes(maker.op)) return undefined;
  const found = weightOf(graph, makers, maker.inputs[0], depth + 1);
  return found && { ...found, isTurned: found.isTurned !== (maker.op === "Transpose") };
}

/** Codes and what belongs to them, as MatMulNBits and GatherBlockQuantized have them. */
function packedOf({ tensors }: OnnxGraph, node: OnnxNode, codes: OnnxTensor, file: string): OnnxCodes {
  const { op, inputs, attributes } = node;
  const scales = tensors.get(inputs[2] ?? "");
  const zeros = tensors.get(inputs[3] ?? "");
  if (!scales) throw unknown(file, node, "scales that are computed");
  if (inputs[3] && !zeros) throw unknown(file, node, "zero points that are computed");
  if (op === "MatMulNBits" && inputs[4]) throw unknown(file, node, "an order of inputs (g_idx)");
  for (const axis of ["gather_axis", "quantize_axis"])
    if ((attributes.get(axis) ?? wantedAxis[axis]) !== wantedAxis[axis])
      throw unknown(file, node, `${axis} ${attributes.get(axis)}`);
  const width = Number(/^[UI](\d)$/.exec(codes.dtype ?? "")?.[1] ?? 8);
  return {
    bits: width < 8 ? width : (attributes.get("bits") ?? 4),
    size: attributes.get("block_size") ?? 128,
    scales,
    ...(zeros ? { zeros } : {}),
    ...(codes.dtype === "U4" && !zeros ? { zero: 0 } : {}), // codes of U8 have the middle
  };
}

/** As onnxruntime's quantizer writes them: MatMulInteger, or Gather and then DequantizeLinear. */
function bytesOf({ nodes, tensors }: OnnxGraph, node: OnnxNode, codes: OnnxTensor, file: string): OnnxBytes {
  const after = nodes.find(({ op, inputs }) => op === "DequantizeLinear" && inputs[0] === node.outputs[0]);
  const isProduct = node.op === "MatMulInteger";
  if (!isProduct && !after) throw unknown(file, node, `bytes ("${codes.name}") and no DequantizeLinear behind them`);
  const scales = tensors.get(isProduct ? codes.name.replace(/(_quantized)?$/, "_scale") : (after!.inputs[1] ?? ""));
  const zeros = tensors.get((isProduct ? node.inputs[3] : after!.inputs[2]) ?? "");
  if (!scales) throw unknown(file, node, `bytes ("${codes.name}") and no scale of that name`);
  if (zeros && zeros.dtype !== codes.dtype) throw unknown(file, node, `zero points of another type (${zeros.dtype})`);
  const lowest = codes.dtype === "I8" ? -128 : 0;
  return {
    scales,
    ...(zeros && zeros.value === undefined ? { zeros } : {}),
    zero: (zeros?.value ?? 0) - lowest,
  };
}

const wantedAxis: Readonly<Record<string, number>> = { gather_axis: 0, quantize_axis: 1 };

/** Norms and biases have names of their own in both exporters' files. */
function vectorsIn({ tensors }: OnnxGraph): OnnxVector[] {
  return [...tensors.values()].flatMap((tensor): OnnxVector[] => {
    const { name } = tensor;
    const [, layer, norm] =
      /(?:^|\.)layers\.(\d+)\.(input_layernorm|post_attention_layernorm|final_norm_layernorm|(?:self_attn|attn)\.[qk]_norm(?:\.layernorm)?)\.weight$/.exec(name) ?? []; // prettier-ignore
    if (norm === "final_norm_layernorm" || /(^|\.)model\.norm\.weight$/.test(name))
      return [{ names: ["model.norm.weight"], tensor }];
    if (norm !== undefined) {
      const part = norm.replace(/^attn/, "self_attn").replace(".layernorm", "");
      return [{ names: [`model.layers.${Number(layer)}.${part}.weight`], tensor }];
    }
    const bases = name.endsWith(".bias") ? basesOf(name) : undefined;
    return bases ? [{ names: bases.map((base) => `${base}.bias`), tensor }] : [];
  });
}

function unknown(file: string, { name, op }: OnnxNode, what: string): PronkError {
  return new PronkError(
    "model-unsupported",
    `"${file}" has ${what} at "${name || op}", which no Llama has as optimum and onnxruntime-genai export it. Take safetensors or GGUF files of the same model, or another of its ONNX files.`,
    { file, field: name || op, expected: "a Llama's graph", found: what },
  );
}

// One decoder layer at the true shapes of Llama 2 7B, 13B and 70B (grouped heads 64/8) with random q4 weights, one token at
// position 0, against the float64 reference on sampled rows. A row's bytes follow from (tensor, row), so the reference
// makes the rows it needs and the matrix is never held twice.

import { createGenerator } from "../../src/generate/generator.ts";
import { greedy } from "../../src/generate/request.ts";
import type { ModelConfig } from "../../src/format/model-config.ts";
import { expectedTensors } from "../../src/format/llama-tensors.ts";
import { openGpu } from "../../src/gpu/device.ts";
import { pagePositions } from "../../src/gpu/cache-layout.ts";
import type { Activation } from "../../src/gpu/operations.ts";
import { Model } from "../../src/model/model.ts";
import { storedRowBytes, type StoredTensor } from "../../src/quant/layout.ts";
import type { CheckContext, CheckResult, Checks } from "../harness/check.ts";
import { dot } from "../reference/linear.ts";
import { f32ToF16Bits } from "../reference/half.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { relativeError } from "../reference/relative-error.ts";
import { rmsNorm } from "../reference/rms-norm.ts";
import { decodeStoredRow } from "../reference/stored.ts";
import { swiglu } from "../reference/swiglu.ts";
import { Worst } from "../support/gpu-case.ts";

const limit = 1e-5;
const vocabSize = 33;
const token = 17;
const sampledRows = 48;

const shapes: Record<string, Pick<ModelConfig, "dim" | "hiddenDim" | "heads" | "kvHeads">> = {
  "7B": { dim: 4096, hiddenDim: 11_008, heads: 32, kvHeads: 32 },
  "13B": { dim: 5120, hiddenDim: 13_824, heads: 40, kvHeads: 40 },
  "70B": { dim: 8192, hiddenDim: 28_672, heads: 64, kvHeads: 8 },
};

const random = randomNumbers(2);
const noise = Uint8Array.from({ length: 1 << 16 }, () => (random() + 1) * 128);
const sizes = Array.from({ length: 256 }, () => f32ToF16Bits(0.0025 * (1.2 + random())));

/** Bytes of a q4 row: scales from a table, codes from a block of noise, both at places given by the name and row. */
function rowOf({ name, cols, encoding }: StoredTensor, row: number): Uint8Array {
  const bytes = new Uint8Array(storedRowBytes(encoding, cols));
  const view = new DataView(bytes.buffer);
  if (encoding === "f32") {
    for (let c = 0; c < cols; c++)
      view.setFloat32(4 * c, (noise[(c * 7 + row * 13 + name.length) & 0xffff] - 128) / 128, true);
    return bytes;
  }
  const groups = cols / 32;
  let place =
    (Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(name.length + name.charCodeAt(name.length - 9), 0x85ebca6b)) >>> 0;
  for (let g = 0; g < groups; g++) view.setUint16(2 * g, sizes[(place + g * 5) & 255], true);
  place %= noise.length - 16 * groups;
  bytes.set(noise.subarray(place, place + 16 * groups), 2 * groups);
  return bytes;
}

const layerAt =
  (shape: (typeof shapes)[string]) =>
  async ({ without }: CheckContext): Promise<CheckResult> => {
    const config: ModelConfig = {
      ...shape,
      headDim: shape.dim / shape.heads,
      layers: 1,
      vocabSize,
      contextLength: 16,
      normEps: 1e-5,
      ropeTheta: 10_000,
      ropeScaling: { kind: "none" },
      tiedEmbeddings: true,
      eosIds: [],
    };
    const tensors = new Map<string, StoredTensor>();
    for (const [name, dims] of expectedTensors(config)) {
      const cols = dims[dims.length - 1];
      const linear = name.includes("_proj");
      const rows = dims.length === 1 ? 1 : dims[0];
      const encoding = linear ? "q4" : "f32";
      tensors.set(name, {
        name,
        encoding,
        rows,
        cols,
        file: "made",
        start: 0,
        end: rows * storedRowBytes(encoding, cols),
      });
    }
    const tensor = (part: string) => tensors.get(`model.layers.0.${part}.weight`)!;
    const gpu = await openGpu({ without });
    const model = await Model.create(gpu, config, [...tensors.values()], { kv: "f32", contextLength: 16 });
    try {
      for (const stored of tensors.values()) await writeRows(model, stored);
      model.finishLoading();
      const generator = await createGenerator(model);
      for await (const _ of generator.generate({ promptIds: [token], maxTokens: 1, sampling: greedy, stopIds: [] }));

      // The reference, stage by stage; a stage that needs the whole vector starts from what the GPU had.
      const read = async (activation: Activation) => Float64Array.from(await readFloats(model, activation));
      const rows = (stored: StoredTensor, x: Float64Array, picked: number[]) =>
        picked.map((row) =>
          dot(decodeStoredRow(stored.encoding, rowOf(stored, row), stored.cols), 0, x, 0, stored.cols),
        );
      const gain = (part: string) => decodeStoredRow("f32", rowOf(tensor(part), 0), config.dim);
      const pick = (count: number) =>
        Array.from({ length: sampledRows }, (_, i) => Math.floor(((i + 0.37) * count) / sampledRows));
      const worst = new Worst();
      const compare = (name: string, got: Float64Array, picked: number[], wanted: number[]) =>
        worst.add(
          relativeError(
            picked.map((row) => got[row]),
            wanted,
          ),
          name,
        );

      const embedded = decodeStoredRow("f32", rowOf(tensors.get("model.embed_tokens.weight")!, token), config.dim);
      const normed = rmsNorm(embedded, gain("input_layernorm"), config.normEps);
      const { activations: a, cache } = model;
      // Position 0 turns nothing, so q and k are plain products; a head's dims i and i + headDim / 2 are neighbours.
      const half = config.headDim / 2;
      const pairedPlace = (row: number) => {
        const within = row % config.headDim;
        return row - within + (within % half) * 2 + Math.floor(within / half);
      };
      const cached = async (buffer: GPUBuffer) => {
        const floats = await readFloats(model, { buffer, cols: buffer.size / 4, stride: 0 });
        const heads = Array.from({ length: config.kvHeads }, (_, head) => head * pagePositions * config.headDim);
        return Float64Array.from(heads.flatMap((at) => [...floats.subarray(at, at + config.headDim)]));
      };
      const values = await cached(cache.layers[0].v.buffer);
      for (const [name, got] of [
        ["q", await read(a.q)],
        ["k", await cached(cache.layers[0].k.buffer)],
        ["v", values],
      ] as const) {
        const picked = pick(got.length);
        const places = name === "v" ? picked : picked.map(pairedPlace);
        worst.add(
          relativeError(
            places.map((place) => got[place]),
            rows(tensor(`self_attn.${name}_proj`), normed, picked),
          ),
          name,
        );
      }
      // One position: attention gives its value, to every query head of the group.
      const group = config.heads / config.kvHeads;
      const attended = Float64Array.from({ length: config.dim }, (_, i) => {
        const head = Math.floor(i / config.headDim);
        return values[Math.floor(head / group) * config.headDim + (i % config.headDim)];
      });
      worst.add(relativeError(await read(a.attended), attended), "attention");
      const all = Array.from({ length: config.dim }, (_, row) => row);
      const middle = Float64Array.from(
        rows(tensor("self_attn.o_proj"), attended, all),
        (value, i) => value + embedded[i],
      );
      const ffnNormed = rmsNorm(middle, gain("post_attention_layernorm"), config.normEps);
      const hidden = pick(config.hiddenDim);
      const up = Float64Array.from(rows(tensor("mlp.up_proj"), ffnNormed, hidden));
      const gate = Float64Array.from(rows(tensor("mlp.gate_proj"), ffnNormed, hidden));
      const gated = await read(a.gated);
      compare("gate and up", gated, hidden, [...swiglu(gate, up)]);
      const out = pick(config.dim);
      const down = rows(tensor("mlp.down_proj"), gated, out);
      compare(
        "layer",
        await read(a.x),
        out,
        down.map((value, i) => value + middle[out[i]]),
      );
      return { error: worst.error, limit, note: worst.note };
    } finally {
      model.dispose();
      gpu.dispose();
    }
  };

async function writeRows(model: Model, stored: StoredTensor): Promise<void> {
  const rowBytes = storedRowBytes(stored.encoding, stored.cols);
  const rowsAtOnce = Math.max(1, Math.floor((4 << 20) / rowBytes));
  for (let row = 0; row < stored.rows; row += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, stored.rows - row);
    const piece = new Uint8Array(count * rowBytes);
    for (let i = 0; i < count; i++) piece.set(rowOf(stored, row + i), i * rowBytes);
    await model.sink.write(stored, row * rowBytes, piece);
  }
}

async function readFloats(model: Model, { buffer, cols }: Activation): Promise<Float32Array> {
  const { device } = model.gpu;
  const copy = device.createBuffer({ size: cols * 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, copy, 0, cols * 4);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(GPUMapMode.READ);
  const floats = new Float32Array(copy.getMappedRange().slice(0));
  copy.destroy();
  return floats;
}

export const checks: Checks = Object.fromEntries(
  Object.entries(shapes).map(([name, shape]) => [`a decoder layer at the shapes of Llama 2 ${name}`, layerAt(shape)]),
);

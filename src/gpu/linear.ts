// Matrix products as dispatch requests: one for each part of the weight. For one token a matrix-vector kernel, joined with
// what it takes and gives; for many a tiled one. Which sibling runs is the adapter's variants' choice.

import { defaultLimits } from "./adapter.ts";
import type { Gpu } from "./device.ts";
import type { GpuMemory } from "./memory.ts";
import type { Activation } from "./operations.ts";
import type { DispatchRequest } from "./plan.ts";
import type { KernelName, ProductName } from "./shader-table.ts";
import type { Variants } from "./variants.ts";
import { boundBuffers, decodeOf, partBytes, type Weight, type WeightPart } from "./weight.ts";

/** What a matrix-vector kernel takes and gives. */
export interface VectorProduct {
  name: ProductName;
  buffers: (GPUBuffer | undefined)[];
  constants: Record<string, number>;
}

/** quantize_rows.wgsl's result. */
interface QuantizedRows {
  codes: GPUBuffer; // [tokens, stride] signed bytes
  scales: GPUBuffer; // [tokens, stride / 32] f32
}

/** Whether a part's codes are bytes or nibbles around zero, as matmul_int8 takes them. */
export const hasBytes = ({ format }: WeightPart) => format.decode === "q8" || format.decode === "q4";
/** bias_rows.wgsl's binding. */
const biasBinding = 7;

/** matmul_out.wgsl's modes. */
const modes = { store: 0, add: 1, swiglu: 2 };

export class LinearRecorder {
  readonly #gpu: Gpu;
  readonly #memory: GpuMemory;
  readonly #step: GPUBuffer;
  readonly #requests: DispatchRequest[];
  readonly #scratch = new Map<number, GPUBuffer>(); // by size
  readonly #bytes = new Map<number, QuantizedRows>(); // by stride
  #noBias: GPUBuffer | undefined;

  constructor(gpu: Gpu, memory: GpuMemory, step: GPUBuffer, requests: DispatchRequest[]) {
    this.#gpu = gpu;
    this.#memory = memory;
    this.#step = step;
    this.#requests = requests;
  }

  one(weight: Weight, product: VectorProduct): void {
    for (const part of weight.parts) {
      const { constants, weights, ...ofPart } = this.#ofPart(part);
      const [kernel, own, groups] = vectorKernel(part, this.#gpu.variants);
      this.#requests.push({
        ...ofPart,
        kernel,
        product: product.name,
        biased: weight.bias !== undefined,
        gathered: part.order !== undefined,
        constants: { ...constants, ...product.constants, ...own },
        buffers: weight.bias ? withBias(product.buffers, weight.bias) : product.buffers,
        weights: part.order ? [...weights, part.order] : weights,
        groups,
      });
    }
  }

  many(y: Activation, weight: Weight, x: Activation, mode: keyof typeof modes): void {
    const { matmul, macsPerDispatch, int8 } = this.#gpu.variants;
    const bytes = int8 && weight.parts.some(hasBytes) ? this.#quantized(x) : undefined;
    for (const part of weight.parts) {
      const inBytes = bytes && hasBytes(part) && !part.order;
      const kernel = inBytes ? "matmul_int8" : matmul === "tile" ? "matmul_tile" : "matmul_rows";
      const [rowsPerGroup, tokensPerGroup] = kernel === "matmul_rows" ? [512, 8] : [64, 64];
      const floats = part.order ? this.#gathered(x, part.order) : x.buffer;
      const most = Math.max(1, Math.floor(macsPerDispatch / (weight.cols * rowsPerGroup))) * rowsPerGroup;
      for (let first = 0; first < part.rows; first += most) {
        const rows = Math.min(most, part.rows - first);
        const record = [x.stride, y.stride, modes[mode], first, Number(weight.bias !== undefined), 0, 0, 0];
        this.#requests.push({
          ...this.#ofPart(part),
          kernel,
          buffers: [
            inBytes ? bytes.codes : floats,
            y.buffer,
            this.#step,
            this.#memory.uniform("linear", record),
            inBytes ? bytes.scales : undefined,
            weight.bias ?? this.#withoutBias(),
          ],
          groups: Math.ceil(rows / rowsPerGroup),
          groupsForTokens: (tokens) => Math.ceil(tokens / tokensPerGroup),
        });
      }
    }
  }

  /** x in a weight's own order of inputs, in scratch of x's size. */
  #gathered(x: Activation, order: GPUBuffer): GPUBuffer {
    let scratch = this.#scratch.get(x.buffer.size);
    if (!scratch) this.#scratch.set(x.buffer.size, (scratch = this.#memory.storage("gathered", x.buffer.size)));
    this.#requests.push({
      kernel: "gather",
      constants: { stride: x.stride },
      buffers: [x.buffer, order, scratch, this.#step],
      groups: Math.ceil(x.stride / 64),
      groupsForTokens: (tokens) => tokens,
    });
    return scratch;
  }

  /** x in bytes, made anew by a dispatch recorded here; products that follow each other share the buffers. */
  #quantized({ buffer, stride }: Activation): QuantizedRows {
    let rows = this.#bytes.get(stride);
    if (!rows) {
      const codes = this.#memory.storage("activations in bytes", buffer.size / 4);
      rows = { codes, scales: this.#memory.storage("their scales", buffer.size / 32) };
      this.#bytes.set(stride, rows);
    }
    this.#requests.push({
      kernel: "quantize_rows",
      constants: { stride },
      buffers: [buffer, rows.codes, rows.scales, this.#step],
      groups: Math.ceil(stride / 32 / 64),
      groupsForTokens: (tokens) => tokens,
    });
    return rows;
  }

  #withoutBias(): GPUBuffer {
    return (this.#noBias ??= this.#memory.storage("no bias", 16));
  }

  #ofPart(part: WeightPart) {
    return {
      decode: decodeOf(part.format, this.#gpu.features),
      constants: part.format.constants,
      weights: boundBuffers(part),
      bytesRead: partBytes(part),
    };
  }
}

/** Kernel, its own constants, and workgroups. */
function vectorKernel(part: WeightPart, variants: Variants): [KernelName, Record<string, number>, number] {
  const { rows } = part;
  const { matvec, lanes, splits } = variants;
  if (matvec === "bytes" && hasBytes(part)) return ["matvec_bytes", {}, Math.ceil(rows / 16)];
  if (matvec === "bytes" || matvec === "tile") return ["matvec_tile", {}, Math.ceil(rows / 16)];
  if (matvec === "plain") return ["matvec", { lanes }, Math.ceil((Math.ceil(rows / 8) * lanes) / 64)];
  const groups = Math.ceil((Math.ceil(rows / 4) * splits) / 2); // as if subgroups had 32 lanes; any grid is right
  return ["matvec_subgroup", { splits }, Math.min(groups, defaultLimits.groupsPerDimension)];
}

function withBias(buffers: VectorProduct["buffers"], bias: GPUBuffer): VectorProduct["buffers"] {
  return Array.from({ length: biasBinding + 1 }, (_, binding) => (binding === biasBinding ? bias : buffers[binding]));
}

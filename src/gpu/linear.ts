// Matrix products as dispatch requests: one for each part of the weight. For one token a matrix-vector kernel, joined with
// what it takes and gives; for many a tiled one. Which sibling runs is the adapter's variants' choice.

import type { Gpu } from "./device.ts";
import type { GpuMemory } from "./memory.ts";
import type { Activation } from "./operations.ts";
import type { DispatchRequest } from "./plan.ts";
import type { ProductName } from "./shader-table.ts";
import { decodeOf, weightBytes, type Weight, type WeightPart } from "./weight.ts";

/** What a matrix-vector kernel takes and gives. */
export interface VectorProduct {
  name: ProductName;
  buffers: (GPUBuffer | undefined)[];
  constants: Record<string, number>;
}

/** matmul_out.wgsl's modes. */
const modes = { store: 0, add: 1, swiglu: 2 };

/** Most workgroups along a dimension that every adapter allows. */
const mostGroups = 65535;

export class LinearRecorder {
  readonly #gpu: Gpu;
  readonly #memory: GpuMemory;
  readonly #step: GPUBuffer;
  readonly #requests: DispatchRequest[];

  constructor(gpu: Gpu, memory: GpuMemory, step: GPUBuffer, requests: DispatchRequest[]) {
    this.#gpu = gpu;
    this.#memory = memory;
    this.#step = step;
    this.#requests = requests;
  }

  one(weight: Weight, product: VectorProduct): void {
    const { matvec, lanes, splits } = this.#gpu.variants;
    for (const part of weight.parts) {
      const fours = Math.ceil(part.rows / 4);
      const subgroup = matvec === "subgroup";
      this.#requests.push({
        ...this.#ofPart(part),
        kernel: subgroup ? "matvec_subgroup" : "matvec",
        product: product.name,
        constants: { ...product.constants, ...(subgroup ? { splits } : { lanes }) },
        buffers: product.buffers,
        groups: subgroup
          ? Math.min(Math.ceil((fours * splits) / 2), mostGroups) // as if subgroups had 32 lanes; any grid is right
          : Math.ceil((Math.ceil(part.rows / 8) * lanes) / 64),
      });
    }
  }

  many(y: Activation, weight: Weight, x: Activation, mode: keyof typeof modes): void {
    const { matmul, macsPerDispatch } = this.#gpu.variants;
    const [rowsPerGroup, tokensPerGroup] = matmul === "tile" ? [64, 64] : [512, 8];
    for (const part of weight.parts) {
      const most = Math.max(1, Math.floor(macsPerDispatch / (weight.cols * rowsPerGroup))) * rowsPerGroup;
      for (let first = 0; first < part.rows; first += most) {
        const rows = Math.min(most, part.rows - first);
        const record = [x.stride, y.stride, modes[mode], first];
        this.#requests.push({
          ...this.#ofPart(part),
          kernel: matmul === "tile" ? "matmul_tile" : "matmul_rows",
          buffers: [x.buffer, y.buffer, this.#step, this.#memory.uniform("linear", record)],
          groups: Math.ceil(rows / rowsPerGroup),
          groupsForTokens: (tokens) => Math.ceil(tokens / tokensPerGroup),
        });
      }
    }
  }

  #ofPart({ encoding, layout, rows, shape, buffers }: WeightPart) {
    return {
      decode: decodeOf(encoding, this.#gpu.features),
      weights: [shape, ...buffers],
      bytesRead: weightBytes(rows, layout),
    };
  }
}

// Matrix products as dispatch requests: one for each part of the weight. One token or a few take a matrix-vector kernel,
// joined with what comes before and after it; many take a tiled one. The adapter's variants choose which sibling runs.

import { defaultLimits } from "./adapter.ts";
import { canRead, type ProductUse, type WeightUse } from "./dispatch.ts";
import type { Gpu } from "./device.ts";
import type { GpuMemory } from "./memory.ts";
import type { Activation } from "./operations.ts";
import type { DispatchRequest } from "./plan.ts";
import { packRecord } from "./record.ts";
import { shaderRecords } from "./shader-interfaces.ts";
import { reads } from "./shader-table.ts";
import type { Variants } from "./variants.ts";
import { partBytes, weightUse, type Weight, type WeightPart } from "./weight.ts";

/** quantize_rows.wgsl's result. */
interface QuantizedRows {
  codes: GPUBuffer; // [tokens, stride] signed bytes
  scales: GPUBuffer; // [tokens, stride / 32] f32
}

/** Whether a part's codes are bytes or nibbles around zero, as matmul_int8 takes them. */
export const hasBytes = ({ format }: WeightPart) => reads("matmul_int8", format.decode);

/** matmul_out.wgsl's modes. */
const modes = { store: 0, add: 1, swiglu: 2, geglu: 3 };

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

  /** `tokens`: at most eight, in order. */
  few(weight: Weight, product: ProductUse, tokens: number): void {
    const { variants, features } = this.#gpu;
    const vector = (part: WeightPart, use: WeightUse) =>
      tokens > 1 ? fewKernel(part.rows, variants, use, tokens) : vectorKernel(part.rows, variants, use);
    for (const part of weight.parts)
      this.#requests.push({
        ...vector(part, weightUse(part, features)),
        product: { ...product, ...changesOf(weight, tokens, this.#step) },
        bytesRead: partBytes(part),
      });
  }

  many(y: Activation, weight: Weight, x: Activation, mode: keyof typeof modes, cap = 0): void {
    const { matmul, macsPerDispatch, int8 } = this.#gpu.variants;
    const { bias, lowRank } = changesOf(weight, 1, this.#step);
    const bytes = int8 && weight.parts.some(hasBytes) ? this.#quantized(x) : undefined;
    for (const part of weight.parts) {
      const use = weightUse(part, this.#gpu.features);
      const inBytes = bytes && !part.order && canRead("matmul_int8", use);
      const floats = part.order ? this.#gathered(x, part.order) : x.buffer;
      const [rowsPerGroup, tokensPerGroup] = !inBytes && matmul === "rows" ? [512, 8] : [64, 64];
      const most = Math.max(1, Math.floor(macsPerDispatch / (weight.cols * rowsPerGroup))) * rowsPerGroup;
      for (let first = 0; first < part.rows; first += most) {
        const rows = Math.min(most, part.rows - first);
        const record = packRecord(shaderRecords.Linear, {
          x_stride: x.stride,
          y_stride: y.stride,
          mode: modes[mode],
          first_row: first,
          biased: Number(bias !== undefined),
          low_rank_stride: lowRank?.stride ?? 0,
          reduced_stride: lowRank ? weight.lowRank!.reduced.stride / 4 : 0,
          cap,
        });
        const rest = {
          y: y.buffer,
          step: this.#step,
          linear: this.#memory.uniform("linear", record),
          bias: bias ?? this.#withoutBias(),
          low_rank: lowRank?.rows ?? this.#withoutBias(),
          reduced: lowRank?.reduced ?? this.#withoutBias(),
        };
        const grid = {
          groups: Math.ceil(rows / rowsPerGroup),
          groupsForTokens: (tokens: number) => Math.ceil(tokens / tokensPerGroup),
          bytesRead: partBytes(part),
        };
        const product = { weight: use, buffers: { x: floats, ...rest }, ...grid };
        // Three literals: TypeScript compares a union of two kernels with every decode only up to 25 combinations.
        this.#requests.push(
          inBytes
            ? {
                kernel: "matmul_int8",
                weight: use,
                buffers: { x: bytes.codes, x_scales: bytes.scales, ...rest },
                ...grid,
              }
            : matmul === "tile"
              ? { kernel: "matmul_tile", ...product }
              : { kernel: "matmul_rows", ...product },
        );
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
      buffers: { x: x.buffer, order, out: scratch, step: this.#step },
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
      buffers: { x: buffer, ...rows, step: this.#step },
      groups: Math.ceil(stride / 32 / 64),
      groupsForTokens: (tokens) => tokens,
    });
    return rows;
  }

  #withoutBias(): GPUBuffer {
    return (this.#noBias ??= this.#memory.storage("no bias", 16));
  }
}

/** What is done to a row's product on its way: a LoRA brings the bias itself. */
function changesOf({ bias, lowRank }: Weight, tokens: number, step: GPUBuffer) {
  if (!lowRank) return { bias };
  const { rows, stride, reduced, apart } = lowRank;
  const reducedStride = tokens > 1 ? reduced.stride / 4 : undefined;
  return { lowRank: { rows, stride, reduced: reduced.buffer, reducedStride, ...(apart && { adapters: step }) } };
}

/** The grids of both functions below, for a part of this many rows. */
function gridsOf(rows: number, { lanes, splits }: Variants) {
  const subgroup = Math.ceil((Math.ceil(rows / 4) * splits) / 2); // as if subgroups had 32 lanes; any grid is right
  return {
    tile: Math.ceil(rows / 16),
    plain: Math.ceil((Math.ceil(rows / 8) * lanes) / 64),
    subgroup: Math.min(subgroup, defaultLimits.groupsPerDimension),
  };
}

/** The matrix-vector kernel for one token. */
function vectorKernel(rows: number, variants: Variants, weight: WeightUse) {
  const { matvec, lanes, splits } = variants;
  const { tile, plain, subgroup } = gridsOf(rows, variants);
  if (matvec === "bytes" && canRead("matvec_bytes", weight))
    return { kernel: "matvec_bytes", weight, groups: tile } as const;
  if (matvec === "bytes" || matvec === "tile") return { kernel: "matvec_tile", weight, groups: tile } as const;
  if (matvec === "plain") return { kernel: "matvec", weight, constants: { lanes }, groups: plain } as const;
  return { kernel: "matvec_subgroup", weight, constants: { splits }, groups: subgroup } as const;
}

/** Its sibling for two to eight tokens, which makes each one's sums in the same order. */
function fewKernel(rows: number, variants: Variants, weight: WeightUse, tokens: number) {
  const { matvec, lanes, splits } = variants;
  const { tile, plain, subgroup } = gridsOf(rows, variants);
  if (matvec === "bytes" && canRead("matvec_bytes_few", weight))
    return { kernel: "matvec_bytes_few", weight, constants: { tokens }, groups: tile } as const;
  if (matvec === "bytes" || matvec === "tile")
    return { kernel: "matvec_tile_few", weight, constants: { tokens }, groups: tile } as const;
  if (matvec === "plain") return { kernel: "matvec_few", weight, constants: { lanes, tokens }, groups: plain } as const;
  return { kernel: "matvec_subgroup_few", weight, constants: { splits, tokens }, groups: subgroup } as const;
}

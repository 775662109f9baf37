// What a dispatch is made of, as types derived from the shaders themselves (shader-interfaces.ts): a kernel, a product if it
// is a matrix-vector kernel, a weight if it reads one, each with the buffers and override constants that its files declare.
// A wrong, missing or superfluous name does not compile. Binding numbers are looked up here and nowhere else.

import {
  shaderFiles as files,
  type ShaderBindings,
  type ShaderOverrides,
  type shaderRecords,
} from "./shader-interfaces.ts";
import type { RecordFields } from "./record.ts";
import {
  type DecodeName,
  type decodes,
  type KernelName,
  type kernels,
  type ProductName,
  type products,
  type ShaderChoice,
  reads,
  type ShaderFile,
  shaderFiles,
} from "./shader-table.ts";

type Simplify<T> = { [Key in keyof T]: T[Key] } & {};
type Every<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

type FilesOf<Table extends Record<string, readonly ShaderFile[]>, Name extends keyof Table> = Table[Name][number];
type BindingsOf<File extends ShaderFile> = File extends ShaderFile ? keyof ShaderBindings[File] : never;
type OverridesOf<File extends ShaderFile> = Simplify<Every<File extends ShaderFile ? ShaderOverrides[File] : never>>;
type NeedsOf<File extends ShaderFile> = File extends ShaderFile ? (typeof files)[File]["needs"][number] : never;
type ProvidesOf<File extends ShaderFile> = File extends ShaderFile ? (typeof files)[File]["provides"][number] : never;

/** A buffer, or a part of one. */
export type Bound = GPUBuffer | GPUBufferBinding;

type Buffers<File extends ShaderFile> = [BindingsOf<File>] extends [never]
  ? { buffers?: undefined }
  : { buffers: { [Name in BindingsOf<File>]: Bound } };
type Constants<File extends ShaderFile> = keyof OverridesOf<File> extends never
  ? { constants?: undefined }
  : Partial<OverridesOf<File>> extends OverridesOf<File>
    ? { constants?: OverridesOf<File> }
    : { constants: OverridesOf<File> };

/** What a LoRA does to a product: bias_low_rank.wgsl; or those of several tokens: bias_low_rank_apart.wgsl. */
interface LowRankUse {
  rows: GPUBuffer; // [rows + 1, stride] of four
  stride: number;
  /** Which LoRA each token has: step.wgsl's Step. */
  adapters?: GPUBuffer;
  reduced: GPUBuffer; // A x, [tokens, reducedStride] fours
  /** Of several tokens. */
  reducedStride?: number;
}

/** What a matrix-vector product takes and gives, and its bias or LoRA where it has one. */
export type ProductUse<Name extends ProductName = ProductName> = Name extends ProductName
  ? Simplify<
      {
        name: Name;
        bias?: GPUBuffer; // [rows + 1 or more]
        lowRank?: LowRankUse;
      } & Buffers<FilesOf<typeof products, Name>> &
        Constants<FilesOf<typeof products, Name>>
    >
  : never;

/** A part of a weight as its decode reads it. `order`: where a product takes x from. */
export type WeightUse<Name extends DecodeName = DecodeName> = Name extends DecodeName
  ? Simplify<
      {
        decode: Name;
        order?: GPUBuffer; // [32 * row_chunks]
      } & Buffers<FilesOf<typeof decodes, Name>> &
        Constants<FilesOf<typeof decodes, Name>>
    >
  : never;

type DecodeFiles = FilesOf<typeof decodes, DecodeName>;
/** What a kernel wants of a decode; a decode without dot products of its own gets the general ones. */
type WantedOf<Kernel extends KernelName> = Exclude<
  Extract<NeedsOf<FilesOf<typeof kernels, Kernel>>, ProvidesOf<DecodeFiles>>,
  "chunk_dot" | "Wide" | "widened" | "wide_dot" | ProvidesOf<FilesOf<typeof kernels, Kernel>>
>;

/** Decodes that give what the kernel wants. */
export type DecodesOf<Kernel extends KernelName> = {
  [Name in DecodeName]: WantedOf<Kernel> extends ProvidesOf<FilesOf<typeof decodes, Name>> ? Name : never;
}[DecodeName];

type Reads<Kernel extends KernelName> = [WantedOf<Kernel>] extends [never]
  ? { weight?: undefined }
  : { weight: WeightUse<DecodesOf<Kernel>> };
type Takes<Kernel extends KernelName> =
  "give" extends Exclude<NeedsOf<FilesOf<typeof kernels, Kernel>>, ProvidesOf<FilesOf<typeof kernels, Kernel>>>
    ? { product: ProductUse }
    : { product?: undefined };

/** A kernel with all that it is bound to. */
export type KernelUse<Name extends KernelName = KernelName> = Name extends KernelName
  ? Simplify<
      { kernel: Name } & Buffers<FilesOf<typeof kernels, Name>> &
        Constants<FilesOf<typeof kernels, Name>> &
        Reads<Name> &
        Takes<Name>
    >
  : never;

/** A kernel before it is bound. */
export type ShaderOf<Name extends KernelName> = Name extends KernelName
  ? Pick<KernelUse<Name>, "kernel" | "constants">
  : never;

type RecordNamed<Type> = Type extends `${string} ${infer Name extends keyof typeof shaderRecords}` ? Name : never;

/** Records of a kernel by their bindings. */
export type RecordsOf<Name extends KernelName> = {
  [File in FilesOf<typeof kernels, Name>]: {
    [
      Binding in keyof ShaderBindings[File] as [RecordNamed<ShaderBindings[File][Binding]>] extends [never]
        ? never
        : Binding
    ]: RecordFields<(typeof shaderRecords)[RecordNamed<ShaderBindings[File][Binding]>]>;
  };
}[FilesOf<typeof kernels, Name>];

/** Whether a kernel can read such a weight. */
export function canRead<Kernel extends KernelName>(
  kernel: Kernel,
  weight: WeightUse,
): weight is WeightUse<DecodesOf<Kernel>> {
  return reads(kernel, weight.decode);
}

/** Any use, as far as it matters here: the types above ensure that its parts fit each other. */
interface Use {
  kernel: KernelName;
  buffers?: Record<string, Bound>;
  constants?: Record<string, number | boolean>;
  product?: Pick<Use, "buffers" | "constants"> & { name: ProductName; bias?: GPUBuffer; lowRank?: LowRankUse };
  weight?: Pick<Use, "buffers" | "constants"> & { decode: DecodeName; order?: GPUBuffer };
}

/** Which shader a use asks for, and its override constants. */
export function choiceOf({ kernel, constants, product, weight }: Use) {
  const choice: ShaderChoice = {
    kernel,
    product: product?.name,
    decode: weight?.decode,
    gathered: product !== undefined && weight?.order !== undefined,
    biased: product?.bias !== undefined,
    adapted: product?.lowRank !== undefined,
    adaptedApart: product?.lowRank?.adapters !== undefined,
  };
  const lowRank = product?.lowRank;
  const reduced = lowRank?.reducedStride && { reduced_stride: lowRank.reducedStride };
  const strides = lowRank && { ...(!lowRank.adapters && { low_rank_stride: lowRank.stride }), ...reduced };
  return { ...choice, constants: { ...weight?.constants, ...product?.constants, ...strides, ...constants } };
}

/** The bind groups of a use, by the numbers that the shader's files give its bindings. */
export function bindGroups(device: GPUDevice, pipeline: GPUComputePipeline, use: Use): GPUBindGroup[] {
  const { buffers, product, weight } = use;
  const bound: Record<string, Bound | undefined> = {
    ...buffers,
    ...product?.buffers,
    ...weight?.buffers,
    ...(product && { bias: product.bias, order: weight?.order }),
    ...(product?.lowRank && {
      low_rank: product.lowRank.rows,
      reduced: product.lowRank.reduced,
      adapters: product.lowRank.adapters,
    }),
  };
  const groups: GPUBindGroupEntry[][] = [];
  for (const file of shaderFiles(choiceOf(use)))
    for (const [name, [group, binding]] of Object.entries<readonly [number, number]>(files[file].bindings)) {
      const buffer = bound[name]!;
      (groups[group] ??= []).push({ binding, resource: "buffer" in buffer ? buffer : { buffer } });
    }
  return groups.map((entries, index) =>
    device.createBindGroup({ layout: pipeline.getBindGroupLayout(index), entries }),
  );
}

// A GPU that doesn't compute the model: every result counts from zero, and every choice is token 0. It keeps what it is sent,
// copies it, quantizes it, puts weights in their places, and reports truthfully what it has and used (sums and receipts). It
// counts what it holds, and runs out of memory where a test says: at the Nth buffer (told as WebGPU tells it, or thrown), the
// Nth mapping, the Nth array that the engine's own code makes.

import { setMaxListeners } from "node:events";
import { vi } from "vitest";
import { placedRow } from "../../src/gpu/row-place.ts";
import { sampleSum, wordSum } from "../../src/gpu/word-sum.ts";
import { storedRowBytes } from "../../src/quant/layout.ts";
import { decodeFileRow, encodeRow } from "../../src/quant/rows.ts";
import { shaderFiles, shaderRecords } from "../../src/gpu/shader-interfaces.ts";

export const refusalKinds = ["buffer", "buffer thrown", "mapping", "array"] as const;
export type RefusalKind = (typeof refusalKinds)[number];

const leastArrayBytes = 512; // smaller ones are the language's own business

class OutOfMemory {
  message = "the test has none left";
}
class UncapturedError extends Event {
  readonly error: object;
  constructor(error: object) {
    super("uncapturederror");
    this.error = error;
  }
}

interface FakeBuffer {
  label: string;
  size: number;
  isInvalid: boolean;
  /** What was sent or copied there. */
  bytes?: Uint8Array<ArrayBuffer>;
  destroy(): void;
}

interface Bound {
  binding: number;
  resource: { buffer: FakeBuffer; offset?: number; size?: number };
}

interface Pipeline {
  label: string;
  constants: Record<string, number>;
}

const { Uint8Array: Bytes, Uint32Array: Words, Float32Array: Floats } = globalThis; // none of these is refused

/** A place in a buffer, kept as far as was ever asked for; zeros where nothing was sent. */
function placeIn(buffer: FakeBuffer, from = 0, sizeBytes = buffer.size - from): Uint8Array<ArrayBuffer> {
  const end = from + sizeBytes;
  const { bytes } = buffer;
  if (!bytes || bytes.length < end) {
    buffer.bytes = new Bytes(Math.min(buffer.size, 2 * end));
    if (bytes) buffer.bytes.set(bytes);
  }
  return buffer.bytes!.subarray(from, end);
}

/** Counts from zero where nothing was sent at all. */
function copied(buffer: FakeBuffer, from: number, sizeBytes: number): Uint8Array<ArrayBuffer> {
  if (buffer.bytes) return placeIn(buffer, from, sizeBytes);
  return new Bytes(Words.from({ length: sizeBytes / 4 }, (_, i) => i).buffer);
}

const words = ({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>) =>
  new Words(buffer, byteOffset, byteLength / 4);

/** The result of a pass. */
function compute({ label, constants }: Pipeline, bound: readonly Bound[]): void {
  const at = (binding: number) => bound.find((one) => one.binding === binding)!.resource;
  if (label === "word_sum") {
    const [summed, sum] = [at(0), at(1)];
    if (!/^(upload|quantizer)/.test(summed.buffer.label)) return; // weights: what fills them computes nothing
    const place = words(placeIn(sum.buffer, sum.offset, 4));
    place[0] += sampleSum(placeIn(summed.buffer, summed.offset, summed.size), constants.every);
  }
  if (label === "repack_rows" || label === "copy_rows") moveRows(label, at(0).buffer, at(1).buffer, at(2).buffer);
  if (label === "quantize_groups") quantize(constants, at(0).buffer, at(1).buffer, at(2).buffer);
  if (label === "sample") sample(constants.vocab, (name) => at(shaderFiles.sample.bindings[name][1]).buffer);
}

function quantize(
  { bits, dtype }: Record<string, number>,
  source: FakeBuffer,
  quantized: FakeBuffer,
  batch: FakeBuffer,
) {
  const [groups, rowGroups, cols] = words(placeIn(batch, 0, 12));
  const from = (["f32", "f16", "bf16"] as const)[dtype];
  const [rowBytes, codeBytes] = [storedRowBytes(from, cols), 4 * bits];
  const scales = words(placeIn(quantized, codeBytes * groups, 4 * groups));
  const [weights, stored] = [new Floats(cols), new Bytes((2 + codeBytes) * rowGroups)];
  for (let group = 0; group < groups; group += rowGroups) {
    decodeFileRow(from, placeIn(source, (group / rowGroups) * rowBytes, rowBytes).slice(), cols, weights);
    encodeRow(bits === 8 ? "q8" : "q4", weights, cols, new DataView(stored.buffer), "a tensor");
    for (let i = 0; i < rowGroups; i++) scales[group + i] = stored[2 * i] | (stored[2 * i + 1] << 8);
    placeIn(quantized, group * codeBytes, rowGroups * codeBytes).set(stored.subarray(2 * rowGroups));
  }
}

function moveRows(label: "repack_rows" | "copy_rows", stored: FakeBuffer, moved: FakeBuffer, record: FakeBuffer): void {
  const fields: Record<string, readonly [number, string]> = label === "copy_rows" ? shaderRecords.CopyPiece.fields : shaderRecords.Slice.fields; // prettier-ignore
  const of = (name: string): number => (name in fields ? words(placeIn(record, fields[name][0], 4))[0] : 0);
  const rowBytes = of("stored_row_bytes") || 16 * of("row_units");
  const pitchBytes = 4 * of("row_pitch") || rowBytes;
  const sliceBytes = of("slice_bytes") || rowBytes;
  for (let row = 0; row < of("rows"); row++) {
    const place = placedRow({ base: of("base"), half: of("half") }, of("first_row") + row) - of("part_start");
    if (place < 0 || place >= of("part_rows")) continue;
    const from = placeIn(stored, row * rowBytes + of("slice_start"), sliceBytes);
    placeIn(moved, place * pitchBytes + 4 * of("row_start"), sliceBytes).set(from);
  }
}

function sample(vocab: number, buffer: (name: keyof typeof shaderFiles.sample.bindings) => FakeBuffer): void {
  const [step, tokens, counts] = (["step", "tokens", "counts"] as const).map((name) => words(placeIn(buffer(name))));
  const settings = placeIn(buffer("settings"), 0, shaderRecords.Settings.sizeBytes);
  const { shaped, constrained } = shaderRecords.Settings.fields;
  const [isShaped, isConstrained] = [shaped, constrained].map(([field]) => words(settings)[field / 4] > 0);
  const [biases, allowed] = (["bias", "allowed"] as const).map((name) => placeIn(buffer(name)));
  const shaping =
    (isShaped ? wordSum(biases.subarray(0, 4 * vocab)) + wordSum(counts.subarray(0, vocab), vocab) : 0) +
    (isConstrained ? wordSum(allowed.subarray(0, 4 * Math.ceil(vocab / 32)), 2 * vocab) : 0);
  const [position, count] = step;
  const receipt = [0, position + count, wordSum(tokens.slice(0, count)), wordSum(settings), shaping];
  words(placeIn(buffer("receipt"))).set(receipt);
  step.set([position + count, 1]);
  tokens[0] = 0;
  if (isShaped) counts[0]++;
}

export class IdleGpu {
  /** Of buffers that nobody has destroyed. */
  liveBytes = 0;
  /** What came to the GPU since the last `begin`: place -> digest. */
  sent = new Map<string, number>();
  #refused: { kind: RefusalKind | undefined; n: number } = { kind: undefined, n: 0 };
  #counts: Record<RefusalKind, number> = { buffer: 0, "buffer thrown": 0, mapping: 0, array: 0 };

  constructor() {
    setMaxListeners(0); // browsers don't warn
    vi.stubGlobal("GPUOutOfMemoryError", OutOfMemory);
    const usages = { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128, QUERY_RESOLVE: 512 };
    vi.stubGlobal("GPUBufferUsage", usages);
    vi.stubGlobal("GPUMapMode", { READ: 1 });
    vi.stubGlobal("navigator", { userAgent: "idle" });
    for (const name of ["ArrayBuffer", "Uint8Array", "Uint16Array", "Uint32Array", "Float32Array"] as const)
      vi.stubGlobal(name, this.#refusing(globalThis[name]));
  }

  /** From here on the Nth of a kind is refused, or none. */
  begin(kind?: RefusalKind, n = 0): void {
    this.#refused = { kind, n };
    this.#counts = { buffer: 0, "buffer thrown": 0, mapping: 0, array: 0 };
    this.sent = new Map();
  }

  /** How many of a kind there have been since. */
  count(kind: RefusalKind): number {
    return this.#counts[kind];
  }

  #isRefused(kind: RefusalKind): boolean {
    return ++this.#counts[kind] === this.#refused.n && this.#refused.kind === kind;
  }

  #refusing<Made extends new (...given: never[]) => object>(real: Made & { BYTES_PER_ELEMENT?: number }): Made {
    const stub: Made = new Proxy(real, {
      construct: (target, given: unknown[], newTarget) => {
        const [length] = given;
        if (typeof length === "number" && length * (real.BYTES_PER_ELEMENT ?? 1) >= leastArrayBytes) {
          const [, , caller = ""] = (new Error().stack ?? "").split("\n");
          if (/\/src\//.test(caller) && this.#isRefused("array"))
            throw new RangeError("Array buffer allocation failed");
        }
        return Reflect.construct(target, given, (newTarget as unknown) === stub ? target : newTarget) as object;
      },
    });
    return stub;
  }

  /** Another device of it. */
  device(): GPUDevice {
    return new IdleDevice(this, (kind) => this.#isRefused(kind)) as unknown as GPUDevice;
  }
}

class IdleDevice extends EventTarget {
  features = new Set<string>();
  limits = {
    maxBufferSize: 2 ** 30,
    maxStorageBufferBindingSize: 2 ** 27,
    maxStorageBuffersPerShaderStage: 10,
    maxComputeWorkgroupsPerDimension: 65_535,
  };
  adapterInfo = {};
  lost = new Promise(() => {});
  readonly #gpu: IdleGpu;
  readonly #isRefused: (kind: RefusalKind) => boolean;
  readonly #scopes: { filter: string; error: object | null }[] = [];

  constructor(gpu: IdleGpu, isRefused: (kind: RefusalKind) => boolean) {
    super();
    this.#gpu = gpu;
    this.#isRefused = isRefused;
  }

  destroy() {}
  pushErrorScope = (filter: string) => void this.#scopes.push({ filter, error: null });
  popErrorScope = async () => this.#scopes.pop()!.error;

  #tell(filter: string, error: object) {
    const scope = this.#scopes.findLast((one) => one.filter === filter);
    if (scope) scope.error ??= error;
    else setTimeout(() => this.dispatchEvent(new UncapturedError(error)));
  }

  createBuffer({ label, size }: { label: string; size: number }) {
    if (this.#isRefused("buffer thrown")) throw new RangeError("createBuffer failed: allocation failed");
    const isInvalid = this.#isRefused("buffer");
    if (isInvalid) this.#tell("out-of-memory", new OutOfMemory());
    else this.#gpu.liveBytes += size;
    let live = !isInvalid;
    const buffer = {
      ...{ label, size, isInvalid },
      bytes: undefined as FakeBuffer["bytes"],
      destroy: () => {
        if (live) this.#gpu.liveBytes -= size;
        live = false;
      },
      mapAsync: async () => {
        if (this.#isRefused("mapping")) throw new DOMException("the test maps nothing", "OperationError");
      },
      getMappedRange: (_at = 0, bytes = size) => {
        const mapped = copied(buffer, 0, bytes).slice().buffer;
        const slice = () => {
          if (this.#isRefused("array")) throw new RangeError("Array buffer allocation failed");
          return new Uint32Array(new Uint32Array(mapped)).buffer;
        };
        return Object.assign(mapped, { slice });
      },
      unmap() {},
    };
    return buffer;
  }

  queue = {
    writeBuffer: (buffer: FakeBuffer, at: number, data: ArrayBuffer | ArrayBufferView, from = 0, size?: number) => {
      if (buffer.isInvalid) return this.#tell("validation", { message: "invalid buffer" });
      const view = ArrayBuffer.isView(data) ? data : new Uint8Array(data);
      const whole = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      let digest = 0;
      for (const byte of whole.subarray(from, size === undefined ? undefined : from + size))
        digest = (Math.imul(digest, 31) + byte) | 0;
      // What passes through staging is told apart by what it is, and its record by where it goes.
      const place = buffer.label.startsWith("upload") ? `${buffer.label} ${digest}` : `${buffer.label} at ${at}`;
      this.#gpu.sent.set(place, digest);
      const sentBytes = whole.subarray(from, size === undefined ? undefined : from + size);
      placeIn(buffer, at, sentBytes.length).set(sentBytes);
    },
    submit: (work: (() => void)[][]) => work.flat().forEach((run) => run()),
    onSubmittedWorkDone: async () => {},
  };

  createShaderModule = ({ label }: { label: string }) => ({
    label,
    getCompilationInfo: async () => ({ messages: [] }),
  });
  createComputePipelineAsync = async ({ label, compute: { constants } }: { label: string; compute: Pipeline }) => ({
    ...{ label, constants },
    getBindGroupLayout: (index: number) => index,
  });
  createBindGroup = ({ entries }: { entries: Bound[] }) => entries;
  createQuerySet = () => ({ destroy() {} });
  createCommandEncoder = () => {
    const work: (() => void)[] = [];
    return {
      resolveQuerySet() {},
      beginComputePass: () => {
        let pipeline: Pipeline;
        let bound: Bound[] = [];
        return {
          setPipeline: (set: Pipeline) => void (pipeline = set),
          setBindGroup: (index: number, group: Bound[]) => void (index === 0 && (bound = group)),
          dispatchWorkgroups() {
            const [run, over] = [pipeline, bound];
            work.push(() => compute(run, over));
          },
          end() {},
        };
      },
      copyBufferToBuffer(source: FakeBuffer, from: number, target: FakeBuffer, to: number, sizeBytes: number) {
        work.push(() => placeIn(target, to, sizeBytes).set(copied(source, from, sizeBytes)));
      },
      clearBuffer: (buffer: FakeBuffer) => void work.push(() => void placeIn(buffer).fill(0)),
      finish: () => work,
    };
  };
}

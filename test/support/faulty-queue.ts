// A page whose GPU gets other bytes than it was sent: a later write is dropped, made again later, swapped with the next, or
// a number in a buffer becomes NaN or infinite before a later submit. On the page of frail-gpu.ts, with its globals; its
// engines share a device.

import type { BrowserKind } from "../../cli/browser/find-browser.ts";
import type { BrowserRunner } from "../../cli/runner.ts";
import { openFrailGpu } from "./frail-gpu.ts";
import { shareDevices } from "./share-devices.ts";

export const queueFaults = ["dropped", "repeated", "swapped", "NaN", "Inf"] as const;
export type QueueFault = (typeof queueFaults)[number];

/** Global of the page. */
export interface FaultyQueue {
  writes: number;
  submits: number;
  /** Which buffers were written to since the counts were set to 0, by label. */
  labels: string[];
  fault?: {
    kind: QueueFault;
    /** The number of the write (NaN and Inf: the submit) since the counts were set to 0; the first is 1. */
    at: number;
    /** Repeated: writes in between. NaN and Inf: which number, in [0, 1). */
    part: number;
    /** NaN and Inf: how the cache is kept; bytes hold neither. */
    kv: "f32" | "f16" | "q8";
    /** What was done, once it has been. */
    done?: string;
  };
}

/** Runs in the page. */
function breakQueue(): void {
  const state: FaultyQueue = { writes: 0, submits: 0, labels: [] };
  Object.assign(globalThis, { faulty: state });
  const { writeBuffer, submit } = GPUQueue.prototype;
  const { createBuffer } = GPUDevice.prototype;
  type Write = [buffer: GPUBuffer, offset: number, data: ArrayBuffer | ArrayBufferView<ArrayBuffer>, from?: number, size?: number]; // prettier-ignore
  const alive = new Set<GPUBuffer>();
  let held: { queue: GPUQueue; write: Write; atWrite: number } | undefined;

  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    alive.add(buffer);
    const { destroy } = buffer;
    buffer.destroy = () => (alive.delete(buffer), destroy.call(buffer));
    return buffer;
  };

  /** The same write with bytes of its own: the caller may use its memory again. */
  const copied = ([buffer, offset, data, from = 0, size]: Write): Write => {
    const each = ArrayBuffer.isView(data) && "BYTES_PER_ELEMENT" in data ? (data.BYTES_PER_ELEMENT as number) : 1;
    const bytes = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
    const end = size === undefined ? bytes.length : (from + size) * each;
    return [buffer, offset, bytes.slice(from * each, end)];
  };

  GPUQueue.prototype.writeBuffer = function (this: GPUQueue, ...write: Write) {
    const { fault } = state;
    const number = ++state.writes;
    state.labels.push(write[0].label);
    const told = () => `${fault!.kind} write ${number} to "${write[0].label}"`;
    if (fault?.at === number && ["dropped", "swapped"].includes(fault.kind)) {
      fault.done = told();
      if (fault.kind === "swapped") held = { queue: this, write: copied(write), atWrite: number + 1 };
      return;
    }
    if (fault?.at === number && fault.kind === "repeated") {
      fault.done = told();
      held = { queue: this, write: copied(write), atWrite: number + 1 + Math.floor(fault.part * 3) };
    }
    writeBuffer.apply(this, write);
    if (held && number >= held.atWrite) {
      const { queue, write: late } = held;
      held = undefined;
      if (alive.has(late[0])) writeBuffer.apply(queue, late);
    }
  } as typeof writeBuffer;

  // Buffers of floats, where the weights are in f32.
  const activations = /^(x|normed|products|q|attended|gated|logits|partial|rope table)$/;
  const weights = /(norm|embed_tokens|lm_head)\.weight$|layer \d+ (qkv|output|gateUp|down)$/;
  const caches = /layer \d+ (keys|values)$/;
  GPUQueue.prototype.submit = function (this: GPUQueue, ...work: Parameters<typeof submit>) {
    const { fault } = state;
    if (++state.submits === fault?.at && (fault.kind === "NaN" || fault.kind === "Inf")) {
      const holdsFloats = ({ label }: GPUBuffer) =>
        activations.test(label) || weights.test(label) || (fault.kv !== "q8" && caches.test(label));
      const buffers = [...alive].filter((buffer) => buffer.usage & GPUBufferUsage.STORAGE && holdsFloats(buffer));
      const place = fault.part * buffers.length;
      const buffer = buffers[Math.floor(place)];
      const word = Math.floor((place % 1) * Math.min(buffer.size / 4, 512)); // among the first, which are used
      const isHalf = fault.kv === "f16" && caches.test(buffer.label);
      const sign = word % 2 ? 0x80008000 : 0;
      const found = { NaN: [0x7fc00000, 0x7e007e00], Inf: [0x7f800000, 0x7c007c00] }[fault.kind][Number(isHalf)];
      const value = (found | (isHalf ? sign : sign & 0x80000000)) >>> 0;
      writeBuffer.call(this, buffer, 4 * word, new Uint32Array([value]));
      fault.done = `${fault.kind} at ${word} of "${buffer.label}"`;
    }
    submit.apply(this, work);
  } as typeof submit;
}

export async function openFaultyQueue(kind: BrowserKind, modelFolder: string): Promise<BrowserRunner> {
  const runner = await openFrailGpu(kind, modelFolder);
  await runner.page.evaluate(shareDevices, { masked: false });
  await runner.page.evaluate(breakQueue);
  return runner;
}

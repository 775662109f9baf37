// Counts what is allocated by size: array buffers, typed arrays, Array.from and repeated texts. Asking for more than the
// limit, at once or in sum, throws before anything is allocated. What grows item by item shows in the heap. Only between
// `beginCounting` and `endCounting`, since counting takes time.

import { getHeapStatistics } from "node:v8";

export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

interface Counted {
  largestBytes: number;
  sumBytes: number;
  limitBytes: number;
}

const counted: Counted = { largestBytes: 0, sumBytes: 0, limitBytes: Infinity };
let heapBefore = 0;

const heapBytes = () => getHeapStatistics().used_heap_size;

export function beginCounting(limitBytes: number): void {
  Object.assign(counted, { largestBytes: 0, sumBytes: 0, limitBytes });
  Object.assign(globalThis, guarded);
  heapBefore = heapBytes();
}

/** The largest allocation by size, the sum of all, and by how much the heap has grown. */
export function endCounting(): { largestBytes: number; sumBytes: number; heapBytes: number } {
  const heap = heapBytes() - heapBefore;
  counted.limitBytes = Infinity;
  Object.assign(globalThis, plain);
  return { largestBytes: counted.largestBytes, sumBytes: counted.sumBytes, heapBytes: Math.max(0, heap) };
}

function count(bytes: number, what: string): void {
  if (!(bytes > 0)) return;
  counted.sumBytes += bytes;
  if (bytes > counted.largestBytes) counted.largestBytes = bytes;
  if (counted.sumBytes > counted.limitBytes)
    throw new TooLarge(`${what} of ${bytes} bytes, ${counted.sumBytes} in all`);
}

type Constructor = new (...parameters: unknown[]) => object;
const plain: Record<string, Constructor> = {};
const guarded: Record<string, Constructor> = {};

function guard(name: string, sizeOf: (from: unknown) => number): void {
  const original = (globalThis as unknown as Record<string, Constructor>)[name];
  plain[name] = original;
  guarded[name] = new Proxy(original, {
    construct(target, parameters, newTarget) {
      count(sizeOf(parameters[0]), name);
      return Reflect.construct(target, parameters, newTarget === guarded[name] ? target : newTarget);
    },
  });
}

/** Prepares the wrappers, once. */
export function watchAllocations(): void {
  const { ArrayBuffer } = globalThis;
  guard("ArrayBuffer", Number);
  const isTyped = (name: string) => /^(Big)?(Int|Uint|Float)\d+\w*Array$/.test(name);
  for (const name of Object.getOwnPropertyNames(globalThis).filter(isTyped)) {
    const { BYTES_PER_ELEMENT: bytes } = (globalThis as unknown as Record<string, Uint8ArrayConstructor>)[name];
    guard(name, (from) => {
      if (typeof from === "number") return from * bytes;
      const isView = from instanceof ArrayBuffer;
      return isView ? 0 : Number((from as { length?: number } | undefined)?.length ?? 0) * bytes;
    });
  }
  const { from } = Array;
  Array.from = ((items: { length?: unknown }, ...rest: []) => {
    if (typeof items?.length === "number") count(8 * items.length, "Array.from");
    return from(items as [], ...rest);
  }) as typeof Array.from;
  const texts = String.prototype as object; // its methods that make large texts in one call
  const replace = (name: string, sizeOf: (text: string, given: number) => number) => {
    const original = texts[name as keyof object] as (...parameters: unknown[]) => string;
    const value = function (this: string, given: number, ...rest: unknown[]) {
      count(sizeOf(this, given), `${name}()`);
      return original.call(this, given, ...rest);
    };
    Object.defineProperty(texts, name, { value });
  };
  replace("repeat", ({ length }, times) => length * times);
  replace("padStart", (_, length) => length);
  replace("padEnd", (_, length) => length);
}

// Makes every way to a large ArrayBuffer throw, in the page or worker that runs it first; the tests' proof that no code
// path needs one. Plain text for a script file: it runs before any module of the engine is evaluated.

/** As `globalThis.bufferLimit`: the largest buffer seen so far. */
export interface BufferLimit {
  largestBytes: number;
}

/** A script that forbids buffers of more than `limitBytes`. */
export const bufferLimitScript = (limitBytes: number): string => `(${forbid.toString()})(${limitBytes});`;

function forbid(limitBytes: number): void {
  const seen: BufferLimit = { largestBytes: 0 };
  const check = (sizeBytes: number, route: string) => {
    if (sizeBytes > limitBytes) throw new RangeError(`${route}: ${sizeBytes} bytes in one buffer`);
    if (sizeBytes > seen.largestBytes) seen.largestBytes = sizeBytes;
  };
  const scope = globalThis as unknown as Record<string, unknown>;
  scope.bufferLimit = seen;

  type Constructor = new (...parameters: unknown[]) => object;
  const guard = (name: string, sizeOf: (parameters: unknown[]) => number) => {
    const original = scope[name] as Constructor | undefined;
    if (!original) return;
    const guarded: Constructor = new Proxy(original, {
      construct(target, parameters, newTarget) {
        check(sizeOf(parameters), name);
        return Reflect.construct(target, parameters, newTarget === guarded ? target : newTarget);
      },
    });
    scope[name] = guarded;
    // Methods that make a copy of the same kind (slice, map) look up the constructor here.
    Object.defineProperty(original.prototype, "constructor", { value: guarded });
  };
  const ofBuffer = ([length, options]: unknown[]) =>
    Math.max(Number(length ?? 0), Number((options as { maxByteLength?: number })?.maxByteLength ?? 0));
  for (const name of ["ArrayBuffer", "SharedArrayBuffer"]) guard(name, ofBuffer);
  for (const name of Object.getOwnPropertyNames(globalThis).filter((one) =>
    /^(Big)?(Int|Uint|Float)\d+(Clamped)?Array$/.test(one),
  )) {
    const { BYTES_PER_ELEMENT: bytes } = scope[name] as unknown as { BYTES_PER_ELEMENT: number };
    guard(name, ([from]) => {
      if (typeof from === "number") return from * bytes;
      const view = from as { byteLength?: number; buffer?: unknown; length?: number } | undefined;
      if (view?.byteLength !== undefined && view.buffer === undefined) return 0; // a view makes no buffer
      return Number(view?.length ?? 0) * bytes;
    });
  }

  // Bytes that the browser makes itself.
  const wrap = (type: { prototype: object } | undefined, method: string, sizeOf: (self: never) => number) => {
    const original = type && (type.prototype as Record<string, (...parameters: unknown[]) => unknown>)[method];
    if (!original) return;
    Object.defineProperty(type.prototype, method, {
      value: function (this: never, ...parameters: unknown[]) {
        check(sizeOf(this), `${method}()`);
        const made = original.apply(this, parameters);
        const inspect = (value: unknown) => {
          check(Number((value as { byteLength?: number })?.byteLength ?? 0), `${method}()`);
          return value;
        };
        return made instanceof Promise ? made.then(inspect) : inspect(made);
      },
    });
  };
  const unknownSize = () => 0;
  for (const type of [Response, Request])
    for (const method of ["arrayBuffer", "bytes"]) wrap(type, method, unknownSize);
  for (const method of ["arrayBuffer", "bytes"]) wrap(Blob, method, (blob: Blob) => blob.size);
  for (const method of ["slice", "transfer", "transferToFixedLength"]) wrap(ArrayBuffer, method, unknownSize);
  wrap(TextEncoder, "encode", unknownSize);
  wrap((globalThis as { GPUBuffer?: typeof GPUBuffer }).GPUBuffer, "getMappedRange", unknownSize);
  const result = Object.getOwnPropertyDescriptor(IDBRequest.prototype, "result")!;
  Object.defineProperty(IDBRequest.prototype, "result", {
    ...result,
    get() {
      const value: unknown = result.get!.call(this);
      check(Number((value as { byteLength?: number } | undefined)?.byteLength ?? 0), "IDBRequest.result");
      return value;
    },
  });
}

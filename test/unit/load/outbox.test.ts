// What the loader delivers of blocks: each part whole and in order, where two matrices have the same part, too.

import { expect, test } from "vitest";
import type { QuantizedMatrix } from "../../../src/format/quantized.ts";
import { Outbox } from "../../../src/load/outbox.ts";

test("a part that matrices share reaches each of them, wherever blocks are cut", async () => {
  const file = Uint8Array.from({ length: 120 }, (_, i) => i);
  const slice = (name: string, start: number, end: number) => ({
    name, dtype: "I32", shape: [end - start], file: "f", start, end,
  }); // prettier-ignore
  const codes = slice("qkv.qweight", 7, 113);
  const matrices = ["q", "k"].map((name, i): QuantizedMatrix => {
    const parts = { codes, scales: slice(`${name}.scales`, 113, 118) };
    return { name, rows: 8, cols: 32, scheme: { kind: "awq", groupSize: 32 }, parts, among: { firstRow: 8 * i, rows: 16 } };
  }); // prettier-ignore
  for (const cuts of [[50], [21, 22, 40], [8, 100]]) {
    const found = new Map<string, number[]>();
    const sink = {
      async write(part: { name: string; role?: string }, offset: number, bytes: Uint8Array) {
        const key = `${part.name} ${part.role}`;
        const all = found.get(key) ?? [];
        expect(offset).toBe(all.length);
        found.set(key, [...all, ...bytes]);
      },
    };
    const outbox = new Outbox(sink, { tensors: [], matrices });
    for (const [index, start] of [0, ...cuts].entries())
      await outbox.put({
        file: "f", index, start, bytes: file.subarray(start, cuts[index] ?? file.length), slot: { release() {} } as never,
      }); // prettier-ignore
    await outbox.finish();
    for (const name of ["q", "k"]) {
      expect(found.get(`${name} codes`)).toEqual([...file.subarray(7, 113)]);
      expect(found.get(`${name} scales`)).toEqual([...file.subarray(113, 118)]);
    }
  }
});

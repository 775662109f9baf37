// A file of several blocks whose load ends early, again and again: what is stored is never fetched again, and in the end the
// store holds exactly what a load without a fault would have stored.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadModel } from "../../support/load-model.ts";
import { cutFile } from "../../../src/load/blocks.ts";
import { maxReadBytes } from "../../../src/source/read-limit.ts";
import { ModelStore } from "../../../src/store/model-store.ts";
import { atRest, spoilBlock } from "../../support/at-rest.ts";
import { CollectingSink } from "../../support/collecting-sink.ts";
import { startHub, type HubServer } from "../../support/hub-server.ts";
import { largeCheckpoint } from "../../support/large-checkpoint.ts";

const files = largeCheckpoint();
const sizeBytes = files.get("model.safetensors")!.length;
const lanes = 4;
let hub: HubServer;
let store: ModelStore;
beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  store = (await ModelStore.open())!;
  hub = await startHub([["owner/name", { files }]]);
});
afterEach(async () => {
  store.close();
  await hub.close();
  vi.unstubAllGlobals();
});

type Quantize = "none" | "q4";

async function load(quantize: Quantize, onBlock: (blocks: number) => void = () => {}, signal?: AbortSignal) {
  const sink = new CollectingSink();
  const watching = setInterval(() => void blockCount().then(onBlock, () => {}), 5);
  try {
    const options = { reference: "owner/name", hubUrl: hub.url, store, quantize, sink, signal };
    return { model: await loadModel(options), sink };
  } finally {
    clearInterval(watching);
  }
}

async function blockCount(): Promise<number> {
  const [left] = await store.unfinished();
  if (!left) return 0;
  const database = await openDB("pronk");
  const count = await database.count("notes");
  database.close();
  return count;
}

/** Bytes of weights that were requested. */
const askedBytes = () =>
  hub.requests
    .filter(({ origin }) => origin === "storage")
    .map(({ headers }) => /bytes=(\d+)-(\d+)/.exec(headers.range!)!)
    .reduce((sum, [, start, end]) => sum + Number(end) + 1 - Number(start), 0);

describe.each(["none", "q4"] as const)("quantize %s", (quantize) => {
  test("ended after every block in turn: the same store in the end, and at most a block a lane fetched again", async () => {
    await load(quantize);
    const clean = await atRest();
    expect(clean.blocks.length).toBeGreaterThanOrEqual(4);
    await store.delete((await store.list())[0].key);
    hub.requests.length = 0;
    let ends = 0;
    for (let blocks = 1; blocks < clean.blocks.length; blocks++) {
      const before = askedBytes();
      const stored = await blockCount();
      const controller = new AbortController();
      const stop = (count: number) => count >= blocks && controller.abort(new Error("stopped"));
      await load(quantize, stop, controller.signal).then(
        () => (blocks = Infinity), // it finished before it could be stopped
        (error: Error) => expect(error.message).toBe("stopped"),
      );
      if (blocks === Infinity) break;
      ends++;
      expect(await store.list()).toEqual([]);
      const gained = (await blockCount()) - stored;
      expect(askedBytes() - before).toBeLessThanOrEqual((gained + lanes) * maxReadBytes + 100_000);
    }
    expect(ends).toBeGreaterThan(0);
    const before = askedBytes();
    const stored = await blockCount();
    const { sink } = await load(quantize);
    if (stored > 0) expect(askedBytes() - before).toBeLessThan(sizeBytes);
    const found = await atRest();
    expect(found.keys).toEqual(clean.keys);
    expect(found.notes).toEqual(clean.notes); // checksums and states of the hash
    found.blocks.forEach((block, i) => expect(Buffer.compare(block, clean.blocks[i])).toBe(0));
    const warm = await load(quantize);
    expect(warm.model.warm).toBe(true);
    for (const [name, bytes] of sink.bytes) expect(Buffer.compare(bytes, warm.sink.bytes.get(name)!), name).toBe(0);
  }, 120_000);

  test("a resume asks for nothing that is stored", async () => {
    const controller = new AbortController();
    const stop = (count: number) => count >= 2 && controller.abort(new Error("stopped"));
    const first = load(quantize, stop, controller.signal);
    await expect(first).rejects.toThrow("stopped");
    const stored = await blockCount();
    hub.requests.length = 0;
    await load(quantize);
    const starts = hub.requests
      .filter(({ origin }) => origin === "storage")
      .map(({ headers }) => /bytes=(\d+)-(\d+)/.exec(headers.range!)!)
      .filter(([, start, end]) => Number(end) - Number(start) > 100_000) // not the header
      .map(([, start]) => Number(start));
    const gone = quantize === "none" ? stored * maxReadBytes : stored * (maxReadBytes - 4096); // borders between rows
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(gone);
  });

  test("a stored block that rotted before the load was finished is fetched again", async () => {
    const controller = new AbortController();
    const stop = (count: number) => count >= 2 && controller.abort(new Error("stopped"));
    await expect(load(quantize, stop, controller.signal)).rejects.toThrow("stopped");
    await spoilBlock(1, 5);
    const { sink } = await load(quantize);
    const { sink: warm } = await load(quantize);
    for (const [name, bytes] of sink.bytes) expect(Buffer.compare(bytes, warm.bytes.get(name)!), name).toBe(0);
    expect(sink.restarts).toBe(1);
  });
});

describe("the blocks of a file", () => {
  const file = { path: "w.q4v1", source: "w", verbatim: false };
  const tensor = (name: string, start: number, rows: number, cols: number, toStart: number) => ({
    from: { name, dtype: "f16" as const, shape: [rows, cols], file: "w", start, end: start + 2 * rows * cols },
    to: {
      name,
      encoding: "q4" as const,
      rows,
      cols,
      file: "w.q4v1",
      start: toStart,
      end: toStart + (rows * cols * 18) / 32,
    },
  });

  test("cover source and stored file without gaps, between units, in at most 16 MiB", () => {
    const a = tensor("a", 40_000_000, 9000, 1024, 0); // behind a gap of more than two blocks
    const b = tensor("b", a.from.end + 3, 30_000, 1024, Math.ceil(a.to.end / 16) * 16);
    const source = b.from.end + 40_000_000; // and a tail
    const blocks = cutFile({ ...file, sizeBytes: b.to.end }, source, [a, b]);
    expect([blocks[0].source.start, blocks.at(-1)!.source.end]).toEqual([0, source]);
    expect([blocks[0].stored.start, blocks.at(-1)!.stored.end]).toEqual([0, b.to.end]);
    blocks.forEach((block, i) => {
      expect(block.index).toBe(i);
      expect(block.source.end - block.source.start).toBeLessThanOrEqual(maxReadBytes);
      expect(block.source.end).toBeGreaterThan(block.source.start);
      if (i === 0) return;
      expect([block.source.start, block.stored.start]).toEqual([blocks[i - 1].source.end, blocks[i - 1].stored.end]);
      for (const { from } of [a, b])
        if (block.source.start > from.start && block.source.start < from.end)
          expect((block.source.start - from.start) % 2048).toBe(0);
    });
  });

  test("an empty file has no blocks; a row over 16 MiB is refused", () => {
    expect(cutFile({ ...file, sizeBytes: 0 }, 0, [])).toEqual([]);
    const wide = tensor("wide", 0, 2, 10_000_000, 0);
    expect(() => cutFile({ ...file, sizeBytes: wide.to.end }, wide.from.end, [wide])).toThrow(/rows of 20000000 bytes/);
  });
});

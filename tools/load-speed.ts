// `npm run bench:load`: how fast a load is beside what the browser can do without pronk, both in one run of one browser. Cold:
// pronk's download (fetch, hash, store) beside fetch and IndexedDB put, and beside a hash alone; warm: from the first block
// read to the last upload, beside IndexedDB read and writeBuffer. Then the same weights quantized to q4 and q8 on their way
// to the GPU, by the adapter's own choice of quantizer. `--json` prints one object; medians of `--rounds`.

import { parseArgs } from "node:util";
import type { BrowserPage } from "../cli/browser/browser-page.ts";
import type { BrowserKind } from "../cli/browser/find-browser.ts";
import { startHub } from "../test/support/hub-server.ts";
import { largeCheckpoint } from "../test/support/large-checkpoint.ts";
import { startStoreSite } from "../test/support/store-page.ts";

type Pronk = typeof import("../src/index.ts");

// What runs in the page finds these as globals.
declare const pronk: Pronk;
declare const hubUrl: string;

const { values } = parseArgs({
  options: {
    browser: { type: "string", default: "chromium" },
    rounds: { type: "string", default: "3" },
    layers: { type: "string", default: "11" }, // about 255 MB
    json: { type: "boolean", default: false },
  },
});

type Quantized = NonNullable<Awaited<ReturnType<Pronk["createEngine"]>>["info"]["quantization"]>;

/** Milliseconds of one round. */
interface Round {
  fetchAndPut: number;
  hashAlone: number;
  cold: number;
  readAndWrite: number;
  /** The same blocks from one file of the origin's private file system. */
  fileReadAndWrite: number;
  warm: number;
}

const files = largeCheckpoint(Number(values.layers));
const sizeBytes = files.get("model.safetensors")!.length;
const hub = await startHub([["owner/name", { files }]]);
const site = await startStoreSite();
const page = await site.open(values.browser as BrowserKind, hub.url);
const rounds: Round[] = [];
const quantized: Record<string, Quantized> = {};
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    rounds.push({ ...(await withoutPronk(page)), ...(await withPronk(page)) });
  }
  for (const quantize of ["q4", "q8"]) quantized[quantize] = await quantizing(page, quantize);
} finally {
  await page.close();
  await site.server.close();
  await hub.close();
}

const median = (of: keyof Round) => rounds.map((round) => round[of]).toSorted((a, b) => a - b)[rounds.length >> 1];
const speed = (of: keyof Round) => Math.round(sizeBytes / 1000 / median(of)); // MB/s
const slowest = Math.max(median("fetchAndPut"), median("hashAlone"));
const result = {
  browser: page.version,
  sizeBytes,
  rounds: rounds.length,
  megabytesPerSecond: {
    fetchAndPut: speed("fetchAndPut"),
    hashAlone: speed("hashAlone"),
    cold: speed("cold"),
    readAndWriteBuffer: speed("readAndWrite"),
    fileReadAndWriteBuffer: speed("fileReadAndWrite"),
    warm: speed("warm"),
  },
  coldRatio: round3(slowest / median("cold")), // at least 0.6 is wanted
  warmRatio: round3(median("readAndWrite") / median("warm")), // at least 0.7
  fileRatio: round3(median("readAndWrite") / median("fileReadAndWrite")), // what files would gain
  quantized,
};
if (values.json) console.log(JSON.stringify(result));
else {
  console.table(result.megabytesPerSecond);
  console.log(`${result.browser}, ${(sizeBytes / 1e6).toFixed(0)} MB, median of ${result.rounds}`);
  console.log(`cold: ${result.coldRatio} of the slower of (fetch + put) and (hash alone); 0.6 is wanted`);
  console.log(`warm: ${result.warmRatio} of IndexedDB read + writeBuffer; 0.7 is wanted`);
  for (const [name, { weights, elapsedMs, weightsPerSecond, relativeRmsError }] of Object.entries(quantized))
    console.log(
      `${name}: ${(weights / 1e6).toFixed(0)} million weights in ${(elapsedMs / 1000).toFixed(1)} s, ${(weightsPerSecond / 1e6).toFixed(1)} million a second; relative error ${relativeRmsError.toFixed(4)}`,
    );
  console.log(`the private file system + writeBuffer: ${result.fileRatio} times as fast as IndexedDB + writeBuffer`);
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function withoutPronk(on: BrowserPage): Promise<Omit<Round, "cold" | "warm">> {
  return on.evaluate(async (bytes: number) => {
    const blockBytes = 2 ** 24;
    const { sha } = (await (await fetch(`${hubUrl}/api/models/owner/name/revision/HEAD`)).json()) as { sha: string };
    const url = `${hubUrl}/owner/name/resolve/${sha}/model.safetensors`;
    const opening = indexedDB.open("raw");
    opening.onupgradeneeded = () => opening.result.createObjectStore("blocks");
    const database = await new Promise<IDBDatabase>((done) => (opening.onsuccess = () => done(opening.result)));
    const count = Math.ceil(bytes / blockBytes);
    /** Runs the tasks `lanes` at a time. */
    const parallel = async (lanes: number, task: (index: number) => Promise<void>) => {
      let next = 0;
      const lane = async () => {
        while (next < count) await task(next++);
      };
      await Promise.all(Array.from({ length: lanes }, lane));
    };
    let startMs = performance.now();
    await parallel(4, async (index) => {
      const start = index * blockBytes;
      const range = `bytes=${start}-${Math.min(start + blockBytes, bytes) - 1}`;
      const block = await (await fetch(url, { headers: { Range: range }, cache: "no-store" })).arrayBuffer();
      const transaction = database.transaction("blocks", "readwrite", { durability: "relaxed" });
      transaction.objectStore("blocks").put(block, index);
      await new Promise((done) => (transaction.oncomplete = done));
    });
    const fetchAndPut = performance.now() - startMs;

    const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
    // As many bytes of buffers as a load fills: touching memory for the first time costs time.
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    const buffers = Array.from({ length: count }, () => device.createBuffer({ size: blockBytes, usage }));
    startMs = performance.now();
    await parallel(3, async (index) => {
      const request = database.transaction("blocks").objectStore("blocks").get(index) as IDBRequest<ArrayBuffer>;
      const block = await new Promise<ArrayBuffer>((done) => (request.onsuccess = () => done(request.result)));
      device.queue.writeBuffer(buffers[index], 0, block, 0, block.byteLength & ~3);
    });
    await device.queue.onSubmittedWorkDone();
    const readAndWrite = performance.now() - startMs;

    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle("raw", { create: true });
    const writable = await handle.createWritable();
    for (let at = 0; at < bytes; at += blockBytes)
      await writable.write(new Uint8Array(Math.min(blockBytes, bytes - at)));
    await writable.close();
    const file = await handle.getFile();
    startMs = performance.now();
    await parallel(3, async (index) => {
      const block = await file.slice(index * blockBytes, (index + 1) * blockBytes).arrayBuffer();
      device.queue.writeBuffer(buffers[index], 0, block, 0, block.byteLength & ~3);
    });
    await device.queue.onSubmittedWorkDone();
    const fileReadAndWrite = performance.now() - startMs;
    await folder.removeEntry("raw");
    device.destroy();
    database.close();
    await new Promise((done) => (indexedDB.deleteDatabase("raw").onsuccess = done));

    const whole = new Uint8Array(bytes);
    startMs = performance.now();
    await crypto.subtle.digest("SHA-256", whole);
    return { fetchAndPut, readAndWrite, fileReadAndWrite, hashAlone: performance.now() - startMs };
  }, sizeBytes);
}

function withPronk(on: BrowserPage): Promise<Pick<Round, "cold" | "warm">> {
  return on.evaluate(async () => {
    const startMs = performance.now();
    const { id } = await pronk.models.download("owner/name", { hubUrl, quantize: "none" });
    const cold = performance.now() - startMs;
    let firstMs = 0;
    let lastMs = 0;
    const engine = await pronk.createEngine("owner/name", {
      ...{ hubUrl, quantize: "none", tokenizer: "optional", contextLength: 64 },
      onProgress({ phase, loadedBytes, totalBytes }) {
        if (phase === "read" && loadedBytes === 0) firstMs = performance.now();
        if (phase === "upload" && loadedBytes === totalBytes) lastMs = performance.now();
      },
    });
    await engine.unload();
    await pronk.models.delete(id);
    return { cold, warm: lastMs - firstMs };
  });
}

function quantizing(on: BrowserPage, quantize: string): Promise<Quantized> {
  return on.evaluate(async (wanted: "q4" | "q8") => {
    const options = { hubUrl, quantize: wanted, store: false, tokenizer: "optional", contextLength: 64 } as const;
    const engine = await pronk.createEngine("owner/name", options);
    await engine.unload();
    return engine.info.quantization!;
  }, quantize);
}

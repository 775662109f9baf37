// What WebLLM has kept: its shards are taken where they are the hub's, and fetched where they are not.

import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openSource } from "../../../src/source/open-source.ts";
import { startHub, type HubServer } from "../../support/hub-server.ts";
import { folderFiles } from "../../support/local-folder.ts";

const files = new Map(
  [...folderFiles(join(import.meta.dirname, "../../fixtures/quant-mlc-q4f16_1"))].filter(([name]) => !/golden/.test(name)),
); // prettier-ignore
// Of smaller files the hub lists no SHA-256.
const shards = [...files].filter(([path, { length }]) => path.endsWith(".bin") && length >= 4096).map(([path]) => path);

let hub: HubServer;
/** Address -> answer. */
let kept: Map<string, Blob>;
let asked: string[];
beforeEach(async () => {
  hub = await startHub([["owner/name", { files }]]);
  kept = new Map(shards.map((path) => [`${hub.url}/owner/name/resolve/main/${path}`, new Blob([files.get(path)!.slice()])])); // prettier-ignore
  asked = [];
  const match = async (address: string) => {
    asked.push(address);
    const blob = kept.get(address);
    return blob && new Response(blob);
  };
  vi.stubGlobal("caches", { has: async (name: string) => name === "webllm/model", open: async () => ({ match }) });
});
afterEach(() => hub.close());
afterEach(() => void vi.unstubAllGlobals());

/** All shards through a source that is opened now; the paths that the hub was asked for. */
async function readAll(): Promise<string[]> {
  const source = await openSource("owner/name", { hubUrl: hub.url });
  hub.requests.length = 0;
  for (const path of shards) {
    const whole = files.get(path)!;
    const middle = Math.floor(whole.length / 2);
    expect(await source.read(path, 0, middle)).toEqual(whole.slice(0, middle));
    let counted = 0;
    const into = () => new Uint8Array(whole.length);
    const rest = await source.read(path, middle, whole.length, { into, onBytes: (count) => (counted += count) });
    expect(rest).toEqual(whole.slice(middle));
    expect(counted).toBe(whole.length - middle);
  }
  return [...new Set(hub.requests.filter(({ origin }) => origin === "hub").map(({ path }) => path.split("/").at(-1)!))];
}

test("nothing is fetched of what is kept, however often it is read", async () => {
  expect(shards.length).toBeGreaterThan(4);
  expect(await readAll()).toEqual([]);
  expect(new Set(asked).size).toBe(shards.length);
});

test.each<[string, (address: string, blob: Blob) => void]>([
  ["is not kept", (address) => kept.delete(address)],
  ["has other bytes", (address, blob) => kept.set(address, new Blob([new Uint8Array(blob.size)]))],
  ["has another size", (address, blob) => kept.set(address, blob.slice(1))],
])("a shard that %s is fetched", async (_, change) => {
  const [address, blob] = [...kept][2];
  change(address, blob);
  expect(await readAll()).toEqual([address.split("/").at(-1)]);
});

test("a cache that fails, or none: all is fetched", async () => {
  vi.stubGlobal("caches", { has: async () => true, open: async () => ({ match: () => Promise.reject(new Error()) }) });
  expect(await readAll()).toHaveLength(shards.length);
  vi.stubGlobal("caches", { has: () => Promise.reject(new Error("denied")) });
  expect(await readAll()).toHaveLength(shards.length);
  vi.stubGlobal("caches", undefined);
  expect(await readAll()).toHaveLength(shards.length);
});

test("a reader that gave up gets nothing", async () => {
  const source = await openSource("owner/name", { hubUrl: hub.url });
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(source.read(shards[0], 0, 10, { signal })).rejects.toThrow("enough");
});

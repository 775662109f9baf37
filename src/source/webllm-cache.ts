// What WebLLM has kept of a model on the same origin: each file's answer in a cache of the browser, under its address on the hub.
// A shard is taken from there where its SHA-256 is the one that the hub lists, so that a page that moves from WebLLM to pronk
// fetches nothing twice. Source: mlc-ai/web-llm, src/engine.ts and src/support.ts; its runtime's artifact_cache.ts.

import { Sha256 } from "./sha256.ts";
import type { ModelSource, SourceFile } from "./source.ts";
import { isMlcPath } from "./torch-names.ts";

const mostBlobs = 3; // of files that are being read: reads come in order, a few at once

/** Reads shards out of the cache, and all that is not there, or has other bytes, by `read`. `addressOf`: a file's there. */
export function readKept(
  cache: Cache,
  files: readonly SourceFile[],
  addressOf: (path: string) => string,
  read: ModelSource["read"],
): ModelSource["read"] {
  const checked = new Map<string, boolean>();
  const blobs = new Map<string, Promise<Blob | undefined>>();
  const find = async (path: string, { sizeBytes, sha256 }: SourceFile): Promise<Blob | undefined> => {
    const answer = checked.get(path) === false ? undefined : await cache.match(addressOf(path));
    const blob = await answer?.blob();
    if (!blob || checked.has(path)) return blob;
    const isRight = blob.size === sizeBytes && (await hashOf(blob)) === sha256;
    checked.set(path, isRight);
    return isRight ? blob : undefined;
  };
  return async (path, start, end, options) => {
    const file = files.find((candidate) => candidate.path === path);
    if (!file?.sha256 || !isMlcPath(path)) return read(path, start, end, options);
    let found = blobs.get(path);
    if (!found) {
      if (blobs.size === mostBlobs) blobs.delete([...blobs.keys()][0]);
      found = find(path, file).catch(() => undefined); // the cache was emptied meanwhile
      blobs.set(path, found);
    }
    const part = await (
      await found
    )
      ?.slice(start, end)
      .arrayBuffer()
      .catch(() => undefined);
    if (part?.byteLength !== end - start) return read(path, start, end, options);
    options?.signal?.throwIfAborted();
    const target = (options?.into?.() ?? new Uint8Array(end - start)).subarray(0, end - start);
    target.set(new Uint8Array(part));
    options?.onBytes?.(target.length);
    return target;
  };
}

async function hashOf(blob: Blob): Promise<string> {
  const hash = new Sha256();
  const reader = blob.stream().getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) hash.update(next.value);
  return hash.hex();
}

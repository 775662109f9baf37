// Files that are already in memory, as a source.

import { fingerprint } from "../../src/source/fingerprint.ts";
import { checkRead } from "../../src/source/read-limit.ts";
import type { ModelSource } from "../../src/source/source.ts";

/** `files`: path -> bytes, or -> text (kept as UTF-8). */
export function memorySource(
  files: Iterable<readonly [string, Uint8Array | string]>,
  { label = "memory", id, remote = false }: { label?: string; id?: string; remote?: boolean } = {},
): ModelSource {
  const encoder = new TextEncoder();
  const contents = new Map<string, Uint8Array>();
  for (const [path, content] of files)
    contents.set(path, typeof content === "string" ? encoder.encode(content) : content);
  const manifest = [...contents].map(([path, bytes]) => ({ path, sizeBytes: bytes.length }));
  return {
    id: id ?? `files:${label}@${fingerprint(manifest.flatMap((file) => [file.path, file.sizeBytes]))}`,
    label,
    remote,
    files: manifest,
    async read(path, start, end, { signal, onBytes } = {}) {
      signal?.throwIfAborted();
      checkRead(manifest, path, start, end);
      onBytes?.(end - start);
      return contents.get(path)!.slice(start, end);
    },
  };
}

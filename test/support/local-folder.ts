// A folder of files as an in-memory source, and the project's shared data, if present. Node only.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ModelSource } from "../../src/source/source.ts";
import { memorySource } from "./memory-source.ts";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** The path of something in ../shared/data, or undefined (with a message) if it is absent. */
export function sharedData(path: string): string | undefined {
  const whole = resolve(root, "../shared/data", path);
  if (existsSync(whole)) return whole;
  console.warn(`skipped: ../shared/data/${path} is not here`);
  return undefined;
}

export function folderFiles(folder: string): Map<string, Uint8Array> {
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
  return new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
}

export function folderSource(folder: string, options: { id?: string; remote?: boolean } = {}): ModelSource {
  return memorySource(folderFiles(folder), { label: folder.split("/").at(-1)!, ...options });
}

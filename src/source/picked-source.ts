// Files that the user picked: a list from a file input or a drop, or a folder's handle. Nothing is copied; each read is
// a slice of the file on disk.

import { PronkError } from "../errors.ts";
import { fingerprint } from "./fingerprint.ts";
import { checkRead } from "./read-limit.ts";
import type { ModelSource } from "./source.ts";

/** Files of one model, all in one folder. Paths come from `webkitRelativePath` where a folder was picked. */
export function filesSource(picked: readonly File[], label?: string): ModelSource {
  if (picked.length === 0)
    throw new PronkError("bad-request", "No file was picked. Pick a folder with config.json and safetensors files.", {
      field: "model",
    });
  const paths = picked.map((file) => file.webkitRelativePath || file.name);
  const folder = modelFolder(paths);
  const files = new Map<string, File>();
  picked.forEach((file, i) => {
    if (paths[i].startsWith(folder)) files.set(paths[i].slice(folder.length), file);
  });
  return toSource(files, label ?? (folder.split("/").at(-2) || (files.size === 1 ? picked[0].name : "picked files")));
}

/** A folder picked with showDirectoryPicker or dropped. Of its subfolders only onnx/ is read. */
export async function directorySource(
  directory: FileSystemDirectoryHandle,
  signal?: AbortSignal,
): Promise<ModelSource> {
  const files = new Map<string, File>();
  const take = async (folder: FileSystemDirectoryHandle, before: string) => {
    for await (const [name, handle] of folder.entries()) {
      signal?.throwIfAborted();
      if (handle.kind === "file") files.set(before + name, await (handle as FileSystemFileHandle).getFile());
      else if (name === "onnx" && !before) await take(handle as FileSystemDirectoryHandle, "onnx/");
    }
  };
  await take(directory, "");
  if (files.size === 0)
    throw new PronkError(
      "format",
      `The folder "${directory.name}" has no files. Pick the folder that holds config.json.`,
      { file: directory.name },
    );
  return toSource(files, directory.name);
}

/** The folder of the shallowest config.json; without one, the folder that all files share. */
function modelFolder(paths: string[]): string {
  const configs = paths
    .filter((path) => /(^|\/)config\.json$/.test(path))
    .toSorted((a, b) => a.split("/").length - b.split("/").length);
  if (configs.length > 0) return configs[0].slice(0, -"config.json".length);
  const first = paths[0].slice(0, paths[0].lastIndexOf("/") + 1);
  return paths.every((path) => path.startsWith(first)) ? first : "";
}

function toSource(files: Map<string, File>, label: string): ModelSource {
  const manifest = [...files].map(([path, file]) => ({ path, sizeBytes: file.size }));
  manifest.sort((a, b) => (a.path < b.path ? -1 : 1));
  const identity = fingerprint(
    manifest.flatMap(({ path, sizeBytes }) => [path, sizeBytes, files.get(path)!.lastModified]),
  );
  return {
    id: `files:${label}@${identity}`,
    label,
    remote: false,
    files: manifest,
    async read(path, start, end, { signal, onBytes } = {}) {
      signal?.throwIfAborted();
      checkRead(manifest, path, start, end);
      try {
        const bytes = new Uint8Array(await files.get(path)!.slice(start, end).arrayBuffer());
        signal?.throwIfAborted();
        onBytes?.(bytes.length);
        return bytes;
      } catch (cause) {
        signal?.throwIfAborted();
        throw new PronkError(
          "integrity",
          `"${path}" can no longer be read from disk (${(cause as Error).message}). It was changed or moved after it was picked: pick it again.`,
          { file: path },
          { cause },
        );
      }
    },
  };
}

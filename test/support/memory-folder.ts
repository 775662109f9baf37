// A picked folder in memory, as far as pronk uses one: files are written whole and read again as a File.

export interface MemoryFolder {
  handle: FileSystemDirectoryHandle;
  /** Name -> bytes; change them at any time. */
  files: Map<string, Uint8Array<ArrayBuffer>>;
  /** A write beyond this many bytes in all fails as on a full disk. */
  roomBytes: number;
}

export function memoryFolder(name: string): MemoryFolder {
  const folder: MemoryFolder = { handle: undefined!, files: new Map(), roomBytes: Infinity };
  const fileHandle = (path: string) => ({
    kind: "file",
    name: path,
    getFile: async () => new File([folder.files.get(path)!], path, { lastModified: 1 }),
    createWritable: async () => {
      const parts: Uint8Array[] = [];
      return {
        async write(bytes: Uint8Array) {
          folder.roomBytes -= bytes.length;
          if (folder.roomBytes < 0) throw new DOMException("the disk is full", "QuotaExceededError");
          parts.push(bytes.slice());
        },
        async close() {
          folder.files.set(path, new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()));
        },
        async abort() {},
      };
    },
  });
  folder.handle = {
    kind: "directory",
    name,
    getFileHandle: async (path: string) => fileHandle(path),
    async *entries() {
      for (const path of folder.files.keys()) yield [path, fileHandle(path)];
    },
  } as unknown as FileSystemDirectoryHandle;
  return folder;
}

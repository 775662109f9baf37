// Folders that a person picks or drops -> what the engine takes. Prefers a directory handle; falls back to the list of
// files of <input webkitdirectory> where the browser has no picker (Firefox, Safari).

export interface PickedFolder {
  name: string;
  model: File[] | FileSystemDirectoryHandle;
}

interface DirectoryPicker {
  showDirectoryPicker?: (options: { id: string; mode: "read" }) => Promise<FileSystemDirectoryHandle>;
}

/** Asks for a folder; undefined when the person changes their mind. */
export async function pickFolder(input: HTMLInputElement): Promise<PickedFolder | undefined> {
  const { showDirectoryPicker } = globalThis as DirectoryPicker;
  if (!showDirectoryPicker) {
    input.click(); // its change event continues from here
    return undefined;
  }
  try {
    const handle = await showDirectoryPicker({ id: "pronk-model", mode: "read" });
    return { name: handle.name, model: handle };
  } catch (error) {
    if ((error as Error).name === "AbortError") return undefined;
    throw error;
  }
}

export function folderOfInput(input: HTMLInputElement): PickedFolder | undefined {
  return folderOfFiles([...(input.files ?? [])]);
}

export async function folderOfDrop(data: DataTransfer): Promise<PickedFolder | undefined> {
  const items = [...data.items].filter((item) => item.kind === "file");
  const entry = items[0]?.webkitGetAsEntry();
  if (items.length === 1 && entry?.isDirectory) {
    const files = await filesIn(entry as FileSystemDirectoryEntry);
    return files.length > 0 ? { name: entry.name, model: files } : undefined;
  }
  return folderOfFiles([...data.files]);
}

function folderOfFiles(files: File[]): PickedFolder | undefined {
  if (files.length === 0) return undefined;
  const folder = files[0].webkitRelativePath.split("/")[0];
  return { name: folder || files[0].name, model: files };
}

/** The files of one folder, not of folders below it: a checkpoint is flat. */
async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const files: File[] = [];
  for (;;) {
    // A reader hands out at most 100 entries at a time, and an empty list at the end.
    const entries = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (entries.length === 0) return files;
    for (const entry of entries) {
      if (entry.isFile) {
        files.push(await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail)));
      }
    }
  }
}

// Whether the browser will really take so many bytes. Its estimate may be made up (Chromium reports 10 GiB more than is
// used, to keep pages from recognising a disk), but a file of that length in the origin's private file system is granted or
// refused in a few milliseconds, without a byte being written.

const probeName = "pronk-room-probe";

/** Undefined where it cannot be determined. */
export async function takesBytes(sizeBytes: number): Promise<boolean | undefined> {
  const folder = await globalThis.navigator?.storage?.getDirectory?.().catch(() => undefined);
  if (!folder) return undefined;
  const name = `${probeName}-${Math.random().toString(36).slice(2)}`; // other tabs may ask at the same time
  try {
    const handle = await folder.getFileHandle(name, { create: true });
    const file = await handle.createWritable();
    try {
      await file.truncate(sizeBytes);
      return true;
    } finally {
      await file.abort().catch(() => {}); // nothing is kept
    }
  } catch (error) {
    return (error as Error).name === "QuotaExceededError" ? false : undefined;
  } finally {
    await folder.removeEntry(name).catch(() => {});
  }
}

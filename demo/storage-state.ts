// How much this origin keeps, how much it may, and whether the browser promised not to clear it.

export interface StorageState {
  usageBytes: number;
  quotaBytes: number;
  persisted: boolean;
}

export async function storageState(): Promise<StorageState | undefined> {
  try {
    const { usage = 0, quota = 0 } = await navigator.storage.estimate();
    return { usageBytes: usage, quotaBytes: quota, persisted: await navigator.storage.persisted() };
  } catch {
    return undefined;
  }
}

/** Asks the browser to keep what is stored; some browsers decide silently, some ask the person. */
export async function askToKeep(): Promise<void> {
  try {
    if (!(await navigator.storage.persisted())) await navigator.storage.persist();
  } catch {
    // Without the promise the store still works.
  }
}

// What holds a download while somebody wants it held; api/download-pause.ts is the switch.

/** What a download asks whether it may go on. */
export interface Gate {
  /** Undefined while open; else a promise that resolves when it opens, and rejects with the signal's reason. */
  wait(signal?: AbortSignal): Promise<void> | undefined;
}

// What holds a download back on request; api/download-pause.ts is the switch.

/** What a download asks before it continues. */
export interface Gate {
  /** Undefined while open; otherwise a promise that resolves when it opens, and rejects with the signal's reason. */
  wait(signal?: AbortSignal): Promise<void> | undefined;
}

// Progress of a load, one typed event stream from the first byte to the first token.

export type ProgressPhase = "download" | "verify" | "convert" | "store" | "read" | "upload" | "compile";

/**
 * Phases overlap: a load from the network downloads, verifies, converts, stores and uploads at the same time, and each
 * phase counts its own bytes. A load that goes on where another ended begins with the bytes that are there.
 */
export interface ProgressEvent {
  phase: ProgressPhase;
  loadedBytes: number;
  totalBytes: number;
  /** Smoothed; 0 until known. */
  bytesPerSecond: number;
  /** Undefined until the speed is known. */
  secondsLeft?: number;
  /** The file or step at hand, for people. */
  detail?: string;
  /** Something a person should know, once: e.g. that a file changed on its server and is fetched again. */
  notice?: string;
}

export type OnProgress = (event: ProgressEvent) => void;

// Progress of a load, one typed event stream from the first byte to the first token. Bytes are of the phase's own work.

export type ProgressPhase = "download" | "verify" | "convert" | "store" | "read" | "upload" | "compile";

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
}

export type OnProgress = (event: ProgressEvent) => void;

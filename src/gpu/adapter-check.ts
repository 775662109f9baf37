// What adapter.ts reports about an adapter, as plain data. Kept free of WebGPU's types, because applications whose compiler
// lacks them read these.

/** A GPU, as the browser names it; "" for what it does not say. */
export interface AdapterSummary {
  /** E.g. `nvidia`, `apple`. */
  vendor: string;
  /** E.g. `ampere`, `metal-3`. */
  architecture: string;
  /** Mostly "". */
  device: string;
  /** Mostly "". */
  description: string;
}

/** What `checkAdapter` finds. */
export interface AdapterCheck {
  /** Whether an engine can run here at all. */
  supported: boolean;
  /** Why not, for people. */
  reason?: string;
  /** Absent where there is none. */
  adapter?: AdapterSummary;
  /** Optional WebGPU features that it has. */
  features: string[];
  /** The largest part of a buffer that a shader can be given; 0 without an adapter. */
  maxBindingBytes: number;
  /** The largest buffer; 0 without an adapter. */
  maxBufferBytes: number;
}

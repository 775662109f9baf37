// What adapter.ts tells of an adapter, as plain data. In a file without WebGPU's types, because an application's compiler
// that does not have them reads these.

export interface AdapterSummary {
  vendor: string;
  architecture: string;
  device: string;
  description: string;
}

/** What `checkAdapter` finds. */
export interface AdapterCheck {
  /** Whether an engine can run here at all. */
  supported: boolean;
  /** Why not, for people. */
  reason?: string;
  adapter?: AdapterSummary;
  features: string[];
  maxBindingBytes: number;
  maxBufferBytes: number;
}

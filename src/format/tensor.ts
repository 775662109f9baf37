// A named tensor inside a file: where its bytes are and what they mean. Offsets are absolute in the file.

export type Dtype = "f32" | "f16" | "bf16";

export interface TensorInfo {
  /** Hugging Face's name, e.g. `model.layers.0.self_attn.q_proj.weight`. */
  name: string;
  dtype: Dtype;
  /** Row-major; a matrix is [rows (out), cols (in)], a norm is [cols]. */
  shape: number[];
  file: string;
  start: number; // first byte in the file
  end: number; // one past the last
  /** Rows are in Meta's order (RoPE pairs 2i, 2i+1) for this many heads. */
  interleavedRopeHeads?: number;
  /** Where this part stands in the matrix `name`; absent for a whole one. */
  panel?: Panel;
}

/** Some rows or columns of a matrix whose others are elsewhere: what one of several GPUs was to hold, or a head's (InternLM2). */
export interface Panel {
  firstRow: number;
  firstCol: number;
  rows: number; // of the whole
  cols: number;
}

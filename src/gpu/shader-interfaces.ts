// Made by tools/shader-interfaces.ts (`npm run shaders`) from the WGSL. Do not edit.

/** Of each file: bindings as [group, binding], names that it has for others and wants of others, features of the language. */
export const shaderFiles = {
  attention: {
    bindings: {},
    provides: [],
    needs: [
      "position_of",
      "first_page_of",
      "keep_present",
      "cache_row",
      "begin_of",
      "scale_at",
      "scale_of",
      "key_at",
      "soft_capped",
      "value_at",
    ],
    features: [],
  },
  attention_cache: {
    bindings: { q: [0, 0], out: [0, 3], partial: [0, 4], step: [0, 5] },
    provides: ["scale_at", "begin_of", "scale_of", "key_at", "value_at"],
    needs: ["first_row", "Step"],
    features: [],
  },
  attention_merge: {
    bindings: { partial: [0, 0], out: [0, 1], step: [0, 2] },
    provides: [],
    needs: ["position_of", "Step"],
    features: [],
  },
  attention_rows: {
    bindings: {},
    provides: [],
    needs: [
      "position_of",
      "first_page_of",
      "keep_present",
      "cache_row",
      "begin_of",
      "scale_at",
      "scale_of",
      "key_at",
      "soft_capped",
      "value_at",
    ],
    features: [],
  },
  bias_low_rank: { bindings: {}, provides: ["biased"], needs: ["low_rank_sum"], features: [] },
  bias_low_rank_apart: { bindings: { adapters: [0, 10] }, provides: ["biased"], needs: ["low_rank_sum"], features: [] },
  bias_none: { bindings: {}, provides: ["biased"], needs: [], features: [] },
  bias_rows: { bindings: { bias: [0, 7] }, provides: ["biased"], needs: [], features: [] },
  blocks_piece: { bindings: {}, provides: ["byte_at", "half_at", "BlocksPiece"], needs: [], features: [] },
  byte_span: { bindings: {}, provides: ["keep", "eight_dot"], needs: ["codes_of", "affine_of", "Chunk"], features: [] },
  cache_bytes: {
    bindings: {},
    provides: ["keep_pair"],
    needs: ["cache_row", "first_page_of", "first_row", "write", "half_pair"],
    features: [],
  },
  cache_keep: {
    bindings: { k_cache: [0, 1], v_cache: [0, 2], fresh_k: [0, 6], fresh_v: [0, 7] },
    provides: ["keep_present", "write"],
    needs: ["position_of", "keep_pair"],
    features: [],
  },
  cache_pages: { bindings: { pages: [0, 9] }, provides: ["cache_row", "first_row"], needs: [], features: [] },
  cache_quantize: {
    bindings: { fresh_k: [0, 0], fresh_v: [0, 1], k_cache: [0, 2], v_cache: [0, 3], step: [0, 4] },
    provides: ["write"],
    needs: ["position_of", "keep_pair", "Step"],
    features: [],
  },
  cache_whole: { bindings: { k_cache: [0, 1], v_cache: [0, 2] }, provides: ["keep_present"], needs: [], features: [] },
  cache_write: {
    bindings: { table: [0, 3], k_cache: [0, 4], v_cache: [0, 5], step: [0, 6] },
    provides: ["write_pair"],
    needs: ["position_of", "write_query", "cache_row", "first_page_of", "half_pair", "Step"],
    features: [],
  },
  chunk_dot: { bindings: {}, provides: ["chunk_dot"], needs: ["eight_of", "Chunk", "Span"], features: [] },
  copy_rows: {
    bindings: { stored: [0, 0], copied: [0, 1], piece: [0, 2] },
    provides: [],
    needs: ["place_of"],
    features: [],
  },
  decode_affine: {
    bindings: { shape: [1, 0], codes: [1, 1], scales: [1, 2] },
    provides: ["chunk_at", "eight_of", "Chunk"],
    needs: ["rounded", "WeightShape", "Eight"],
    features: [],
  },
  decode_bf16: {
    bindings: { shape: [1, 0], weights: [1, 1] },
    provides: ["chunk_at", "eight_of", "Chunk"],
    needs: ["WeightShape", "Eight"],
    features: [],
  },
  decode_book: {
    bindings: { shape: [1, 0], codes: [1, 1], scales: [1, 2] },
    provides: ["chunk_at", "eight_of", "Chunk"],
    needs: ["rounded", "WeightShape", "Eight"],
    features: [],
  },
  decode_exl2: {
    bindings: { shape: [1, 0], codes: [1, 1], scales: [1, 2] },
    provides: ["chunk_at", "eight_of", "Chunk"],
    needs: ["rounded", "WeightShape", "Eight"],
    features: [],
  },
  decode_f16: {
    bindings: { shape: [1, 0], weights: [1, 1] },
    provides: ["chunk_at", "eight_of", "Chunk"],
    needs: ["WeightShape", "Eight"],
    features: [],
  },
  decode_f16_native: {
    bindings: { shape: [1, 0], weights: [1, 1] },
    provides: ["chunk_at", "eight_of", "Chunk"],
    needs: ["WeightShape", "Eight"],
    features: ["f16"],
  },
  decode_f32: {
    bindings: { shape: [1, 0], weights: [1, 1] },
    provides: ["chunk_at", "eight_of", "Chunk"],
    needs: ["WeightShape", "Eight"],
    features: [],
  },
  decode_fp8: {
    bindings: { shape: [1, 0], codes: [1, 1], scales: [1, 2] },
    provides: ["chunk_at", "eight_of", "Chunk"],
    needs: ["WeightShape", "Eight"],
    features: [],
  },
  decode_grid: {
    bindings: { shape: [1, 0], codes: [1, 1], scales: [1, 2] },
    provides: ["chunk_at", "eight_of", "Chunk"],
    needs: ["WeightShape", "Eight"],
    features: [],
  },
  decode_int8: {
    bindings: { shape: [1, 0], codes: [1, 1], scales: [1, 2] },
    provides: ["chunk_at", "eight_of", "Chunk"],
    needs: ["WeightShape", "Eight"],
    features: [],
  },
  decode_q4: {
    bindings: { shape: [1, 0], codes: [1, 1], scales: [1, 2] },
    provides: [
      "chunk_at",
      "eight_of",
      "chunk_dot",
      "widened",
      "wide_dot",
      "codes_of",
      "affine_of",
      "low_bytes_of",
      "high_bytes_of",
      "Chunk",
    ],
    needs: ["WeightShape", "Eight", "Span"],
    features: [],
  },
  decode_q8: {
    bindings: { shape: [1, 0], codes: [1, 1], scales: [1, 2] },
    provides: [
      "chunk_at",
      "eight_of",
      "chunk_dot",
      "widened",
      "wide_dot",
      "codes_of",
      "affine_of",
      "low_bytes_of",
      "high_bytes_of",
      "Chunk",
    ],
    needs: ["WeightShape", "Eight", "Span"],
    features: [],
  },
  decode_super: {
    bindings: { shape: [1, 0], codes: [1, 1], scales: [1, 2] },
    provides: ["chunk_at", "eight_of", "Chunk"],
    needs: ["WeightShape", "Eight"],
    features: [],
  },
  decode_vectors: {
    bindings: { shape: [1, 0], codes: [1, 1], scales: [1, 2] },
    provides: ["chunk_at", "eight_of", "widened", "wide_dot", "chunk_dot", "Chunk"],
    needs: ["WeightShape", "Eight", "Span"],
    features: [],
  },
  eight: { bindings: {}, provides: ["Eight"], needs: [], features: [] },
  embed: {
    bindings: { tokens: [0, 0], out: [0, 1], step: [0, 2] },
    provides: [],
    needs: ["chunk_at", "eight_of", "Step"],
    features: [],
  },
  gate_of: { bindings: {}, provides: ["gate_of"], needs: [], features: [] },
  gather: {
    bindings: { x: [0, 0], order: [0, 1], out: [0, 2], step: [0, 3] },
    provides: [],
    needs: ["Step"],
    features: [],
  },
  give_add: { bindings: { y: [0, 2] }, provides: ["give"], needs: [], features: [] },
  give_cache: { bindings: { q: [0, 2] }, provides: ["write_query", "give"], needs: ["write_pair"], features: [] },
  give_store: { bindings: { y: [0, 2] }, provides: ["give"], needs: ["soft_capped"], features: [] },
  give_swiglu: { bindings: { y: [0, 2] }, provides: ["give"], needs: ["gate_of"], features: [] },
  give_swiglu_up: { bindings: { y: [0, 2] }, provides: ["give"], needs: ["gate_of"], features: [] },
  half_pair: { bindings: {}, provides: ["half_pair"], needs: [], features: [] },
  low_rank_scales: {
    bindings: { down: [0, 0], low_rank: [0, 1], magnitudes: [0, 2], order: [0, 3] },
    provides: [],
    needs: ["chunk_at", "eight_of"],
    features: [],
  },
  low_rank_sum: {
    bindings: { low_rank: [0, 7], reduced: [0, 8] },
    provides: ["low_rank_sum"],
    needs: [],
    features: [],
  },
  matmul_int8: {
    bindings: { x: [0, 0], x_scales: [0, 4] },
    provides: [],
    needs: ["chunk_at", "low_bytes_of", "high_bytes_of", "give_all"],
    features: [],
  },
  matmul_out: {
    bindings: { y: [0, 1], step: [0, 2], linear: [0, 3], bias: [0, 5], low_rank: [0, 6], reduced: [0, 7] },
    provides: ["give_all", "give"],
    needs: ["gate_of", "soft_capped", "Step"],
    features: [],
  },
  matmul_rows: { bindings: { x: [0, 0] }, provides: [], needs: ["chunk_at", "eight_of", "give_all"], features: [] },
  matmul_tile: { bindings: { x: [0, 0] }, provides: [], needs: ["chunk_at", "eight_of", "give_all"], features: [] },
  matvec: {
    bindings: {},
    provides: [],
    needs: ["span_at", "chunk_dot", "chunk_at", "scale_of", "give", "biased"],
    features: [],
  },
  matvec_bytes: {
    bindings: {},
    provides: [],
    needs: ["chunk_at", "raw_at", "keep", "taken", "eight_dot", "give_totals"],
    features: [],
  },
  matvec_bytes_few: {
    bindings: {},
    provides: [],
    needs: ["chunk_at", "raw_at", "keep", "taken", "eight_dot", "give_totals"],
    features: [],
  },
  matvec_few: {
    bindings: {},
    provides: [],
    needs: ["span_at", "widened", "wide_dot", "chunk_at", "scale_of", "give", "biased", "Span", "Chunk"],
    features: [],
  },
  matvec_subgroup: {
    bindings: {},
    provides: [],
    needs: ["span_at", "chunk_dot", "chunk_at", "scale_of", "give", "biased"],
    features: ["subgroups"],
  },
  matvec_subgroup_few: {
    bindings: {},
    provides: [],
    needs: ["chunk_at", "span_at", "chunk_dot", "scale_of", "give", "biased"],
    features: ["subgroups"],
  },
  matvec_tile: {
    bindings: {},
    provides: [],
    needs: ["chunk_at", "raw_at", "taken", "tile_span", "chunk_dot", "give_totals"],
    features: [],
  },
  matvec_tile_few: {
    bindings: {},
    provides: [],
    needs: ["chunk_at", "raw_at", "taken", "tile_span", "chunk_dot", "give_totals"],
    features: [],
  },
  matvec_totals: { bindings: {}, provides: ["give_totals"], needs: ["scale_of", "give", "biased"], features: [] },
  norm_none: { bindings: {}, provides: ["scale_of"], needs: [], features: [] },
  norm_root: { bindings: {}, provides: ["scale_of"], needs: [], features: [] },
  norm_rope_cache: { bindings: { gain: [0, 1] }, provides: [], needs: ["write_pair"], features: [] },
  quantize_groups: {
    bindings: { source: [0, 0], quantized: [0, 1], batch: [0, 2] },
    provides: ["codes_of"],
    needs: [],
    features: [],
  },
  quantize_rows: {
    bindings: { x: [0, 0], codes: [0, 1], scales: [0, 2], step: [0, 3] },
    provides: [],
    needs: ["Step"],
    features: [],
  },
  repack_blocks: {
    bindings: { stored: [0, 0], repacked: [0, 1], scales: [0, 2], piece: [0, 3] },
    provides: ["scale_of"],
    needs: ["byte_at", "half_at", "place_of", "BlocksPiece"],
    features: [],
  },
  repack_columns: {
    bindings: { stored: [0, 0], repacked: [0, 1], slots: [0, 2], piece: [0, 3] },
    provides: [],
    needs: ["place_of"],
    features: [],
  },
  repack_grids: {
    bindings: { stored: [0, 0], repacked: [0, 1], scales: [0, 2], piece: [0, 3] },
    provides: [],
    needs: ["half_at", "byte_at", "place_of", "BlocksPiece"],
    features: [],
  },
  repack_rows: {
    bindings: { stored: [0, 0], repacked: [0, 1], slice: [0, 2] },
    provides: [],
    needs: ["place_of"],
    features: [],
  },
  repack_slabs: {
    bindings: { stored: [0, 0], repacked: [0, 1], piece: [0, 2] },
    provides: [],
    needs: ["place_of"],
    features: [],
  },
  repack_streams: {
    bindings: { stored: [0, 0], repacked: [0, 1], order: [0, 2], piece: [0, 3] },
    provides: ["byte_at"],
    needs: ["place_of"],
    features: [],
  },
  repack_turned: {
    bindings: { stored: [0, 0], repacked: [0, 1], piece: [0, 2] },
    provides: [],
    needs: ["place_of"],
    features: [],
  },
  rmsnorm: { bindings: { x: [0, 0], gain: [0, 1], out: [0, 2] }, provides: [], needs: [], features: [] },
  rope_cache: { bindings: {}, provides: [], needs: ["write_pair"], features: [] },
  rope_rows: { bindings: { qkv: [0, 0], q: [0, 2] }, provides: ["write_query"], needs: [], features: [] },
  rounded: { bindings: {}, provides: ["rounded"], needs: [], features: [] },
  row_place: { bindings: {}, provides: ["place_of"], needs: [], features: [] },
  sample: {
    bindings: {
      logits: [0, 0],
      counts: [0, 1],
      bias: [0, 2],
      settings: [0, 3],
      step: [0, 4],
      tokens: [0, 5],
      allowed: [0, 6],
      receipt: [0, 7],
    },
    provides: [],
    needs: ["mixed", "Step"],
    features: [],
  },
  soft_cap: { bindings: {}, provides: ["soft_capped"], needs: [], features: [] },
  span: { bindings: {}, provides: ["Span"], needs: [], features: [] },
  step: { bindings: {}, provides: ["position_of", "first_page_of", "Step"], needs: [], features: [] },
  swiglu: { bindings: { x: [0, 0], y: [0, 1], step: [0, 2] }, provides: [], needs: ["gate_of", "Step"], features: [] },
  take_normed: { bindings: { x: [0, 0], gain: [0, 1] }, provides: ["raw_at", "taken"], needs: [], features: [] },
  take_normed_gathered: {
    bindings: { x: [0, 0], gain: [0, 1], order: [1, 3] },
    provides: ["raw_at", "taken"],
    needs: [],
    features: [],
  },
  take_plain: { bindings: { x: [0, 0] }, provides: ["raw_at", "taken"], needs: [], features: [] },
  take_plain_gathered: {
    bindings: { x: [0, 0], order: [1, 3] },
    provides: ["raw_at", "taken"],
    needs: [],
    features: [],
  },
  take_span: { bindings: {}, provides: ["span_at"], needs: ["raw_at", "taken", "Span"], features: [] },
  tile_span: { bindings: {}, provides: ["tile_span"], needs: ["Span"], features: [] },
  top_tokens: { bindings: { logits: [0, 0], result: [0, 1] }, provides: [], needs: [], features: [] },
  weight_shape: { bindings: {}, provides: ["WeightShape"], needs: [], features: [] },
  wide_dot: {
    bindings: {},
    provides: ["widened", "wide_dot"],
    needs: ["eight_of", "Eight", "Chunk", "Span"],
    features: [],
  },
  word_mix: { bindings: {}, provides: ["mixed_four", "mixed"], needs: [], features: [] },
  word_sum: { bindings: { words: [0, 0], sum: [0, 1] }, provides: [], needs: ["mixed_four"], features: [] },
} as const;

/** What each binding is in WGSL: access and type. */
export interface ShaderBindings {
  attention: {};
  attention_cache: {
    q: "read array<f32>";
    out: "read_write array<f32>";
    partial: "read_write array<f32>";
    step: "uniform Step";
  };
  attention_merge: { partial: "read array<f32>"; out: "read_write array<f32>"; step: "uniform Step" };
  attention_rows: {};
  bias_low_rank: {};
  bias_low_rank_apart: { adapters: "uniform array<vec4u, 9>" };
  bias_none: {};
  bias_rows: { bias: "read array<f32>" };
  blocks_piece: {};
  byte_span: {};
  cache_bytes: {};
  cache_keep: {
    k_cache: "read_write array<vec4u>";
    v_cache: "read_write array<vec4u>";
    fresh_k: "read array<vec4f>";
    fresh_v: "read array<vec4f>";
  };
  cache_pages: { pages: "uniform array<vec4u, 4096>" };
  cache_quantize: {
    fresh_k: "read array<vec4f>";
    fresh_v: "read array<vec4f>";
    k_cache: "read_write array<u32>";
    v_cache: "read_write array<u32>";
    step: "uniform Step";
  };
  cache_whole: { k_cache: "read array<vec4u>"; v_cache: "read array<vec4u>" };
  cache_write: {
    table: "read array<vec2f>";
    k_cache: "read_write array<u32>";
    v_cache: "read_write array<u32>";
    step: "uniform Step";
  };
  chunk_dot: {};
  copy_rows: { stored: "read array<vec4u>"; copied: "read_write array<vec4u>"; piece: "read CopyPiece" };
  decode_affine: { shape: "uniform WeightShape"; codes: "read array<vec4u>"; scales: "read array<u32>" };
  decode_bf16: { shape: "uniform WeightShape"; weights: "read array<vec4u>" };
  decode_book: { shape: "uniform WeightShape"; codes: "read array<vec4u>"; scales: "read array<u32>" };
  decode_exl2: { shape: "uniform WeightShape"; codes: "read array<vec4u>"; scales: "read array<u32>" };
  decode_f16: { shape: "uniform WeightShape"; weights: "read array<vec4u>" };
  decode_f16_native: { shape: "uniform WeightShape"; weights: "read array<vec4<f16>>" };
  decode_f32: { shape: "uniform WeightShape"; weights: "read array<vec4f>" };
  decode_fp8: { shape: "uniform WeightShape"; codes: "read array<vec4u>"; scales: "read array<u32>" };
  decode_grid: { shape: "uniform WeightShape"; codes: "read array<u32>"; scales: "read array<u32>" };
  decode_int8: { shape: "uniform WeightShape"; codes: "read array<vec4u>"; scales: "read array<u32>" };
  decode_q4: { shape: "uniform WeightShape"; codes: "read array<vec4u>"; scales: "read array<u32>" };
  decode_q8: { shape: "uniform WeightShape"; codes: "read array<vec4u>"; scales: "read array<u32>" };
  decode_super: { shape: "uniform WeightShape"; codes: "read array<vec4u>"; scales: "read array<u32>" };
  decode_vectors: { shape: "uniform WeightShape"; codes: "read array<vec2u>"; scales: "read array<vec4f>" };
  eight: {};
  embed: { tokens: "read array<u32>"; out: "read_write array<vec4f>"; step: "uniform Step" };
  gate_of: {};
  gather: { x: "read array<f32>"; order: "read array<u32>"; out: "read_write array<f32>"; step: "uniform Step" };
  give_add: { y: "read_write array<f32>" };
  give_cache: { q: "read_write array<f32>" };
  give_store: { y: "read_write array<f32>" };
  give_swiglu: { y: "read_write array<f32>" };
  give_swiglu_up: { y: "read_write array<f32>" };
  half_pair: {};
  low_rank_scales: {
    down: "read array<f32>";
    low_rank: "read_write array<vec4f>";
    magnitudes: "read array<vec2f>";
    order: "read array<u32>";
  };
  low_rank_sum: { low_rank: "read array<vec4f>"; reduced: "read array<vec4f>" };
  matmul_int8: { x: "read array<vec4u>"; x_scales: "read array<f32>" };
  matmul_out: {
    y: "read_write array<f32>";
    step: "uniform Step";
    linear: "uniform Linear";
    bias: "read array<f32>";
    low_rank: "read array<vec4f>";
    reduced: "read array<vec4f>";
  };
  matmul_rows: { x: "read array<vec4f>" };
  matmul_tile: { x: "read array<vec4f>" };
  matvec: {};
  matvec_bytes: {};
  matvec_bytes_few: {};
  matvec_few: {};
  matvec_subgroup: {};
  matvec_subgroup_few: {};
  matvec_tile: {};
  matvec_tile_few: {};
  matvec_totals: {};
  norm_none: {};
  norm_root: {};
  norm_rope_cache: { gain: "read array<f32>" };
  quantize_groups: { source: "read array<u32>"; quantized: "read_write array<u32>"; batch: "read Batch" };
  quantize_rows: {
    x: "read array<vec4f>";
    codes: "read_write array<vec4u>";
    scales: "read_write array<f32>";
    step: "uniform Step";
  };
  repack_blocks: {
    stored: "read array<u32>";
    repacked: "read_write array<u32>";
    scales: "read_write array<u32>";
    piece: "read BlocksPiece";
  };
  repack_columns: {
    stored: "read array<u32>";
    repacked: "read_write array<atomic<u32>>";
    slots: "read array<u32>";
    piece: "read ColumnsPiece";
  };
  repack_grids: {
    stored: "read array<u32>";
    repacked: "read_write array<u32>";
    scales: "read_write array<u32>";
    piece: "read BlocksPiece";
  };
  repack_rows: { stored: "read array<u32>"; repacked: "read_write array<u32>"; slice: "read Slice" };
  repack_slabs: { stored: "read array<u32>"; repacked: "read_write array<u32>"; piece: "read SlabsPiece" };
  repack_streams: {
    stored: "read array<u32>";
    repacked: "read_write array<u32>";
    order: "read array<u32>";
    piece: "read StreamsPiece";
  };
  repack_turned: { stored: "read array<u32>"; repacked: "read_write array<u32>"; piece: "read TurnedPiece" };
  rmsnorm: { x: "read array<f32>"; gain: "read array<f32>"; out: "read_write array<f32>" };
  rope_cache: {};
  rope_rows: { qkv: "read array<f32>"; q: "read_write array<f32>" };
  rounded: {};
  row_place: {};
  sample: {
    logits: "read_write array<f32>";
    counts: "read_write array<u32>";
    bias: "read array<u32>";
    settings: "read Settings";
    step: "read_write Step";
    tokens: "read_write array<u32>";
    allowed: "read array<u32>";
    receipt: "read_write Receipt";
  };
  soft_cap: {};
  span: {};
  step: {};
  swiglu: { x: "read array<f32>"; y: "read_write array<f32>"; step: "uniform Step" };
  take_normed: { x: "read array<vec4f>"; gain: "read array<vec4f>" };
  take_normed_gathered: { x: "read array<f32>"; gain: "read array<f32>"; order: "read array<vec4u>" };
  take_plain: { x: "read array<vec4f>" };
  take_plain_gathered: { x: "read array<f32>"; order: "read array<vec4u>" };
  take_span: {};
  tile_span: {};
  top_tokens: { logits: "read array<f32>"; result: "read_write array<u32>" };
  weight_shape: {};
  wide_dot: {};
  word_mix: {};
  word_sum: { words: "read array<vec4u>"; sum: "read_write atomic<u32>" };
}

/** Override constants that the host sets; those with a default may be left out. */
export interface ShaderOverrides {
  attention: {};
  attention_cache: {
    heads: number;
    kv_heads: number;
    head_dim: number;
    context: number;
    stride: number;
    scale: number;
    cache_bits: number;
    row_units: number;
    scale_words: number;
    split: number;
    window: number;
    cap?: number;
  };
  attention_merge: { head_dim: number; split: number; window: number; stride?: number };
  attention_rows: {};
  bias_low_rank: { low_rank_stride: number; reduced_stride?: number };
  bias_low_rank_apart: { reduced_stride: number };
  bias_none: {};
  bias_rows: {};
  blocks_piece: {};
  byte_span: {};
  cache_bytes: {};
  cache_keep: { rows: number };
  cache_pages: { page_positions: number };
  cache_quantize: { kv_heads: number; cache_dim: number; context: number; rows: number; scale_words: number };
  cache_whole: {};
  cache_write: {
    heads: number;
    kv_heads: number;
    head_dim: number;
    cache_dim: number;
    context: number;
    rows: number;
    beside: boolean;
    half_cache: boolean;
  };
  chunk_dot: {};
  copy_rows: {};
  decode_affine: { bits?: number; zeros?: number; scale_type?: number; group_eights?: number; rounding?: number };
  decode_bf16: {};
  decode_book: { scales_kind?: number; block?: number; straddle?: boolean; rounding?: number };
  decode_exl2: { rounding?: number };
  decode_f16: {};
  decode_f16_native: {};
  decode_f32: {};
  decode_fp8: { group_chunks?: number; exponents?: boolean };
  decode_grid: { kind?: number };
  decode_int8: {};
  decode_q4: {};
  decode_q8: {};
  decode_super: { bits?: number; form?: number };
  decode_vectors: {};
  eight: {};
  embed: { scale?: number };
  gate_of: {};
  gather: { stride: number };
  give_add: { y_stride?: number };
  give_cache: { q_stride?: number };
  give_store: { y_stride?: number; cap?: number };
  give_swiglu: { y_stride?: number; gelu?: boolean };
  give_swiglu_up: { first_row: number; y_stride?: number; gelu?: boolean };
  half_pair: {};
  low_rank_scales: { cols: number; down_stride: number; low_rank_stride: number; gathered: boolean };
  low_rank_sum: {};
  matmul_int8: {};
  matmul_out: {};
  matmul_rows: {};
  matmul_tile: {};
  matvec: { lanes?: number };
  matvec_bytes: {};
  matvec_bytes_few: { tokens: number };
  matvec_few: { lanes?: number; tokens: number };
  matvec_subgroup: { splits?: number };
  matvec_subgroup_few: { splits?: number; tokens: number };
  matvec_tile: {};
  matvec_tile_few: { tokens: number };
  matvec_totals: {};
  norm_none: {};
  norm_root: { dim: number; eps: number };
  norm_rope_cache: { eps: number; joint?: boolean };
  quantize_groups: { bits?: number; dtype?: number };
  quantize_rows: { stride: number };
  repack_blocks: { kind?: number };
  repack_columns: { bits?: number; packing?: number; scatter?: boolean };
  repack_grids: { kind?: number };
  repack_rows: {};
  repack_slabs: { bits?: number; from_high?: boolean };
  repack_streams: { bits?: number; per_word?: number; flip?: number; sorted?: boolean; tiles?: number };
  repack_turned: { size?: number; flip?: number };
  rmsnorm: { dim: number; stride: number; eps: number; threads?: number; add?: boolean; centred?: boolean };
  rope_cache: {};
  rope_rows: { qkv_stride: number; q_stride: number };
  rounded: {};
  row_place: {};
  sample: { vocab: number; threads?: number };
  soft_cap: {};
  span: {};
  step: { apart?: boolean };
  swiglu: {
    hidden_dim: number;
    x_stride: number;
    y_stride: number;
    gate_step: number;
    up_start: number;
    gelu?: boolean;
  };
  take_normed: {};
  take_normed_gathered: {};
  take_plain: {};
  take_plain_gathered: {};
  take_span: {};
  tile_span: {};
  top_tokens: { vocab: number; top?: number; threads?: number };
  weight_shape: {};
  wide_dot: {};
  word_mix: {};
  word_sum: { every: number };
}

/** Structs that bindings have: bytes, and of each field its byte and type. */
export const shaderRecords = {
  BlocksPiece: {
    sizeBytes: 56,
    fields: {
      rows: [0, "u32"],
      first_row: [4, "u32"],
      cols: [8, "u32"],
      row_bytes: [12, "u32"],
      code_words: [16, "u32"],
      high_start: [20, "u32"],
      scale_words: [24, "u32"],
      scale_start: [28, "u32"],
      second_start: [32, "u32"],
      pad_code: [36, "u32"],
      base: [40, "u32"],
      half: [44, "u32"],
      part_start: [48, "u32"],
      part_rows: [52, "u32"],
    },
  },
  CopyPiece: {
    sizeBytes: 28,
    fields: {
      rows: [0, "u32"],
      first_row: [4, "u32"],
      row_units: [8, "u32"],
      base: [12, "u32"],
      half: [16, "u32"],
      part_start: [20, "u32"],
      part_rows: [24, "u32"],
    },
  },
  Linear: {
    sizeBytes: 32,
    fields: {
      x_stride: [0, "u32"],
      y_stride: [4, "u32"],
      mode: [8, "u32"],
      first_row: [12, "u32"],
      biased: [16, "u32"],
      low_rank_stride: [20, "u32"],
      reduced_stride: [24, "u32"],
      cap: [28, "f32"],
    },
  },
  Batch: { sizeBytes: 12, fields: { groups: [0, "u32"], row_groups: [4, "u32"], cols: [8, "u32"] } },
  ColumnsPiece: {
    sizeBytes: 48,
    fields: {
      units: [0, "u32"],
      first_unit: [4, "u32"],
      rows: [8, "u32"],
      outputs: [12, "u32"],
      first_output: [16, "u32"],
      code_words: [20, "u32"],
      plane_start: [24, "u32"],
      high_start: [28, "u32"],
      base: [32, "u32"],
      half: [36, "u32"],
      part_start: [40, "u32"],
      part_rows: [44, "u32"],
    },
  },
  Slice: {
    sizeBytes: 48,
    fields: {
      rows: [0, "u32"],
      first_row: [4, "u32"],
      stored_row_bytes: [8, "u32"],
      slice_start: [12, "u32"],
      slice_bytes: [16, "u32"],
      repacked_row_words: [20, "u32"],
      row_start: [24, "u32"],
      row_pitch: [28, "u32"],
      base: [32, "u32"],
      half: [36, "u32"],
      part_start: [40, "u32"],
      part_rows: [44, "u32"],
    },
  },
  SlabsPiece: {
    sizeBytes: 52,
    fields: {
      units: [0, "u32"],
      first_unit: [4, "u32"],
      groups: [8, "u32"],
      row_groups: [12, "u32"],
      group_chunks: [16, "u32"],
      step: [20, "u32"],
      slabs: [24, "u32"],
      code_words: [28, "u32"],
      high_start: [32, "u32"],
      base: [36, "u32"],
      half: [40, "u32"],
      part_start: [44, "u32"],
      part_rows: [48, "u32"],
    },
  },
  StreamsPiece: {
    sizeBytes: 44,
    fields: {
      rows: [0, "u32"],
      first_row: [4, "u32"],
      cols: [8, "u32"],
      row_bytes: [12, "u32"],
      code_words: [16, "u32"],
      high_start: [20, "u32"],
      pad_code: [24, "u32"],
      base: [28, "u32"],
      half: [32, "u32"],
      part_start: [36, "u32"],
      part_rows: [40, "u32"],
    },
  },
  TurnedPiece: {
    sizeBytes: 40,
    fields: {
      units: [0, "u32"],
      first_unit: [4, "u32"],
      rows: [8, "u32"],
      cols: [12, "u32"],
      code_words: [16, "u32"],
      pad_code: [20, "u32"],
      base: [24, "u32"],
      half: [28, "u32"],
      part_start: [32, "u32"],
      part_rows: [36, "u32"],
    },
  },
  Settings: {
    sizeBytes: 40,
    fields: {
      temperature: [0, "f32"],
      top_p: [4, "f32"],
      min_p: [8, "f32"],
      repetition: [12, "f32"],
      frequency: [16, "f32"],
      presence: [20, "f32"],
      top_k: [24, "u32"],
      seed: [28, "u32"],
      shaped: [32, "u32"],
      constrained: [36, "u32"],
    },
  },
  Receipt: {
    sizeBytes: 20,
    fields: { id: [0, "u32"], position: [4, "u32"], tokens: [8, "u32"], settings: [12, "u32"], shaping: [16, "u32"] },
  },
  Step: {
    sizeBytes: 144,
    fields: { position: [0, "u32"], count: [4, "u32"], first_page: [8, "u32"], rows: [16, "array<vec4u, 8>"] },
  },
  WeightShape: {
    sizeBytes: 32,
    fields: {
      row_chunks: [0, "u32"],
      scale_words: [4, "u32"],
      row_start: [8, "u32"],
      row_count: [12, "u32"],
      extra: [16, "vec4u"],
    },
  },
} as const;

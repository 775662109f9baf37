// Straight from the product, q turned into its buffer, k turned and v into the cache: one token, or a few in a row.
// With cache_write.wgsl.
@group(0) @binding(2) var<storage, read_write> q: array<f32>; // [tokens, q_stride]

override q_stride: u32 = 0u; // of several tokens

fn write_query(row: u32, pair: vec2f, token: u32) {
  let at = token * q_stride + row;
  q[at] = pair.x;
  q[at + 1u] = pair.y;
}

fn give(row: u32, token: u32, values: vec2f, rows_end: u32) {
  write_pair(row, values, token);
}

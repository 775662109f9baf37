// q turned into its buffer, k turned and v into the cache: one token, straight from the product. With cache_write.wgsl.
@group(0) @binding(2) var<storage, read_write> q: array<f32>; // [heads * head_dim]

fn write_query(row: u32, pair: vec2f, position: u32) {
  q[row] = pair.x;
  q[row + 1u] = pair.y;
}

fn give(row: u32, values: vec2f, rows_end: u32) {
  write_pair(row, values, step.position);
}

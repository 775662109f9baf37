// Every weight of one part as f32: out[row, 32 chunk + k]. Test only: it just shows what a decode gives.
// One invocation per (chunk, row); no barriers.
@group(0) @binding(0) var<storage, read_write> out: array<vec4f>; // [row_count, 8 row_chunks]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.row_chunks || id.y >= shape.row_count) {
    return;
  }
  let chunk = chunk_at(id.y, id.x);
  for (var i = 0u; i < 4u; i++) {
    let eight = eight_of(chunk, i);
    let at = (id.y * shape.row_chunks + id.x) * 8u + 2u * i;
    out[at] = eight.lo;
    out[at + 1u] = eight.hi;
  }
}

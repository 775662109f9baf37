// out[t, :] = scale * w[tokens[t], :], the embedding rows of a batch of tokens.
// One invocation per (chunk of 32 columns, token); no barriers. An embedding that is split over several buffers is
// dispatched once per part, and a part writes only the tokens whose rows it holds.
@group(0) @binding(0) var<storage, read> tokens: array<u32>; // [count]
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>; // [tokens, row_chunks * 8]
@group(0) @binding(2) var<uniform> step: Step;

override scale: f32 = 1.0;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let t = id.y;
  if (id.x >= shape.row_chunks || t >= step.count) {
    return;
  }
  let row = tokens[t] - shape.row_start; // wraps below shape.row_start, and is then too large
  if (row >= shape.row_count) {
    return;
  }
  let chunk = chunk_at(row, id.x);
  let at = (t * shape.row_chunks + id.x) * 8u;
  for (var i = 0u; i < 4u; i++) {
    let eight = eight_of(chunk, i);
    out[at + i * 2u] = scale * eight.lo;
    out[at + i * 2u + 1u] = scale * eight.hi;
  }
}

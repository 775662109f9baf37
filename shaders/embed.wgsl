// out[t, :] = w[tokens[t], :], the embedding rows of a batch of tokens.
// One invocation per (block of eight columns, token); no barriers. An embedding that is split over several buffers is
// dispatched once per part, and a part writes only the tokens whose rows it holds.
@group(0) @binding(0) var<storage, read> tokens: array<u32>; // [count]
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>; // [tokens, out_stride / 4]
@group(0) @binding(2) var<storage, read> step: Step;

struct Step {
  position: u32,
  count: u32,
}

override out_stride: u32; // f32 in a row of out

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let block = id.x;
  let t = id.y;
  if (block >= shape.row_blocks || block * 8u >= out_stride || t >= step.count) {
    return;
  }
  let row = tokens[t] - shape.row_start; // wraps below shape.row_start, and is then too large
  if (row >= shape.row_count) {
    return;
  }
  let eight = eight_weights(row, block);
  let at = (t * out_stride) / 4u + block * 2u;
  out[at] = eight.lo;
  out[at + 1u] = eight.hi;
}

// The same for a batch of tokens, from a buffer of products: q turned, k turned and v into the cache.
// One invocation per (pair, token); no barriers. With cache_write.wgsl.
@group(0) @binding(0) var<storage, read> qkv: array<f32>; // [tokens, qkv_stride]
@group(0) @binding(2) var<storage, read_write> q: array<f32>; // [tokens, q_stride]

override qkv_stride: u32;
override q_stride: u32;

fn write_query(row: u32, pair: vec2f, position: u32) {
  let at = (position - step.position) * q_stride + row;
  q[at] = pair.x;
  q[at + 1u] = pair.y;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x * 2u;
  if (row >= (heads + 2u * kv_heads) * head_dim || id.y >= step.count) {
    return;
  }
  let at = id.y * qkv_stride + row;
  write_pair(row, vec2f(qkv[at], qkv[at + 1u]), step.position + id.y);
}

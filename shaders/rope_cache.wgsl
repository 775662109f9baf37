// q, k and v of a batch of tokens, from a buffer of products: q turned, k turned and v into the cache.
// One invocation per (pair, token); no barriers. With rope_rows.wgsl and cache_write.wgsl.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x * 2u;
  if (row >= (heads + 2u * kv_heads) * head_dim || id.y >= step.count) {
    return;
  }
  let at = id.y * qkv_stride + row;
  write_pair(row, vec2f(qkv[at], qkv[at + 1u]), id.y);
}

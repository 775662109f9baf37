// Keys and values of a batch into a q8 cache. Reads what cache_write put beside the cache.
// One invocation per (key or value head, two groups, token). No barriers. With cache_bytes.wgsl.
@group(0) @binding(0) var<storage, read> fresh_k: array<vec4f>; // [kv_heads, rows, cache_dim / 4]
@group(0) @binding(1) var<storage, read> fresh_v: array<vec4f>; // [kv_heads, rows, cache_dim / 4]
@group(0) @binding(2) var<storage, read_write> k_cache: array<u32>; // pages of codes and scales
@group(0) @binding(3) var<storage, read_write> v_cache: array<u32>;
@group(0) @binding(4) var<uniform> step: Step;

override kv_heads: u32;
override cache_dim: u32; // a multiple of 32
override context: u32;
override rows: u32; // tokens that fresh_k and fresh_v have room for
override scale_words: u32; // cache_dim / 64, rounded up

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let side_head = id.x / scale_words; // heads of keys, then heads of values
  let position = position_of(id.y);
  if (side_head >= 2u * kv_heads || id.y >= min(step.count, rows) || position >= context) {
    return;
  }
  let is_key = side_head < kv_heads;
  keep_pair(is_key, side_head % kv_heads, id.y, position, id.x % scale_words);
}

fn write(is_key: bool, at: u32, word: u32) {
  if (is_key) {
    k_cache[at] = word;
  } else {
    v_cache[at] = word;
  }
}

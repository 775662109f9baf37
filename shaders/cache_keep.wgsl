// A q8 cache that lacks the positions of this step's tokens: attention writes those that it reads just before it reads
// them, which saves a step a dispatch. Query heads that share a kv head, and tokens that see the same position, write the
// same words, each before its own reads. With cache_bytes.wgsl.
@group(0) @binding(1) var<storage, read_write> k_cache: array<vec4u>; // pages of codes and scales
@group(0) @binding(2) var<storage, read_write> v_cache: array<vec4u>;
@group(0) @binding(6) var<storage, read> fresh_k: array<vec4f>; // [kv_heads, rows, cache_dim / 4]
@group(0) @binding(7) var<storage, read> fresh_v: array<vec4f>; // [kv_heads, rows, cache_dim / 4]

override rows: u32; // tokens that fresh_k and fresh_v have room for
override cache_dim = row_units * 8u;

const keeps_present = true;

// Tokens up to t of its sequence whose positions lie in [begin, end). A task is two groups of dims of a key or a value; an invocation
// takes `first` and every `stride`th after it.
fn keep_present(head: u32, t: u32, begin: u32, end: u32, first: u32, stride: u32) {
  let kv_head = head / (heads / kv_heads);
  for (var token = select(0u, t, apart); token <= t; token++) {
    let position = position_of(token);
    if (position >= begin && position < end) {
      for (var task = first; task < 2u * scale_words; task += stride) {
        keep_pair(task < scale_words, kv_head, token, position, task % scale_words);
      }
    }
  }
}

fn write(is_key: bool, at: u32, word: u32) {
  if (is_key) {
    k_cache[at / 4u][at & 3u] = word;
  } else {
    v_cache[at / 4u][at & 3u] = word;
  }
}

// A q8 cache that lacks the present position of one token: attention puts it there before it reads it, so that a step needs
// no dispatch for it. Only the split that ends with the position does, and no other reads it. Query heads that share a kv
// head write the same words, each before its own reads. With cache_bytes.wgsl.
@group(0) @binding(1) var<storage, read_write> k_cache: array<vec4u>; // [kv_heads, context, row_words] and scales,
@group(0) @binding(2) var<storage, read_write> v_cache: array<vec4u>; // [kv_heads, context, scale_words] words of two f16
@group(0) @binding(6) var<storage, read> fresh_k: array<vec4f>; // [kv_heads, rows, cache_dim / 4]
@group(0) @binding(7) var<storage, read> fresh_v: array<vec4f>; // [kv_heads, rows, cache_dim / 4]

override rows: u32; // tokens that fresh_k and fresh_v have room for
override cache_dim = row_units * 8u;

const keeps_present = true;

// Of a key and a value, two groups of dims are a task; an invocation takes `first` and every so-manyth after it.
fn keep_present(head: u32, first: u32, stride: u32) {
  let kv_head = head / (heads / kv_heads);
  if (step.position < context) {
    for (var task = first; task < 2u * scale_words; task += stride) {
      keep_pair(task < scale_words, kv_head, 0u, step.position, task % scale_words);
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

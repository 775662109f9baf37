// A pair of a token's q, k or v: q and k turned by the token's position (Su et al. 2021), k and v into the cache, f32 or
// rounded to f16. Rows of q and k stand in pairs that turn together: rows 2i and 2i + 1 of a head are its dims i and
// i + head_dim / 2 in Hugging Face's order. Attention does not mind the order, since it is the same in q and k.
// Where the cache is q8, a group's scale needs all of the group: k and v of the batch go beside it in f32, counted from the
// batch's first position, for cache_quantize, or one token's for cache_keep. With cache_pages.wgsl and half_pair.wgsl.
@group(0) @binding(3) var<storage, read> table: array<vec2f>; // [context, head_dim / 2], (cos, sin)
@group(0) @binding(4) var<storage, read_write> k_cache: array<u32>; // pages of rows; beside: [kv_heads, rows, cache_dim]
@group(0) @binding(5) var<storage, read_write> v_cache: array<u32>;
@group(0) @binding(6) var<uniform> step: Step;

override heads: u32;
override kv_heads: u32;
override head_dim: u32; // even
override cache_dim: u32; // head_dim rounded up to 8
override context: u32;
override rows: u32; // tokens there is room for beside the cache
override beside: bool;
override half_cache: bool; // f16 cache

fn turned(pair: vec2f, angle: vec2f) -> vec2f {
  return vec2f(pair.x * angle.x - pair.y * angle.y, pair.y * angle.x + pair.x * angle.y);
}

fn write_pair(row: u32, pair: vec2f, token: u32) {
  let position = position_of(token);
  let angle = table[min(position, context - 1u) * (head_dim / 2u) + (row % head_dim) / 2u];
  if (row < heads * head_dim) {
    write_query(row, turned(pair, angle), token);
    return;
  }
  if (position >= context || (beside && token >= rows)) {
    return;
  }
  let kv_row = row - heads * head_dim;
  let is_key = kv_row < kv_heads * head_dim;
  let head_row = select(kv_row - kv_heads * head_dim, kv_row, is_key);
  let kv_head = head_row / head_dim;
  let cached = select(cache_row(kv_head, first_page_of(token), position), kv_head * rows + token, beside);
  let at = cached * cache_dim + head_row % head_dim; // in values; both are even, so a pair of halves is a word
  let value = select(pair, turned(pair, angle), is_key);
  if (half_cache) {
    if (is_key) {
      k_cache[at / 2u] = half_pair(value);
    } else {
      v_cache[at / 2u] = half_pair(value);
    }
  } else {
    let bits = bitcast<vec2u>(value);
    if (is_key) {
      k_cache[at] = bits.x;
      k_cache[at + 1u] = bits.y;
    } else {
      v_cache[at] = bits.x;
      v_cache[at + 1u] = bits.y;
    }
  }
}

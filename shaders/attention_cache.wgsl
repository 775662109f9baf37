// What both attention kernels read and write: the cache in f32, f16 or q8, the split of a long past, where results go.
// With cache_pages.wgsl, and with cache_whole.wgsl, or with cache_keep.wgsl where the present position is not in the cache yet.
@group(0) @binding(0) var<storage, read> q: array<f32>; // [tokens, stride]
@group(0) @binding(3) var<storage, read_write> out: array<f32>; // [tokens, stride]
@group(0) @binding(4) var<storage, read_write> partial: array<f32>; // [tokens, heads, splits, head_dim + 2]
@group(0) @binding(5) var<uniform> step: Step;

override heads: u32;
override kv_heads: u32;
override head_dim: u32; // even, at most 256
override context: u32;
override stride: u32; // f32 in a row of q and of out
override scale: f32; // 1 / sqrt(head_dim)
override cache_bits: u32; // f32, f16 or q8
override row_units: u32; // eights of dims in a cache row, at most 32
override scale_words: u32; // q8: words of scales of a cache row; one f16 for 32 dims
override split: u32; // positions of a workgroup, where a head has several
override window: u32; // positions that a query sees, its own last; the context if it sees all
override cap: f32 = 0.0; // of scores: soft_cap.wgsl
override row_words = row_units * cache_bits / 16u; // of 128 bits

// Eight dims of a key or a value.
struct Unit {
  lo: vec4f,
  hi: vec4f,
}

fn unit_of_halves(bits: vec4u) -> Unit {
  return Unit(
    vec4f(unpack2x16float(bits.x), unpack2x16float(bits.y)),
    vec4f(unpack2x16float(bits.z), unpack2x16float(bits.w)),
  );
}

fn unit_of_bytes(bits: vec4u, unit: u32, scale: f32) -> Unit {
  let words = select(bits.xy, bits.zw, (unit & 1u) != 0u);
  return Unit(scale * vec4f(unpack4xI8(words.x)), scale * vec4f(unpack4xI8(words.y)));
}

// q8: where a row's word of scales is; 32-bit words.
fn scale_at(row: u32, group: u32) -> u32 {
  return (first_row(row) + page_positions) * row_words * 4u + row * scale_words + group / 2u;
}

// Where a row begins; 128 bits each.
fn begin_of(row: u32) -> u32 {
  return row * row_words + first_row(row) / 4u * scale_words;
}

fn scale_of(word: u32, group: u32) -> f32 {
  return unpack2x16float(word)[group & 1u];
}

// `row` as cache_row gives it.
fn key_at(row: u32, unit: u32) -> Unit {
  if (cache_bits == 32u) {
    let at = begin_of(row) + unit * 2u;
    return Unit(bitcast<vec4f>(k_cache[at]), bitcast<vec4f>(k_cache[at + 1u]));
  }
  if (cache_bits == 16u) {
    return unit_of_halves(k_cache[begin_of(row) + unit]);
  }
  let at = scale_at(row, unit / 4u);
  return unit_of_bytes(k_cache[begin_of(row) + unit / 2u], unit, scale_of(k_cache[at / 4u][at & 3u], unit / 4u));
}

fn value_at(row: u32, unit: u32) -> Unit {
  if (cache_bits == 32u) {
    let at = begin_of(row) + unit * 2u;
    return Unit(bitcast<vec4f>(v_cache[at]), bitcast<vec4f>(v_cache[at + 1u]));
  }
  if (cache_bits == 16u) {
    return unit_of_halves(v_cache[begin_of(row) + unit]);
  }
  let at = scale_at(row, unit / 4u);
  return unit_of_bytes(v_cache[begin_of(row) + unit / 2u], unit, scale_of(v_cache[at / 4u][at & 3u], unit / 4u));
}

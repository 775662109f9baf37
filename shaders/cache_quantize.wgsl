// Keys and values of a batch into a q8 cache: code = round(x / scale), scale = max |x| / 127 of a group of 32 dims, rounded
// to f16 first, so that |x - scale * code| <= scale / 2. Reads what cache_write put beside the cache.
// One invocation per (key or value head, two groups, token): two scales share a word. No barriers.
@group(0) @binding(0) var<storage, read> fresh_k: array<vec4f>; // [kv_heads, rows, cache_dim / 4]
@group(0) @binding(1) var<storage, read> fresh_v: array<vec4f>; // [kv_heads, rows, cache_dim / 4]
@group(0) @binding(2) var<storage, read_write> k_cache: array<u32>; // codes, [kv_heads, context, cache_dim / 4]; then
@group(0) @binding(3) var<storage, read_write> v_cache: array<u32>; // scales, [kv_heads, context, scale_words]
@group(0) @binding(4) var<uniform> step: Step;

struct Step {
  position: u32,
  count: u32,
}

override kv_heads: u32;
override cache_dim: u32; // a multiple of 32
override context: u32;
override rows: u32; // tokens that fresh_k and fresh_v have room for
override scale_words: u32; // cache_dim / 64, rounded up

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let side_head = id.x / scale_words; // heads of keys, then heads of values
  let position = step.position + id.y;
  if (side_head >= 2u * kv_heads || id.y >= min(step.count, rows) || position >= context) {
    return;
  }
  let is_key = side_head < kv_heads;
  let head = side_head % kv_heads;
  let pair = id.x % scale_words;
  let first = (head * rows + id.y) * (cache_dim / 4u);
  let row = head * context + position;
  var scales = vec2f(0.0);
  for (var side = 0u; side < 2u; side++) {
    let group = pair * 2u + side;
    if (group * 32u >= cache_dim) {
      break;
    }
    var largest = vec4f(0.0);
    for (var i = 0u; i < 8u; i++) {
      largest = max(largest, abs(fresh(is_key, first + group * 8u + i)));
    }
    let most = max(max(largest.x, largest.y), max(largest.z, largest.w));
    let scale = unpack2x16float(pack2x16float(vec2f(most / 127.0, 0.0))).x;
    let factor = select(0.0, 1.0 / scale, scale > 0.0);
    scales[side] = scale;
    for (var i = 0u; i < 8u; i++) {
      let codes = vec4i(round(fresh(is_key, first + group * 8u + i) * factor));
      write(is_key, row * (cache_dim / 4u) + group * 8u + i, pack4xI8(clamp(codes, vec4i(-127), vec4i(127))));
    }
  }
  write(is_key, kv_heads * context * (cache_dim / 4u) + row * scale_words + pair, pack2x16float(scales));
}

fn fresh(is_key: bool, at: u32) -> vec4f {
  if (is_key) {
    return fresh_k[at];
  }
  return fresh_v[at];
}

fn write(is_key: bool, at: u32, word: u32) {
  if (is_key) {
    k_cache[at] = word;
  } else {
    v_cache[at] = word;
  }
}

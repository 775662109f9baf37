// Appends a batch's keys and values to the cache of one layer, as f32 or rounded to f16 (two to a word).
// One invocation per (pair of neighbouring dims, token); no barriers.
@group(0) @binding(0) var<storage, read> k: array<vec2f>; // [tokens, stride / 2]
@group(0) @binding(1) var<storage, read> v: array<vec2f>; // [tokens, stride / 2]
@group(0) @binding(2) var<storage, read_write> k_cache: array<u32>; // [kv_heads, context, head_dim]
@group(0) @binding(3) var<storage, read_write> v_cache: array<u32>; // [kv_heads, context, head_dim]
@group(0) @binding(4) var<storage, read> step: Step;

struct Step {
  position: u32,
  count: u32,
}

override kv_heads: u32;
override head_dim: u32;
override context: u32;
override stride: u32; // f32 in a row of k and v
override half_cache: bool; // f16 cache

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let half_dim = head_dim / 2u;
  let t = id.y;
  let position = step.position + t;
  if (id.x >= kv_heads * half_dim || t >= step.count || position >= context) {
    return;
  }
  let source = t * (stride / 2u) + id.x;
  let place = ((id.x / half_dim) * context + position) * half_dim + id.x % half_dim; // in pairs
  if (half_cache) {
    k_cache[place] = pack2x16float(k[source]);
    v_cache[place] = pack2x16float(v[source]);
  } else {
    let k_bits = bitcast<vec2u>(k[source]);
    let v_bits = bitcast<vec2u>(v[source]);
    k_cache[place * 2u] = k_bits.x;
    k_cache[place * 2u + 1u] = k_bits.y;
    v_cache[place * 2u] = v_bits.x;
    v_cache[place * 2u + 1u] = v_bits.y;
  }
}

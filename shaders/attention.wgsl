// out[t, h, :] = softmax(q[t, h, :] . K[0..=p, :] / sqrt(head_dim)) V[0..=p, :] with p = position + t, for one query or
// many (causal, grouped heads: query head h reads kv head h / (heads / kv_heads)).
// One workgroup of 64 per (head, token) walks the cache in tiles of 64 positions with a running maximum and sum (online
// softmax, Milakov & Gimelshein 2018). Per tile: each invocation scores one position | barrier | everyone finds the
// tile's maximum, makes its own probability | barrier | each invocation adds the tile's values to its pairs of dims.
@group(0) @binding(0) var<storage, read> q: array<f32>; // [tokens, stride]
@group(0) @binding(1) var<storage, read> k_cache: array<u32>; // [kv_heads, context, head_dim]
@group(0) @binding(2) var<storage, read> v_cache: array<u32>; // [kv_heads, context, head_dim]
@group(0) @binding(3) var<storage, read_write> out: array<vec2f>; // [tokens, stride / 2]
@group(0) @binding(4) var<storage, read> step: Step;

struct Step {
  position: u32,
  count: u32,
}

override heads: u32;
override kv_heads: u32;
override head_dim: u32; // even, at most 256
override context: u32;
override stride: u32; // f32 in a row of q and of out
override scale: f32; // 1 / sqrt(head_dim)
override half_cache: bool; // f16 cache

var<workgroup> query: array<vec2f, 128>;
var<workgroup> scores: array<f32, 64>;
var<workgroup> probabilities: array<f32, 64>;

fn k_pair(at: u32) -> vec2f {
  if (half_cache) {
    return unpack2x16float(k_cache[at]);
  }
  return bitcast<vec2f>(vec2u(k_cache[at * 2u], k_cache[at * 2u + 1u]));
}

fn v_pair(at: u32) -> vec2f {
  if (half_cache) {
    return unpack2x16float(v_cache[at]);
  }
  return bitcast<vec2f>(vec2u(v_cache[at * 2u], v_cache[at * 2u + 1u]));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = group.x;
  let t = group.y;
  let half_dim = head_dim / 2u;
  let cache_row = (head / (heads / kv_heads)) * context; // in positions
  let length = min(step.position + t + 1u, context);
  for (var i = lane; i < half_dim; i += 64u) {
    let at = t * stride + head * head_dim + i * 2u;
    query[i] = vec2f(q[at], q[at + 1u]) * scale;
  }
  workgroupBarrier();

  var highest = -1e30; // finite: an infinite mask turns into NaN on some drivers
  var sum = 0.0;
  var first = vec2f(0.0); // dims 2 * lane and next
  var second = vec2f(0.0); // dims 2 * (lane + 64) and next
  for (var tile = 0u; tile < length; tile += 64u) {
    let position = tile + lane;
    var score = -1e30;
    if (position < length) {
      var dots = vec2f(0.0);
      for (var i = 0u; i < half_dim; i++) {
        dots += query[i] * k_pair((cache_row + position) * half_dim + i);
      }
      score = dots.x + dots.y;
    }
    scores[lane] = score;
    workgroupBarrier();
    var now_highest = highest;
    for (var i = 0u; i < 64u; i++) {
      now_highest = max(now_highest, scores[i]);
    }
    let fade = exp(highest - now_highest);
    highest = now_highest;
    probabilities[lane] = select(0.0, exp(score - highest), position < length);
    workgroupBarrier();
    let tile_length = min(64u, length - tile);
    sum *= fade;
    first *= fade;
    second *= fade;
    for (var i = 0u; i < tile_length; i++) {
      let probability = probabilities[i];
      let row = (cache_row + tile + i) * half_dim;
      sum += probability;
      if (lane < half_dim) {
        first += probability * v_pair(row + lane);
      }
      if (lane + 64u < half_dim) {
        second += probability * v_pair(row + lane + 64u);
      }
    }
  }
  let at = (t * stride) / 2u + head * half_dim + lane;
  if (lane < half_dim) {
    out[at] = first / sum;
  }
  if (lane + 64u < half_dim) {
    out[at + 64u] = second / sum;
  }
}

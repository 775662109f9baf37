// out[t, h, :] = softmax(q[t, h, :] . K[0..=p, :] / sqrt(head_dim)) V[0..=p, :] with p = position + t, for one query or
// many (causal, grouped heads: query head h reads kv head h / (heads / kv_heads)); only the last `window` positions count.
// A workgroup of 64 takes one (head, token, split): positions [z * split, (z + 1) * split) of those, 256 at a time with a
// running maximum and sum (online softmax, Milakov & Gimelshein 2018; splits: flash-decoding, Dao et al. 2023).
// Per 256 positions: each invocation scores four | barrier | all find the maximum, each makes its four probabilities |
// barrier | the values are added in a strided sum, an invocation per unit of a cache row and stride, four positions at a time |
// barrier.
// At the end, invocations with the same unit meet. A lone split writes out; several write { values, maximum, sum } for
// attention_merge. With attention_cache.wgsl and cache_pages.wgsl.
var<workgroup> query: array<vec4f, 64>;
var<workgroup> probabilities: array<f32, 256>;
var<workgroup> lane_numbers: array<f32, 64>;
var<workgroup> sums: array<vec4f, 128>;

fn probability_at(i: u32, tile_length: u32) -> f32 {
  return select(0.0, probabilities[min(i, 255u)], i < tile_length);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let head = group.x;
  let t = group.y;
  let kv_head = head / (heads / kv_heads);
  let length = min(position_of(t) + 1u, context);
  let first_page = first_page_of(t);
  let splits = min(groups.z, (min(length, window) - 1u) / split + 1u); // this token's own count
  if (group.z >= splits) {
    return;
  }
  let begin = length - min(length, window) + group.z * split;
  let end = select(min(begin + split, length), length, splits == 1u);
  let q_row = t * stride + head * head_dim;
  if (keeps_present) {
    keep_present(head, t, begin, end, lane, 64u);
  }
  for (var i = lane; i < 64u; i += 64u) {
    var four = vec4f(0.0);
    for (var j = 0u; j < 4u; j++) {
      if (i * 4u + j < head_dim) {
        four[j] = q[q_row + i * 4u + j] * scale;
      }
    }
    query[i] = four;
  }
  workgroupBarrier();
  if (keeps_present) {
    storageBarrier();
  }

  let sharers = 64u / row_units; // invocations that share a unit of the values
  let unit = lane % row_units;
  let sharer = lane / row_units;
  var highest = -1e30; // finite: an infinite mask turns into NaN on some drivers
  var mass = 0.0; // of this invocation's probabilities
  var lo = vec4f(0.0);
  var hi = vec4f(0.0);
  for (var tile = begin; tile < end; tile += 256u) {
    var scores = vec4f(-1e30);
    for (var j = 0u; j < 4u; j++) {
      let position = tile + j * 64u + lane;
      if (position < end) {
        let row = cache_row(kv_head, first_page, position);
        var dots = vec4f(0.0);
        if (cache_bits == 8u) {
          let begins = begin_of(row);
          for (var i = 0u; i < row_words; i += 2u) { // a group: both its words and one scale
            let at = scale_at(row, i / 2u);
            let near = k_cache[begins + i];
            let far = k_cache[begins + i + 1u];
            dots += scale_of(k_cache[at / 4u][at & 3u], i / 2u) * (
              query[i * 4u] * vec4f(unpack4xI8(near.x)) + query[i * 4u + 1u] * vec4f(unpack4xI8(near.y)) +
              query[i * 4u + 2u] * vec4f(unpack4xI8(near.z)) + query[i * 4u + 3u] * vec4f(unpack4xI8(near.w)) +
              query[i * 4u + 4u] * vec4f(unpack4xI8(far.x)) + query[i * 4u + 5u] * vec4f(unpack4xI8(far.y)) +
              query[i * 4u + 6u] * vec4f(unpack4xI8(far.z)) + query[i * 4u + 7u] * vec4f(unpack4xI8(far.w)));
          }
        } else {
          for (var i = 0u; i < row_units; i++) {
            let k = key_at(row, i);
            dots += query[i * 2u] * k.lo + query[i * 2u + 1u] * k.hi;
          }
        }
        scores[j] = soft_capped((dots.x + dots.y) + (dots.z + dots.w), cap);
      }
    }
    lane_numbers[lane] = max(max(scores.x, scores.y), max(scores.z, scores.w));
    workgroupBarrier();
    var now_highest = highest;
    for (var i = 0u; i < 64u; i++) {
      now_highest = max(now_highest, lane_numbers[i]);
    }
    let fade = exp(highest - now_highest);
    highest = now_highest;
    mass *= fade;
    lo *= fade;
    hi *= fade;
    for (var j = 0u; j < 4u; j++) {
      let probability = select(0.0, exp(scores[j] - highest), tile + j * 64u + lane < end);
      probabilities[j * 64u + lane] = probability;
      mass += probability;
    }
    workgroupBarrier();
    if (sharer < sharers) {
      let tile_length = min(256u, end - tile);
      let last = end - 1u; // positions beyond it are read as the last and have no probability
      for (var i = sharer; i < tile_length; i += 4u * sharers) {
        let a = value_at(cache_row(kv_head, first_page, tile + i), unit);
        let b = value_at(cache_row(kv_head, first_page, min(tile + i + sharers, last)), unit);
        let c = value_at(cache_row(kv_head, first_page, min(tile + i + 2u * sharers, last)), unit);
        let d = value_at(cache_row(kv_head, first_page, min(tile + i + 3u * sharers, last)), unit);
        let near = vec2f(probability_at(i, tile_length), probability_at(i + sharers, tile_length));
        let far = vec2f(
          probability_at(i + 2u * sharers, tile_length),
          probability_at(i + 3u * sharers, tile_length),
        );
        lo += (near.x * a.lo + near.y * b.lo) + (far.x * c.lo + far.y * d.lo);
        hi += (near.x * a.hi + near.y * b.hi) + (far.x * c.hi + far.y * d.hi);
      }
    }
    workgroupBarrier();
  }

  lane_numbers[lane] = mass;
  sums[lane * 2u] = lo;
  sums[lane * 2u + 1u] = hi;
  workgroupBarrier();
  if (lane >= row_units) {
    return;
  }
  var total = 0.0;
  for (var i = 0u; i < 64u; i++) {
    total += lane_numbers[i];
  }
  for (var other = 1u; other < sharers; other++) {
    lo += sums[(other * row_units + unit) * 2u];
    hi += sums[(other * row_units + unit) * 2u + 1u];
  }
  let whole = splits == 1u;
  let first = unit * 8u;
  let factor = select(1.0, 1.0 / total, whole);
  let row = ((t * heads + head) * groups.z + group.z) * (head_dim + 2u);
  for (var j = 0u; j < 8u; j++) {
    if (first + j < head_dim) {
      let value = select(hi[j & 3u], lo[j & 3u], j < 4u) * factor;
      if (whole) {
        out[q_row + first + j] = value;
      } else {
        partial[row + first + j] = value;
      }
    }
  }
  if (!whole && lane == 0u) {
    partial[row + head_dim] = highest;
    partial[row + head_dim + 1u] = total;
  }
}

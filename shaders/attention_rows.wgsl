// attention.wgsl's sibling without barriers or shared memory, for SwiftShader: an invocation takes one (head, token,
// split), a position at a time with a running maximum and sum. Workgroups of 8 heads: as many as run side by side there.
// A q8 cache is read a group of 32 dims at a time, since these share a scale; bytes are moved to the top of a word, sign
// and all, and so are 2^24 times too large until scaled. With attention_cache.wgsl and cache_pages.wgsl.
const byte_size = 5.9604644775390625e-8; // 2^-24

fn four_bytes(word: u32) -> vec4f {
  return vec4f(vec4i(vec4u(word << 24u, word << 16u, word << 8u, word) & vec4u(0xff000000u)));
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let head = id.x;
  let t = id.y;
  if (head >= heads) {
    return;
  }
  let kv_head = head / (heads / kv_heads);
  let length = min(position_of(t) + 1u, context);
  let first_page = first_page_of(t);
  let splits = min(groups.z, (min(length, window) - 1u) / split + 1u); // this token's own count
  if (id.z >= splits) {
    return;
  }
  let begin = length - min(length, window) + id.z * split;
  let end = select(min(begin + split, length), length, splits == 1u);
  let q_row = t * stride + head * head_dim;
  if (keeps_present) {
    keep_present(head, t, begin, end, 0u, 1u);
  }
  var query: array<vec4f, 64>; // zero beyond head_dim
  var sums: array<vec4f, 64>;
  for (var i = 0u; i < head_dim; i++) {
    query[i / 4u][i & 3u] = q[q_row + i] * scale;
  }
  var highest = -1e30; // finite: an infinite mask turns into NaN on some drivers
  var mass = 0.0;
  for (var paged = begin; paged < end;) { // the part of each page it sees
    let page_end = min(end, paged - paged % page_positions + page_positions);
    var cached = cache_row(kv_head, first_page, paged);
    for (; paged < page_end; paged++) {
      let begins = begin_of(cached);
      var score = 0.0;
      if (cache_bits == 8u) {
        for (var group = 0u; group < row_units / 4u; group++) {
          let at = scale_at(cached, group);
          let near = k_cache[begins + group * 2u];
          let far = k_cache[begins + group * 2u + 1u];
          let first = group * 8u;
          let dots = query[first] * four_bytes(near.x) + query[first + 1u] * four_bytes(near.y) +
            query[first + 2u] * four_bytes(near.z) + query[first + 3u] * four_bytes(near.w) +
            query[first + 4u] * four_bytes(far.x) + query[first + 5u] * four_bytes(far.y) +
            query[first + 6u] * four_bytes(far.z) + query[first + 7u] * four_bytes(far.w);
          score += byte_size * scale_of(k_cache[at / 4u][at & 3u], group) * ((dots.x + dots.y) + (dots.z + dots.w));
        }
      } else {
        var dots = vec4f(0.0);
        for (var i = 0u; i < row_units; i++) {
          let k = key_at(cached, i);
          dots += query[i * 2u] * k.lo + query[i * 2u + 1u] * k.hi;
        }
        score = (dots.x + dots.y) + (dots.z + dots.w);
      }
      score = soft_capped(score, cap);
      if (score > highest) {
        let fade = exp(highest - score);
        highest = score;
        mass *= fade;
        for (var i = 0u; i < row_units * 2u; i++) {
          sums[i] *= fade;
        }
      }
      let probability = exp(score - highest);
      mass += probability;
      if (cache_bits == 8u) {
        for (var group = 0u; group < row_units / 4u; group++) {
          let at = scale_at(cached, group);
          let weight = probability * byte_size * scale_of(v_cache[at / 4u][at & 3u], group);
          let near = v_cache[begins + group * 2u];
          let far = v_cache[begins + group * 2u + 1u];
          let first = group * 8u;
          sums[first] += weight * four_bytes(near.x);
          sums[first + 1u] += weight * four_bytes(near.y);
          sums[first + 2u] += weight * four_bytes(near.z);
          sums[first + 3u] += weight * four_bytes(near.w);
          sums[first + 4u] += weight * four_bytes(far.x);
          sums[first + 5u] += weight * four_bytes(far.y);
          sums[first + 6u] += weight * four_bytes(far.z);
          sums[first + 7u] += weight * four_bytes(far.w);
        }
      } else {
        for (var i = 0u; i < row_units; i++) {
          let v = value_at(cached, i);
          sums[i * 2u] += probability * v.lo;
          sums[i * 2u + 1u] += probability * v.hi;
        }
      }
      cached++;
    }
  }
  let whole = splits == 1u;
  let factor = select(1.0, 1.0 / mass, whole);
  let row = ((t * heads + head) * groups.z + id.z) * (head_dim + 2u);
  for (var i = 0u; i < head_dim; i++) {
    let value = sums[i / 4u][i & 3u] * factor;
    if (whole) {
      out[q_row + i] = value;
    } else {
      partial[row + i] = value;
    }
  }
  if (!whole) {
    partial[row + head_dim] = highest;
    partial[row + head_dim + 1u] = mass;
  }
}

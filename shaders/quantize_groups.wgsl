// Rows of f32, f16 or bf16 -> q4 or q8: the scale and the codes of each group of 32 weights, by the scale that loses least
// of a few around the nearest. src/quant/group-search.ts says what and why and is its twin, bit for bit: all arithmetic
// is in whole numbers. One invocation per group; no barriers.
override bits: u32 = 4; // 4, 8
override dtype: u32 = 0; // 0 f32, 1 f16, 2 bf16

@group(0) @binding(0) var<storage, read> source: array<u32>; // [rows, cols], 4 or 2 bytes each
@group(0) @binding(1) var<storage, read_write> quantized: array<u32>; // codes [groups, bits], then scales [groups], a word each
@group(0) @binding(2) var<storage, read> batch: Batch;

struct Batch {
  groups: u32,
  row_groups: u32,
  cols: u32,
}

const largest_half = 0x7bffu;
const not_finite = 0xffffffffu; // no scale
const candidates = 8;
const measuring_error = 8208u;

override q4 = bits == 4u;
override reach = select(127u, 8u, q4);
override lowest = select(-127, -8, q4);
override highest = select(127, 7, q4);
override weight_bits = select(19u, 15u, q4);
override guess_drops = select(4u, 0u, q4);
override first_step = select(0, -192, q4);
override step = select(8, 48, q4);
override least_searched = select(64u, 768u, q4);

struct Group {
  a: vec4u, // bits of f32; 0 for the weights that a short group lacks
  b: vec4u,
  c: vec4u,
  d: vec4u,
  e: vec4u,
  f: vec4u,
  g: vec4u,
  h: vec4u,
}

struct Whole {
  a: vec4i,
  b: vec4i,
  c: vec4i,
  d: vec4i,
  e: vec4i,
  f: vec4i,
  g: vec4i,
  h: vec4i,
}

fn weight_at(element: u32, end: u32) -> u32 {
  if (element >= end) {
    return 0u;
  }
  if (dtype == 0u) {
    return source[element];
  }
  let half = (source[element >> 1u] >> ((element & 1u) * 16u)) & 0xffffu;
  if (dtype == 2u) {
    return half << 16u;
  }
  let size = half & 0x7fffu;
  var widened = (size << 13u) + 0x38000000u;
  if (size >= 0x7c00u) {
    widened = 0x7f800000u | (size << 13u);
  } else if (size < 0x400u) {
    // A subnormal: its highest bit becomes f32's implicit one.
    let place = firstLeadingBit(size);
    widened = select(((place + 103u) << 23u) | ((size << (23u - place)) & 0x7fffffu), 0u, size == 0u);
  }
  return ((half & 0x8000u) << 16u) | widened;
}

fn four_at(element: u32, end: u32) -> vec4u {
  let first = vec2u(weight_at(element, end), weight_at(element + 1u, end));
  return vec4u(first, weight_at(element + 2u, end), weight_at(element + 3u, end));
}

fn group_at(first: u32, end: u32) -> Group {
  return Group(
    four_at(first, end), four_at(first + 4u, end), four_at(first + 8u, end), four_at(first + 12u, end),
    four_at(first + 16u, end), four_at(first + 20u, end), four_at(first + 24u, end), four_at(first + 28u, end),
  );
}

// The largest size with the sign bit `sign`, as bits.
fn largest_of(group: Group, sign: u32) -> u32 {
  let fours = max(
    max(max(signed(group.a, sign), signed(group.b, sign)), max(signed(group.c, sign), signed(group.d, sign))),
    max(max(signed(group.e, sign), signed(group.f, sign)), max(signed(group.g, sign), signed(group.h, sign))),
  );
  return max(max(fours.x, fours.y), max(fours.z, fours.w));
}

fn signed(weights: vec4u, sign: u32) -> vec4u {
  return select(vec4u(), weights & vec4u(0x7fffffffu), (weights & vec4u(0x80000000u)) == vec4u(sign));
}

fn mantissa_of(sizes: vec4u) -> vec4u {
  return (sizes & vec4u(0x7fffffu)) | select(vec4u(), vec4u(0x800000u), sizes >= vec4u(0x800000u));
}

fn whole_of(weights: vec4u, exponent: u32, dropped: u32) -> vec4i {
  let sizes = weights & vec4u(0x7fffffffu);
  let shifts = min(exponent - max(sizes >> vec4u(23u), vec4u(1u)) + dropped, vec4u(31u));
  let whole = vec4i((mantissa_of(sizes) + ((vec4u(1u) << shifts) >> vec4u(1u))) >> shifts);
  return select(whole, -whole, weights > sizes);
}

fn nearest_scale(size: u32) -> u32 {
  let exponent = max(size >> 23u, 1u);
  let dividend = mantissa_of(vec4u(size)).x << 7u;
  let quotient = dividend / reach;
  let exact = quotient * reach == dividend;
  let scale_exponent = u32(max(i32(firstLeadingBit(quotient) + exponent) - 142, 1));
  let dropped = min(scale_exponent + 132u - exponent, 31u);
  var units = quotient >> dropped;
  let rest = quotient - (units << dropped);
  let half = (1u << dropped) >> 1u;
  if (rest > half || (rest == half && (!exact || (units & 1u) == 1u))) {
    units++;
  } else if (units == 0u || rest * 2u * reach > (units << dropped)) {
    units++;
  }
  return ((scale_exponent - 1u) << 10u) + units;
}

fn whole_scale(half: u32, unit: i32) -> u32 {
  let scale_exponent = half >> 10u;
  let mantissa = (half & 1023u) | select(0u, 1024u, scale_exponent > 0u);
  return mantissa << u32(min(i32(max(scale_exponent, 1u)) - unit, 20));
}

fn inverse_of(scaled: u32) -> i32 {
  return i32(0x4000000u / scaled);
}

fn guess_of(whole: vec4i, inverse: i32) -> vec4i {
  let shift = 26u - guess_drops;
  let guess = ((whole >> vec4u(guess_drops)) * inverse + vec4i(i32(1u << (shift - 1u)))) >> vec4u(shift);
  return clamp(guess, vec4i(lowest), vec4i(highest));
}

fn squares_of(whole: vec4i, scaled: i32, inverse: i32, exact: bool) -> vec4u {
  let guess = guess_of(whole, inverse);
  var lost = whole - scaled * guess;
  if (exact) {
    let scales = vec4i(scaled);
    let more = select(vec4i(), scales, (2 * lost > scales) & (guess < vec4i(highest)));
    let less = select(vec4i(), scales, (2 * lost < -scales) & (guess > vec4i(lowest)));
    lost = lost - more + less;
  }
  return vec4u(lost * lost);
}

fn loss_of(whole: Whole, scaled: u32, exact: bool) -> u32 {
  let inverse = inverse_of(scaled);
  let scale = i32(scaled);
  let squares = squares_of(whole.a, scale, inverse, exact) + squares_of(whole.b, scale, inverse, exact) +
    squares_of(whole.c, scale, inverse, exact) + squares_of(whole.d, scale, inverse, exact) +
    squares_of(whole.e, scale, inverse, exact) + squares_of(whole.f, scale, inverse, exact) +
    squares_of(whole.g, scale, inverse, exact) + squares_of(whole.h, scale, inverse, exact);
  return squares.x + squares.y + squares.z + squares.w;
}

struct Chosen {
  exponent: u32,
  scaled: u32,
  inverse: i32,
}

// At the chosen scale, all 24 bits of a weight decide.
fn codes_of(weights: vec4u, whole: vec4i, chosen: Chosen) -> vec4u {
  let finer = i32(chosen.scaled << (24u - weight_bits));
  let guess = guess_of(whole, chosen.inverse);
  let rest = 2 * whole_of(weights, chosen.exponent, 0u) - 2 * finer * guess;
  let more = select(vec4i(), vec4i(1), rest > vec4i(finer));
  let less = select(vec4i(), vec4i(1), rest < vec4i(-finer));
  return vec4u(clamp(guess + more - less, vec4i(lowest), vec4i(highest)));
}

fn put(place: u32, lo: vec4u, hi: vec4u) {
  if (q4) {
    let low = ((lo + 8u) & vec4u(15u)) << vec4u(0u, 4u, 8u, 12u);
    let high = ((hi + 8u) & vec4u(15u)) << vec4u(16u, 20u, 24u, 28u);
    let all = low | high;
    quantized[place] = all.x | all.y | all.z | all.w;
  } else {
    let first = (lo & vec4u(255u)) << vec4u(0u, 8u, 16u, 24u);
    let second = (hi & vec4u(255u)) << vec4u(0u, 8u, 16u, 24u);
    quantized[place] = first.x | first.y | first.z | first.w;
    quantized[place + 1u] = second.x | second.y | second.z | second.w;
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= batch.groups) {
    return;
  }
  let row = id.x / batch.row_groups;
  let col = (id.x - row * batch.row_groups) * 32u;
  var group = group_at(row * batch.cols + col, (row + 1u) * batch.cols);
  let above = largest_of(group, 0u);
  let below = largest_of(group, 0x80000000u);
  let largest = max(above, below);
  let exponent = max(largest >> 23u, 1u);
  let turned = select(0u, 0x80000000u, q4 && above > below);
  let turn = vec4u(turned);
  group = Group(group.a ^ turn, group.b ^ turn, group.c ^ turn, group.d ^ turn,
    group.e ^ turn, group.f ^ turn, group.g ^ turn, group.h ^ turn);
  let drop = 24u - weight_bits;
  let whole = Whole(
    whole_of(group.a, exponent, drop), whole_of(group.b, exponent, drop), whole_of(group.c, exponent, drop),
    whole_of(group.d, exponent, drop), whole_of(group.e, exponent, drop), whole_of(group.f, exponent, drop),
    whole_of(group.g, exponent, drop), whole_of(group.h, exponent, drop),
  );

  var scale = 0u;
  var scaled = 1u; // of a group of zeros
  let unit = i32(exponent) - 101 - i32(weight_bits);
  if (largest > 0u) {
    let nearest = nearest_scale(largest);
    scale = nearest;
    if (nearest >= least_searched && nearest <= largest_half) {
      let loss = loss_of(whole, whole_scale(nearest, unit), true);
      var least = loss - min(loss, loss / 256u + measuring_error);
      for (var i = 0; i < candidates; i++) {
        let half = u32(i32(nearest) + first_step + i * step);
        if (half == nearest || half > largest_half) {
          continue;
        }
        let found = loss_of(whole, whole_scale(half, unit), false);
        if (found < least) {
          least = found;
          scale = half;
        }
      }
    }
    scaled = whole_scale(scale, unit);
  }
  let storable = largest < 0x7f800000u && scale <= largest_half;
  quantized[batch.groups * bits + id.x] = select(not_finite, scale | (turned >> 16u), storable);

  let chosen = Chosen(exponent, scaled, inverse_of(scaled));
  let place = id.x * bits;
  let words = bits / 4u; // of eight codes
  put(place, codes_of(group.a, whole.a, chosen), codes_of(group.b, whole.b, chosen));
  put(place + words, codes_of(group.c, whole.c, chosen), codes_of(group.d, whole.d, chosen));
  put(place + 2u * words, codes_of(group.e, whole.e, chosen), codes_of(group.f, whole.f, chosen));
  put(place + 3u * words, codes_of(group.g, whole.g, chosen), codes_of(group.h, whole.h, chosen));
}

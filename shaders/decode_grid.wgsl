// Decode grid: GGUF's i-quants of 1 to 3 bits. A code is the index of eight (IQ3: four) weights in a grid, the table of
// the points allowed; signs, scales and, for the types of one bit, a shift of the whole grid are stored apart.
override kind: u32 = 0u; // 0 IQ2_XXS, 1 IQ2_XS, 2 IQ2_S, 3 IQ3_XXS, 4 IQ3_S, 5 IQ1_S, 6 IQ1_M

// extra: unused; words of codes in a row; words of a row's scales before its d; words before the rows' scales
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> codes: array<u32>; // [rows, extra.y]: one to three words a chunk
@group(1) @binding(2) var<storage, read> scales: array<u32>; // two points a word; then [rows, scale_words]: sixteen bits a chunk if it has them, an f16 for each eight chunks (IQ1_M: 64 bits)

struct Chunk {
  first: u32,
  second: u32,
  third: u32,
  sixteen: u32,
  scale: vec2f, // of columns 0..15 and 16..31
}

fn chunk_at(row: u32, chunk: u32) -> Chunk {
  var out: Chunk;
  let words = select(select(2u, 3u, kind == 3u || kind == 4u), 1u, kind >= 5u);
  let at = row * shape.extra.y + chunk * words;
  out.first = codes[at];
  if (words > 1u) {
    out.second = codes[at + 1u];
  }
  if (words > 2u) {
    out.third = codes[at + 2u];
  }
  let row_at = shape.extra.w + row * shape.scale_words;
  if (shape.extra.z > 0u) {
    out.sixteen = (scales[row_at + (chunk >> 1u)] >> ((chunk & 1u) * 16u)) & 0xffffu;
  }
  let upper_at = row_at + shape.extra.z;
  if (kind == 6u) {
    let low = scales[upper_at + 2u * (chunk >> 3u)];
    let high = scales[upper_at + 2u * (chunk >> 3u) + 1u];
    let d = unpack2x16float(((low >> 12u) & 15u) | ((low >> 24u) & 0xf0u) | ((high >> 4u) & 0xf00u) | ((high >> 16u) & 0xf000u)).x;
    let subs = select(low, high, (chunk & 4u) != 0u) >> (((chunk >> 1u) & 1u) * 16u + (chunk & 1u) * 6u);
    out.scale = d * vec2f(vec2u(2u) * (vec2u(subs, subs >> 3u) & vec2u(7u)) + vec2u(1u));
    return out;
  }
  let d = unpack2x16float(scales[upper_at + (chunk >> 4u)])[(chunk >> 3u) & 1u];
  switch kind {
    case 0u: { out.scale = vec2f(0.25 * d * (0.5 + f32(out.second >> 28u))); }
    case 1u: { out.scale = 0.25 * d * (vec2f(0.5) + vec2f(vec2u(out.sixteen, out.sixteen >> 4u) & vec2u(15u))); }
    case 2u: { out.scale = 0.25 * d * (vec2f(0.5) + vec2f(vec2u(out.sixteen >> 8u, out.sixteen >> 12u) & vec2u(15u))); }
    case 3u: { out.scale = vec2f(0.5 * d * (0.5 + f32(out.third >> 28u))); }
    case 4u: { out.scale = vec2f(d * f32(2u * ((out.sixteen >> 8u) & 15u) + 1u)); }
    default: { out.scale = vec2f(d * f32(2u * ((out.sixteen >> 12u) & 7u) + 1u)); }
  }
  return out;
}

fn point(index: u32) -> u32 {
  return (scales[index >> 1u] >> ((index & 1u) * 16u)) & 0xffffu;
}

// Four digits of two bits as the values of IQ2 or of IQ1.
fn four_of(digits: u32, shift: f32) -> vec4f {
  let code = (vec4u(digits) >> vec4u(0u, 2u, 4u, 6u)) & vec4u(3u);
  if (kind >= 5u) {
    return vec4f(code) + vec4f(shift - 1.0);
  }
  return vec4f(code * 17u + (code >> vec4u(1u)) + vec4u(8u)); // 8, 25, 43
}

// Four digits of four bits as the values of IQ3.
fn wide_four_of(digits: u32) -> vec4f {
  let code = (vec4u(digits) >> vec4u(0u, 4u, 8u, 12u)) & vec4u(7u);
  if (kind == 4u) {
    return vec4f(2u * code + vec4u(1u));
  }
  return vec4f(8u * code + vec4u(4u) + select(vec4u(0u), vec4u(2u), code == vec4u(7u))); // 4, 12, ... 52, 62
}

// Eight weights' sign bits (1: negative) from the first seven: an even number is set.
fn signs_of(seven: u32) -> u32 {
  return seven | ((countOneBits(seven) & 1u) << 7u);
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  let scale = select(chunk.scale.x, chunk.scale.y, i >= 2u);
  var index = (chunk.first >> (8u * i)) & 255u;
  if (kind == 5u) {
    let shift = select(0.125, -0.125, (chunk.sixteen & 0x8000u) != 0u);
    let eight = point(index | (((chunk.sixteen >> (3u * i)) & 7u) << 8u));
    return Eight(scale * four_of(eight, shift), scale * four_of(eight >> 8u, shift));
  }
  if (kind == 6u) {
    let nibble = chunk.sixteen >> (4u * i);
    let shift = select(0.125, -0.125, (nibble & 8u) != 0u);
    let eight = point(index | ((nibble & 7u) << 8u));
    return Eight(scale * four_of(eight, shift), scale * four_of(eight >> 8u, shift));
  }
  var signs: u32;
  var lo: vec4f;
  var hi: vec4f;
  if (kind == 3u || kind == 4u) {
    let pair = select(chunk.first, chunk.second, i >= 2u) >> (16u * (i & 1u));
    var near = pair & 255u;
    var far = (pair >> 8u) & 255u;
    if (kind == 4u) {
      near |= ((chunk.sixteen >> (2u * i)) & 1u) << 8u;
      far |= ((chunk.sixteen >> (2u * i + 1u)) & 1u) << 8u;
      signs = chunk.third >> (8u * i);
    } else {
      signs = signs_of((chunk.third >> (7u * i)) & 127u);
    }
    lo = wide_four_of(point(near));
    hi = wide_four_of(point(far));
  } else {
    if (kind == 0u) {
      signs = signs_of((chunk.second >> (7u * i)) & 127u);
    } else if (kind == 1u) {
      let half = select(chunk.first, chunk.second, i >= 2u) >> (16u * (i & 1u));
      index = half & 511u;
      signs = signs_of((half >> 9u) & 127u);
    } else {
      index |= ((chunk.sixteen >> (2u * i)) & 3u) << 8u;
      signs = chunk.second >> (8u * i);
    }
    let eight = point(index);
    lo = four_of(eight, 0.0);
    hi = four_of(eight >> 8u, 0.0);
  }
  let turned = (vec4u(signs) >> vec4u(0u, 1u, 2u, 3u)) & vec4u(1u);
  let turned_far = (vec4u(signs) >> vec4u(4u, 5u, 6u, 7u)) & vec4u(1u);
  return Eight(scale * select(lo, -lo, turned != vec4u(0u)), scale * select(hi, -hi, turned_far != vec4u(0u)));
}

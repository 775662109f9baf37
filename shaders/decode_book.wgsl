// Decode book: w = book[code] * scale, codes of 4 bits; the sixteen values stand first in `scales`, as f32.
// scales_kind 0: bitsandbytes, an f32 for each block of the flat matrix; 1: the same nested, a byte into a map, times an
// outer f32 for 256 blocks, plus an offset. A row is self-contained: its first word says how far into a block and into
// an outer one it begins. 2: IQ4_NL, an f16 for each chunk; 3: IQ4_XS, a signed byte for each chunk times an f16 for
// eight chunks. 4: NVFP4, a byte of E4M3 for sixteen columns times the row's f32; 5: MXFP4, a byte e for each chunk: 2^(e - 127).
override scales_kind: u32 = 0u;
override block: u32 = 64u; // weights in a block of the flat matrix
override straddle: bool = false; // a chunk may have two scales: columns not a multiple of 32, or NVFP4
override rounding: u32 = 0u; // of the weight, where the format prescribes it: 0 none, 1 f16, 2 bf16

// extra: columns; vec4u of codes in a row; outer scales in a row; words before the rows' scales
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> codes: array<vec4u>; // [rows, extra.y], a vec4u for a chunk
@group(1) @binding(2) var<storage, read> scales: array<u32>; // book [16]; kind 1: map [256]; then [rows, scale_words]

// Codes are in planes of 8, 4, 2 or 1 bits. Within a plane, byte k of a word holds columns k, k + 4, k + 8, ... of the
// chunk from its low bits up, so that four neighbouring columns (a quad) are four bytes after one shift and one mask.
struct Chunk {
  code: vec4u,
  scale: f32,
  scale_after: f32, // of the columns from `edge` on
  edge: u32,
}

// Block `index` of a row whose scales begin at `row_at`.
fn block_scale(row_at: u32, index: u32) -> f32 {
  if (scales_kind == 0u) {
    return bitcast<f32>(scales[row_at + 1u + index]);
  }
  let code = (scales[row_at + 2u + shape.extra.z + (index >> 2u)] >> ((index & 3u) * 8u)) & 255u;
  let outer = scales[row_at + 2u + (((scales[row_at] >> 16u) + index) >> 8u)];
  return bitcast<f32>(scales[16u + code]) * bitcast<f32>(outer) + bitcast<f32>(scales[row_at + 1u]);
}

fn chunk_at(row: u32, chunk: u32) -> Chunk {
  var out: Chunk;
  out.code = codes[row * shape.extra.y + chunk];
  let row_at = shape.extra.w + row * shape.scale_words;
  if (scales_kind < 2u) {
    let at = (scales[row_at] & 0xffffu) + 32u * chunk;
    let index = at / block;
    out.scale = block_scale(row_at, index);
    if (straddle) {
      out.edge = (index + 1u) * block - at;
      out.scale_after = out.scale;
      if (out.edge < 32u && 32u * chunk + out.edge < shape.extra.x) {
        out.scale_after = block_scale(row_at, index + 1u);
      }
    }
  } else if (scales_kind == 4u) {
    // E4M3's bits in an f16's places are the value times 2^-8, subnormals included.
    let pair = scales[row_at + 1u + (chunk >> 1u)] >> ((chunk & 1u) * 16u);
    let places = ((pair & 0x80u) << 8u) | ((pair & 0x7fu) << 7u) | ((pair & 0x8000u) << 16u) | ((pair & 0x7f00u) << 15u);
    let two = 256.0 * bitcast<f32>(scales[row_at]) * unpack2x16float(places);
    out.scale = two.x;
    out.scale_after = two.y;
    out.edge = 16u;
  } else if (scales_kind == 5u) {
    out.scale = bitcast<f32>(((scales[row_at + (chunk >> 2u)] >> ((chunk & 3u) * 8u)) & 255u) << 23u);
  } else {
    if (scales_kind == 2u) {
      out.scale = unpack2x16float(scales[row_at + (chunk >> 1u)])[chunk & 1u];
    } else {
      let d = unpack2x16float(scales[row_at + (shape.row_chunks >> 2u) + (chunk >> 4u)])[(chunk >> 3u) & 1u];
      out.scale = d * f32(unpack4xI8(scales[row_at + (chunk >> 2u)])[chunk & 3u]);
    }
  }
  return out;
}

// Weights of columns 4 quad .. 4 quad + 3.
fn quad_weights(chunk: Chunk, quad: u32) -> vec4f {
  let code = unpack4xU8((chunk.code[quad >> 1u] >> ((quad & 1u) * 4u)) & 0x0f0f0f0fu);
  let value = bitcast<vec4f>(vec4u(scales[code.x], scales[code.y], scales[code.z], scales[code.w]));
  var scale = vec4f(chunk.scale);
  if (straddle) {
    scale = select(scale, vec4f(chunk.scale_after), vec4u(4u * quad) + vec4u(0u, 1u, 2u, 3u) >= vec4u(chunk.edge));
  }
  return rounded(value * scale);
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  return Eight(quad_weights(chunk, 2u * i), quad_weights(chunk, 2u * i + 1u));
}

// Rows of GGUF's blocks, or of bitsandbytes' nibbles and bytes -> codes in the decodes' planes, and (of GGUF) the scales apart.
// One invocation per (chunk of 32 columns, row). Blocks may begin at any byte. Layouts: ggml-common.h, quant/README.md.
@group(0) @binding(0) var<storage, read> stored: array<u32>; // [rows * row_bytes / 4 + 2], bytes
@group(0) @binding(1) var<storage, read_write> repacked: array<u32>; // [part_rows, code_words]
@group(0) @binding(2) var<storage, read_write> scales: array<u32>; // head, then [part_rows, scale_words]
@group(0) @binding(3) var<storage, read> piece: BlocksPiece;

struct BlocksPiece {
  rows: u32, // in this piece
  first_row: u32, // of this piece, in the tensor
  cols: u32,
  row_bytes: u32, // in the file; unused from kind 12 on
  code_words: u32, // of a row
  high_start: u32, // word in the row where the high plane begins
  scale_words: u32, // of a row
  scale_start: u32, // words before the rows' scales
  second_start: u32, // words of a row before its minima or its upper level
  pad_code: u32, // for columns from `cols` on
  base: u32, // the tensor's rows in the weight, and the weight's rows in `repacked`: as in repack_rows.wgsl
  half: u32,
  part_start: u32,
  part_rows: u32,
}

// 0 Q4_0, 1 Q4_1, 2 Q5_0, 3 Q5_1, 4 Q8_0, 5 Q2_K, 6 Q3_K, 7 Q4_K, 8 Q5_K, 9 Q6_K, 10 IQ4_NL, 11 IQ4_XS, 12 flat nibbles, 13 bytes.
override kind: u32 = 0u;

fn byte_at(at: u32) -> u32 {
  return (stored[at >> 2u] >> ((at & 3u) * 8u)) & 255u;
}

fn half_at(at: u32) -> u32 {
  return byte_at(at) | (byte_at(at + 1u) << 8u);
}

// Nibble j of 32 that lie in sixteen bytes: the low ones first.
fn nibble_at(at: u32, j: u32) -> u32 {
  return (byte_at(at + (j & 15u)) >> ((j >> 4u) * 4u)) & 15u;
}

// The byte where the block of a chunk begins.
fn block_of(row: u32, chunk: u32) -> u32 {
  let start = row * piece.row_bytes;
  switch kind {
    case 0u, 10u: { return start + chunk * 18u; }
    case 1u: { return start + chunk * 20u; }
    case 2u: { return start + chunk * 22u; }
    case 3u: { return start + chunk * 24u; }
    case 4u: { return start + chunk * 34u; }
    case 5u: { return start + (chunk >> 3u) * 84u; }
    case 6u: { return start + (chunk >> 3u) * 110u; }
    case 7u: { return start + (chunk >> 3u) * 144u; }
    case 8u: { return start + (chunk >> 3u) * 176u; }
    case 9u: { return start + (chunk >> 3u) * 210u; }
    default: { return start + (chunk >> 3u) * 136u; }
  }
}

// Column j of a chunk; `sub` is the chunk's number in a block of 256.
fn code_of(row: u32, chunk: u32, block: u32, j: u32) -> u32 {
  let sub = chunk & 7u;
  switch kind {
    case 0u, 10u: { return nibble_at(block + 2u, j); }
    case 1u: { return nibble_at(block + 4u, j); }
    case 2u: { return nibble_at(block + 6u, j) | (((byte_at(block + 2u + (j >> 3u)) >> (j & 7u)) & 1u) << 4u); }
    case 3u: { return nibble_at(block + 8u, j) | (((byte_at(block + 4u + (j >> 3u)) >> (j & 7u)) & 1u) << 4u); }
    case 4u: { return byte_at(block + 2u + j) ^ 128u; }
    case 5u: { return (byte_at(block + 16u + 32u * (sub >> 2u) + j) >> (2u * (sub & 3u))) & 3u; }
    case 6u: {
      let low = (byte_at(block + 32u + 32u * (sub >> 2u) + j) >> (2u * (sub & 3u))) & 3u;
      return low | (((byte_at(block + j) >> sub) & 1u) << 2u);
    }
    case 7u: { return (byte_at(block + 16u + 32u * (sub >> 1u) + j) >> (4u * (sub & 1u))) & 15u; }
    case 8u: {
      let low = (byte_at(block + 48u + 32u * (sub >> 1u) + j) >> (4u * (sub & 1u))) & 15u;
      return low | (((byte_at(block + 16u + j) >> sub) & 1u) << 4u);
    }
    case 9u: {
      let low = (byte_at(block + 64u * (sub >> 2u) + 32u * (sub & 1u) + j) >> (2u * (sub & 2u))) & 15u;
      return low | (((byte_at(block + 128u + 32u * (sub >> 2u) + j) >> (2u * (sub & 3u))) & 3u) << 4u);
    }
    case 11u: { return nibble_at(block + 8u + 16u * sub, j); }
    default: {
      let col = chunk * 32u + j;
      if (col >= piece.cols) {
        return piece.pad_code;
      }
      let flat = row * piece.cols + col;
      if (kind == 13u) {
        return byte_at(flat);
      }
      return (byte_at(flat >> 1u) >> ((1u - (flat & 1u)) * 4u)) & 15u; // the even one is high
    }
  }
}

// Scale and minimum of a chunk in Q4_K and Q5_K, six bits each in twelve bytes -> two bytes.
fn pair_of(at: u32, sub: u32) -> u32 {
  if (sub < 4u) {
    return (byte_at(at + sub) & 63u) | ((byte_at(at + sub + 4u) & 63u) << 8u);
  }
  let four = byte_at(at + sub + 4u);
  let scale = (four & 15u) | ((byte_at(at + sub - 4u) >> 6u) << 4u);
  let minimum = (four >> 4u) | ((byte_at(at + sub) >> 6u) << 4u);
  return scale | (minimum << 8u);
}

// Q3_K: the six-bit scale of sixteen columns, less 32, as a signed byte.
fn q3_scale(at: u32, j: u32) -> u32 {
  let low = (byte_at(at + (j & 7u)) >> ((j >> 3u) * 4u)) & 15u;
  let high = (byte_at(at + 8u + (j & 3u)) >> (2u * (j >> 2u))) & 3u;
  return ((low | (high << 4u)) - 32u) & 255u;
}

// The sixteen bits of scales that GGUF's kinds have for a chunk (IQ4_XS: eight).
fn scale_of(row: u32, chunk: u32) -> u32 {
  if (chunk * 32u >= piece.cols) {
    return 0u;
  }
  let block = block_of(row, chunk);
  let sub = chunk & 7u;
  switch kind {
    case 5u: { return half_at(block + 2u * sub); }
    case 6u: { return q3_scale(block + 96u, 2u * sub) | (q3_scale(block + 96u, 2u * sub + 1u) << 8u); }
    case 7u, 8u: { return pair_of(block + 4u, sub); }
    case 9u: { return half_at(block + 192u + 2u * sub); }
    case 11u: {
      let low = (byte_at(block + 4u + (sub >> 1u)) >> (4u * (sub & 1u))) & 15u;
      let high = (half_at(block + 2u) >> (2u * sub)) & 3u;
      return ((low | (high << 4u)) - 32u) & 255u;
    }
    default: { return half_at(block); }
  }
}

// Of 32 columns the minimum, of 256 the upper level: one f16, or d and dmin.
fn second_of(row: u32, chunk: u32) -> u32 {
  if (chunk * 32u >= piece.cols) {
    return 0u;
  }
  let block = block_of(row, chunk);
  switch kind {
    case 1u, 3u: { return half_at(block + 2u); }
    case 5u: { return half_at(block + 80u) | (half_at(block + 82u) << 16u); }
    case 6u: { return half_at(block + 108u); }
    case 7u, 8u: { return half_at(block) | (half_at(block + 2u) << 16u); }
    case 9u: { return half_at(block + 208u); }
    default: { return half_at(block); }
  }
}

// Words that several chunks share are written by the first of them.
fn write_scales(row: u32, chunk: u32, at: u32) {
  let second = at + piece.second_start;
  if (kind == 11u) {
    if ((chunk & 3u) == 0u) {
      scales[at + (chunk >> 2u)] = scale_of(row, chunk) | (scale_of(row, chunk + 1u) << 8u)
        | (scale_of(row, chunk + 2u) << 16u) | (scale_of(row, chunk + 3u) << 24u);
    }
    if ((chunk & 15u) == 0u) {
      scales[second + (chunk >> 4u)] = second_of(row, chunk) | (second_of(row, chunk + 8u) << 16u);
    }
    return;
  }
  if ((chunk & 1u) == 0u) {
    scales[at + (chunk >> 1u)] = scale_of(row, chunk) | (scale_of(row, chunk + 1u) << 16u);
    if (kind == 1u || kind == 3u) {
      scales[second + (chunk >> 1u)] = second_of(row, chunk) | (second_of(row, chunk + 1u) << 16u);
    }
  }
  if (kind >= 5u && kind <= 9u && (chunk & 7u) == 0u) {
    scales[second + (chunk >> 3u)] = second_of(row, chunk);
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let chunk = id.x;
  let row = id.y;
  if (chunk * 32u >= piece.cols || row >= piece.rows) {
    return;
  }
  let place = place_of(piece.first_row + row, piece.base, piece.half) - piece.part_start; // wraps below the part, and is then too large
  if (place >= piece.part_rows) {
    return;
  }
  var bits = 4u;
  switch kind {
    case 5u: { bits = 2u; }
    case 6u: { bits = 3u; }
    case 2u, 3u, 8u: { bits = 5u; }
    case 9u: { bits = 6u; }
    case 4u, 13u: { bits = 8u; }
    default: {}
  }
  let low_bits = select(select(8u, 4u, bits < 8u), 2u, bits < 4u);
  let high_bits = bits - low_bits;
  let base = place * piece.code_words;
  let block = block_of(row, chunk);
  var low: array<u32, 8>;
  var high: array<u32, 2>;
  for (var j = 0u; j < 32u; j++) {
    let code = code_of(row, chunk, block, j);
    let low_at = (j >> 2u) * low_bits;
    let high_at = (j >> 2u) * high_bits;
    low[low_at >> 3u] |= (code & ((1u << low_bits) - 1u)) << ((j & 3u) * 8u + (low_at & 7u));
    high[high_at >> 3u] |= (code >> low_bits) << ((j & 3u) * 8u + (high_at & 7u));
  }
  for (var w = 0u; w < low_bits; w++) {
    repacked[base + chunk * low_bits + w] = low[w];
  }
  for (var w = 0u; w < high_bits; w++) {
    repacked[base + piece.high_start + chunk * high_bits + w] = high[w];
  }
  if (kind < 12u) {
    write_scales(row, chunk, piece.scale_start + place * piece.scale_words);
  }
}

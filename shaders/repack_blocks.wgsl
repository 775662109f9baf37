// Rows of GGUF's blocks, or of bitsandbytes' nibbles and bytes -> codes in the decodes' planes, and (of GGUF) the scales apart.
// One invocation per (chunk of 32 columns, row). Blocks may begin at any byte. Layouts: ggml-common.h, quant/README.md.
@group(0) @binding(0) var<storage, read> stored: array<u32>; // [rows * row_bytes / 4 + 2], bytes
@group(0) @binding(1) var<storage, read_write> repacked: array<u32>; // [part_rows, code_words]
@group(0) @binding(2) var<storage, read_write> scales: array<u32>; // head, then [part_rows, scale_words]
@group(0) @binding(3) var<storage, read> piece: BlocksPiece;

// 0 Q4_0, 1 Q4_1, 2 Q5_0, 3 Q5_1, 4 Q8_0, 5 Q2_K, 6 Q3_K, 7 Q4_K, 8 Q5_K, 9 Q6_K, 10 IQ4_NL, 11 IQ4_XS, 12 flat nibbles, 13 bytes,
// 14 MXFP4, 15 NVFP4, 16 TQ2_0, 17 Q1_0, 18 Q2_0, 19 TQ1_0.
override kind: u32 = 0u;

// Nibble j of 32 that lie in sixteen bytes: the low ones first.
fn nibble_at(at: u32, j: u32) -> u32 {
  return (byte_at(at + (j & 15u)) >> ((j >> 4u) * 4u)) & 15u;
}

// Weight i of a block of TQ1_0: a base-3 digit of a byte that holds five (the last four bytes: four). A byte is a
// fraction of 256 whose first digit is the first weight's; multiplying by 3^n modulo 256 drops the first n digits.
fn ternary_at(block: u32, i: u32) -> u32 {
  var byte = i & 31u;
  var digit = i >> 5u;
  if (i >= 240u) {
    byte = 48u + (i & 3u);
    digit = (i - 240u) >> 2u;
  } else if (i >= 160u) {
    byte = 32u + (i & 15u);
    digit = (i - 160u) >> 4u;
  }
  let rest = (byte_at(block + byte) * array(1u, 3u, 9u, 27u, 81u)[digit]) & 255u;
  return (rest * 3u) >> 8u;
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
    case 14u: { return start + chunk * 17u; }
    case 15u: { return start + (chunk >> 1u) * 36u; }
    case 16u: { return start + (chunk >> 3u) * 66u; }
    case 17u: { return start + (chunk >> 2u) * 18u; }
    case 18u: { return start + (chunk >> 1u) * 18u; }
    case 19u: { return start + (chunk >> 3u) * 54u; }
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
    case 14u: { return nibble_at(block + 1u, j); }
    case 15u: { return (byte_at(block + 4u + 16u * (chunk & 1u) + 8u * (j >> 4u) + (j & 7u)) >> ((j & 8u) >> 1u)) & 15u; }
    case 16u: { return (byte_at(block + 32u * (sub >> 2u) + j) >> (2u * (sub & 3u))) & 3u; }
    case 17u: { return (byte_at(block + 2u + 4u * (chunk & 3u) + (j >> 3u)) >> (j & 7u)) & 1u; }
    case 18u: { return (byte_at(block + 2u + 8u * (chunk & 1u) + (j >> 2u)) >> (2u * (j & 3u))) & 3u; }
    case 19u: { return ternary_at(block, 32u * sub + j); }
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

// The minimum of 32 columns, or the upper level of 256: one f16, or d and dmin.
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

// MXFP4: a chunk's exponent. NVFP4: its two E4M3 scales; ggml ignores their sign, and takes a NaN as 0.
fn small_scale_of(row: u32, chunk: u32) -> u32 {
  if (chunk * 32u >= piece.cols) {
    return 0u;
  }
  let block = block_of(row, chunk);
  if (kind == 14u) {
    return byte_at(block);
  }
  let pair = half_at(block + 2u * (chunk & 1u)) & 0x7f7fu;
  return select(pair & 0xffu, 0u, (pair & 0xffu) == 0x7fu) | select(pair & 0xff00u, 0u, (pair & 0xff00u) == 0x7f00u);
}

// TQ2_0, Q1_0, Q2_0, TQ1_0: the scale of the block of a chunk.
fn shared_scale_of(row: u32, chunk: u32) -> u32 {
  if (chunk * 32u >= piece.cols) {
    return 0u;
  }
  return half_at(block_of(row, chunk) + array(64u, 0u, 0u, 52u)[kind & 3u]);
}

// Words that several chunks share are written by the first of them.
fn write_scales(row: u32, chunk: u32, at: u32) {
  let second = at + piece.second_start;
  if (kind == 14u) {
    if ((chunk & 3u) == 0u) {
      scales[at + (chunk >> 2u)] = small_scale_of(row, chunk) | (small_scale_of(row, chunk + 1u) << 8u)
        | (small_scale_of(row, chunk + 2u) << 16u) | (small_scale_of(row, chunk + 3u) << 24u);
    }
    return;
  }
  if (kind == 15u) {
    if (chunk == 0u) {
      scales[at] = piece.pad_code; // the factor of all
    }
    if ((chunk & 1u) == 0u) {
      scales[at + 1u + (chunk >> 1u)] = small_scale_of(row, chunk) | (small_scale_of(row, chunk + 1u) << 16u);
    }
    return;
  }
  if (kind >= 16u) {
    let chunks = array(8u, 4u, 2u, 8u)[kind & 3u]; // that share a scale
    if (chunk % (2u * chunks) == 0u) {
      scales[at + chunk / (2u * chunks)] = shared_scale_of(row, chunk) | (shared_scale_of(row, chunk + chunks) << 16u);
    }
    return;
  }
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
    case 17u: { bits = 1u; }
    case 5u, 16u, 18u, 19u: { bits = 2u; }
    case 6u: { bits = 3u; }
    case 2u, 3u, 8u: { bits = 5u; }
    case 9u: { bits = 6u; }
    case 4u, 13u: { bits = 8u; }
    default: {}
  }
  let low_bits = select(select(select(8u, 4u, bits < 8u), 2u, bits < 4u), 1u, bits < 2u);
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
  if (kind < 12u || kind > 13u) {
    write_scales(row, chunk, piece.scale_start + place * piece.scale_words);
  }
}

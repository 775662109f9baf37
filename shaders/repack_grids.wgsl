// Rows of GGUF's i-quants -> words of codes for each chunk, and the scales apart: the same bits, aligned to whole words.
// One invocation per (chunk of 32 columns, row). Blocks may begin at any byte. Layouts: ggml-common.h, quant/README.md.
@group(0) @binding(0) var<storage, read> stored: array<u32>; // [rows * row_bytes / 4 + 2], bytes
@group(0) @binding(1) var<storage, read_write> repacked: array<u32>; // [part_rows, code_words]
@group(0) @binding(2) var<storage, read_write> scales: array<u32>; // head, then [part_rows, scale_words]
@group(0) @binding(3) var<storage, read> piece: BlocksPiece;

override kind: u32 = 0u; // 0 IQ2_XXS, 1 IQ2_XS, 2 IQ2_S, 3 IQ3_XXS, 4 IQ3_S, 5 IQ1_S, 6 IQ1_M

const block_bytes = array(66u, 74u, 82u, 98u, 110u, 50u, 56u);

fn word_at(at: u32) -> u32 {
  return half_at(at) | (half_at(at + 2u) << 16u);
}

fn block_of(row: u32, chunk: u32) -> u32 {
  return row * piece.row_bytes + (chunk >> 3u) * block_bytes[kind];
}

// What a chunk has besides its words: high bits of codes, scales.
fn sixteen_of(block: u32, sub: u32) -> u32 {
  switch kind {
    case 1u: { return byte_at(block + 66u + sub); }
    case 2u: { return byte_at(block + 66u + sub) | (byte_at(block + 74u + sub) << 8u); }
    case 4u: { return byte_at(block + 66u + sub) | (((byte_at(block + 106u + (sub >> 1u)) >> (4u * (sub & 1u))) & 15u) << 8u); }
    case 5u: { return half_at(block + 34u + 2u * sub); }
    case 6u: { return half_at(block + 32u + 2u * sub); }
    default: { return 0u; }
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
  let block = block_of(row, chunk);
  let sub = chunk & 7u;
  let base = place * piece.code_words;
  switch kind {
    case 0u, 1u: {
      repacked[base + 2u * chunk] = word_at(block + 2u + 8u * sub);
      repacked[base + 2u * chunk + 1u] = word_at(block + 6u + 8u * sub);
    }
    case 2u: {
      repacked[base + 2u * chunk] = word_at(block + 2u + 4u * sub);
      repacked[base + 2u * chunk + 1u] = word_at(block + 34u + 4u * sub);
    }
    case 3u, 4u: {
      repacked[base + 3u * chunk] = word_at(block + 2u + 8u * sub);
      repacked[base + 3u * chunk + 1u] = word_at(block + 6u + 8u * sub);
      repacked[base + 3u * chunk + 2u] = word_at(block + select(74u, 66u, kind == 3u) + 4u * sub);
    }
    default: {
      repacked[base + chunk] = word_at(block + select(0u, 2u, kind == 5u) + 4u * sub);
    }
  }
  let at = piece.scale_start + place * piece.scale_words;
  // Words that several chunks share are written by the first of them; blocks have eight.
  if ((chunk & 1u) == 0u && piece.second_start > 0u) {
    scales[at + (chunk >> 1u)] = sixteen_of(block, sub) | (sixteen_of(block, sub + 1u) << 16u);
  }
  let second = at + piece.second_start;
  if (kind == 6u) {
    if (sub == 0u) {
      scales[second + (chunk >> 2u)] = word_at(block + 48u);
      scales[second + (chunk >> 2u) + 1u] = word_at(block + 52u);
    }
  } else if ((chunk & 15u) == 0u) {
    var after = 0u;
    if ((chunk + 8u) * 32u < piece.cols) {
      after = half_at(block_of(row, chunk + 8u));
    }
    scales[second + (chunk >> 4u)] = half_at(block) | (after << 16u);
  }
}

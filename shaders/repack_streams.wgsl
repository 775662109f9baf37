// Rows of codes that are one stream of bits each, from the low bits up -> the decodes' planes. compressed-tensors, MLX and all
// kinds of FP8 and FP4 have them; scales come apart. Where no code straddles two 32-bit words, each holds `per_word` codes.
// With `tiles` some neighbouring rows share their bytes instead, and a piece has whole ones of these strips.
// One invocation per (chunk of 32 columns, row). Rows may begin at any byte.
@group(0) @binding(0) var<storage, read> stored: array<u32>; // [rows * row_bytes / 4 + 2], bytes
@group(0) @binding(1) var<storage, read_write> repacked: array<u32>; // [part_rows, code_words]
@group(0) @binding(2) var<storage, read> order: array<u32>; // [inputs], the input of each slot; any buffer without `sorted`
@group(0) @binding(3) var<storage, read> piece: StreamsPiece;

struct StreamsPiece {
  rows: u32, // in this piece
  first_row: u32, // of this piece, in the tensor
  cols: u32,
  row_bytes: u32, // in the file
  code_words: u32, // of a row
  high_start: u32, // word in the row where the high plane begins
  pad_code: u32, // for columns from `cols` on
  base: u32, // the tensor's rows in the weight, and the weight's rows in `repacked`: as in repack_rows.wgsl
  half: u32,
  part_start: u32,
  part_rows: u32,
}

override bits: u32 = 4u; // of a code in the file; 7 become 8
override per_word: u32 = 0u; // 0: codes follow each other without gaps
override flip: u32 = 0u; // bits of a code that are turned over: 128 where bytes are signed
override sorted: bool = false; // inputs are reordered by `order`
override tiles: u32 = 0u; // strips of rows: 1 four of AWQ gemv_fast, 2 two of EETQ, 3 eight of torchao's tiles; 0 none

fn byte_at(at: u32) -> u32 {
  return (stored[at >> 2u] >> ((at & 3u) * 8u)) & 255u;
}

// The bit of a strip where a code begins. gemv_fast: 64 columns of a row are sixteen words of 16 bits, in each four columns
// that are eight apart. EETQ: 64 columns of a row and then of the other, in each sixteen the pairs of both halves side by
// side. torchao: 128 columns of eight rows are words for four pairs of columns, in each four eights and then the second
// columns of the pairs.
fn tile_bit(row: u32, col: u32) -> u32 {
  if (tiles == 2u) {
    return 8u * ((col & 0xffffffc0u) * 2u + (row & 1u) * 64u + (col & 48u) + (col & 6u) * 2u + (col & 1u) * 2u + ((col >> 3u) & 1u));
  }
  if (tiles == 3u) {
    return 32u * ((col & 0xffffff80u) + (row & 7u) * 16u + (col & 6u) * 2u + ((col >> 5u) & 3u)) + (col & 1u) * 16u + ((col >> 3u) & 3u) * 4u;
  }
  return 16u * ((col & 0xffffffc0u) + (row & 3u) * 16u + ((col >> 2u) & 8u) + (col & 7u)) + 4u * ((col >> 3u) & 3u);
}

fn code_of(row: u32, slot: u32) -> u32 {
  if (slot >= piece.cols) {
    return piece.pad_code;
  }
  var col = slot;
  if (sorted) {
    col = order[slot];
  }
  var start = row * piece.row_bytes;
  var bit = col * bits;
  if (per_word > 0u) {
    let codes = max(per_word, 1u); // a branch that is not taken is compiled all the same
    bit = (col / codes) * 32u + (col % codes) * bits;
  }
  if (tiles > 0u) {
    start = (row - row % select(select(8u, 2u, tiles == 2u), 4u, tiles == 1u)) * piece.row_bytes;
    bit = tile_bit(row, col);
  }
  let at = start + (bit >> 3u);
  let two = byte_at(at) | (byte_at(at + 1u) << 8u);
  return ((two >> (bit & 7u)) & ((1u << bits) - 1u)) ^ flip;
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
  let low_bits = select(select(8u, 4u, bits < 7u), 2u, bits < 4u);
  let high_bits = select(bits - low_bits, 0u, bits >= 7u);
  let base = place * piece.code_words;
  var low: array<u32, 8>;
  var high: array<u32, 2>;
  for (var j = 0u; j < 32u; j++) {
    let code = code_of(row, chunk * 32u + j);
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
}

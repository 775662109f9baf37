// Copies a slice of every stored row into word-aligned, zero-padded rows: repacked[place, w] = bytes 4w..4w+3 of the slice.
// It serves every encoding: f32, f16 and bf16 rows are one slice; q8 and q4 rows are two (codes, scales).
// Stored rows may begin at any byte, and go to the place that the weight gives them: rows that are needed together
// (gate and up; the two dims that rope turns) become neighbours. One invocation per (word, row); no barriers.
@group(0) @binding(0) var<storage, read> stored: array<u32>; // [rows * stored_row_bytes / 4 + 2], bytes
@group(0) @binding(1) var<storage, read_write> repacked: array<u32>; // [all rows, repacked_row_words]
@group(0) @binding(2) var<storage, read> slice: Slice;

struct Slice {
  rows: u32, // rows in this piece
  first_row: u32, // of the tensor
  stored_row_bytes: u32,
  slice_start: u32, // byte in the stored row
  slice_bytes: u32,
  repacked_row_words: u32,
  base: u32, // place of the tensor's row 0 in the weight
  half: u32, // 0: rows in order; else of every 2 * half rows the first half goes to even places, the second to odd
  part_start: u32, // the weight's rows that `repacked` holds
  part_rows: u32,
}

fn place_of(row: u32) -> u32 {
  if (slice.half == 0u) {
    return slice.base + row;
  }
  let both = 2u * slice.half;
  let within = row % both;
  return slice.base + row - within + (within % slice.half) * 2u + within / slice.half;
}

fn word_at(byte: u32) -> u32 {
  let shift = (byte & 3u) * 8u;
  let low = stored[byte >> 2u] >> shift;
  if (shift == 0u) {
    return low;
  }
  return low | (stored[(byte >> 2u) + 1u] << (32u - shift));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let word = id.x;
  let row = id.y;
  if (word >= slice.repacked_row_words || row >= slice.rows) {
    return;
  }
  let place = place_of(slice.first_row + row) - slice.part_start; // wraps below the part, and is then too large
  if (place >= slice.part_rows) {
    return;
  }
  var value = 0u;
  if (word * 4u < slice.slice_bytes) {
    value = word_at(row * slice.stored_row_bytes + slice.slice_start + word * 4u);
    let left = slice.slice_bytes - word * 4u;
    if (left < 4u) {
      value &= (1u << (left * 8u)) - 1u;
    }
  }
  repacked[place * slice.repacked_row_words + word] = value;
}

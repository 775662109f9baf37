// Copies a slice of every stored row into word-aligned, zero-padded rows: repacked[place, row_start + w] = bytes 4w..4w+3 of
// the slice. If a matrix comes in panels of columns, each fills its own words of the rows.
// It serves every encoding: f32, f16 and bf16 rows are one slice; q8 and q4 rows are two (codes, scales).
// Stored rows may begin at any byte, and go to the place that the weight gives them: rows that are needed together
// (gate and up; the two dims that rope turns) become neighbours. One workgroup per (1024 words, row); no barriers.
@group(0) @binding(0) var<storage, read> stored: array<u32>; // [rows * stored_row_bytes / 4 + 2], bytes
@group(0) @binding(1) var<storage, read_write> repacked: array<u32>; // [all rows, row_pitch]
@group(0) @binding(2) var<storage, read> slice: Slice;

struct Slice {
  rows: u32, // rows in this piece
  first_row: u32, // of the tensor
  stored_row_bytes: u32,
  slice_start: u32, // byte in the stored row
  slice_bytes: u32,
  repacked_row_words: u32, // that the slice fills
  row_start: u32, // the first of them
  row_pitch: u32, // all of a row
  base: u32, // place of the tensor's row 0 in the weight
  half: u32, // 0: rows in order; else of every 2 * half rows the first half goes to even places, the second to odd
  part_start: u32, // the weight's rows that `repacked` holds
  part_rows: u32,
}

fn word_at(byte: u32) -> u32 {
  let shift = (byte & 3u) * 8u;
  let low = stored[byte >> 2u] >> shift;
  if (shift == 0u) {
    return low;
  }
  return low | (stored[(byte >> 2u) + 1u] << (32u - shift));
}

const words_each = 16u; // of an invocation, so that the row's place is computed once for all of them

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = group.y;
  if (row >= slice.rows) {
    return;
  }
  let place = place_of(slice.first_row + row, slice.base, slice.half) - slice.part_start; // wraps below the part, and is then too large
  if (place >= slice.part_rows) {
    return;
  }
  let source = row * slice.stored_row_bytes + slice.slice_start; // byte
  let to = place * slice.row_pitch + slice.row_start;
  let first = group.x * 64u * words_each;
  let end = min(first + 64u * words_each, slice.repacked_row_words);
  let whole = min(end, slice.slice_bytes / 4u);
  var word = first + local;
  if ((source & 3u) == 0u) {
    for (; word < whole; word += 64u) {
      repacked[to + word] = stored[source / 4u + word];
    }
  } else {
    for (; word < whole; word += 64u) {
      repacked[to + word] = word_at(source + word * 4u);
    }
  }
  for (; word < end; word += 64u) {
    var value = 0u;
    if (word * 4u < slice.slice_bytes) {
      value = word_at(source + word * 4u) & ((1u << (slice.slice_bytes % 4u * 8u)) - 1u);
    }
    repacked[to + word] = value;
  }
}

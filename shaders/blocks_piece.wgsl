// What the repacks of GGUF's blocks know about a piece, and how they read its bytes.
struct BlocksPiece {
  rows: u32, // in this piece
  first_row: u32, // of this piece, in the tensor
  cols: u32,
  row_bytes: u32, // in the file; unused for flat nibbles
  code_words: u32, // of a row
  high_start: u32, // word in the row where the high plane begins
  scale_words: u32, // of a row
  scale_start: u32, // words before the rows' scales
  second_start: u32, // words of a row before its minima or its upper level
  pad_code: u32, // for columns from `cols` on; NVFP4: the factor of all scales, as f32
  base: u32, // the tensor's rows in the weight, and the weight's rows in `repacked`: as in repack_rows.wgsl
  half: u32,
  part_start: u32,
  part_rows: u32,
}

fn byte_at(at: u32) -> u32 {
  return (stored[at >> 2u] >> ((at & 3u) * 8u)) & 255u;
}

fn half_at(at: u32) -> u32 {
  return byte_at(at) | (byte_at(at + 1u) << 8u);
}

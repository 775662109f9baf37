// Matrices whose file has inputs as rows of plain numbers, or of bytes (ONNX's MatMul and MatMulInteger) -> rows of outputs, the numbers
// in order: f32 and f16 as decode_f32 and decode_f16 have them, bytes as decode_affine's eight bits. A piece is some units of
// eight inputs, the last perhaps of fewer. One invocation per (output, unit).
@group(0) @binding(0) var<storage, read> stored: array<u32>; // [inputs, rows], numbers
@group(0) @binding(1) var<storage, read_write> repacked: array<u32>; // [part_rows, code_words]
@group(0) @binding(2) var<storage, read> piece: TurnedPiece;

struct TurnedPiece {
  units: u32, // in this piece; behind the last, those that fill a row
  first_unit: u32, // of this piece, in the tensor
  rows: u32, // outputs
  cols: u32, // inputs
  code_words: u32, // of a row
  pad_code: u32, // for columns from `cols` on
  base: u32, // the tensor's rows in the weight, and the weight's rows in `repacked`: as in repack_rows.wgsl
  half: u32,
  part_start: u32,
  part_rows: u32,
}

override size: u32 = 4u; // bytes of a number: 1, 2 or 4
override flip: u32 = 0u; // bits of a byte that are turned over: 128 where bytes are signed

fn number_at(at: u32) -> u32 {
  if (size == 4u) {
    return stored[at];
  }
  if (size == 2u) {
    return (stored[at >> 1u] >> ((at & 1u) * 16u)) & 0xffffu;
  }
  return ((stored[at >> 2u] >> ((at & 3u) * 8u)) & 255u) ^ flip;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  let unit = id.y;
  if (row >= piece.rows || unit >= piece.units) {
    return;
  }
  let place = place_of(row, piece.base, piece.half) - piece.part_start; // wraps below the part, and is then too large
  if (place >= piece.part_rows) {
    return;
  }
  let first = (piece.first_unit + unit) * 8u;
  var words: array<u32, 8>;
  for (var j = 0u; j < 8u; j++) {
    var number = piece.pad_code;
    if (first + j < piece.cols) {
      number = number_at((unit * 8u + j) * piece.rows + row);
    }
    let byte = j * size;
    words[byte >> 2u] |= number << ((byte & 3u) * 8u);
  }
  let into = place * piece.code_words + (piece.first_unit + unit) * 2u * size;
  for (var w = 0u; w < 2u * size; w++) {
    repacked[into + w] = words[w];
  }
}

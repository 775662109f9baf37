// Stored rows already laid out as on the GPU (f32, f16, bf16 of whole chunks), each to its place. One workgroup per
// (256 units of 16 bytes, row); no barriers.
@group(0) @binding(0) var<storage, read> stored: array<vec4u>; // [rows, row_units]
@group(0) @binding(1) var<storage, read_write> copied: array<vec4u>; // [part_rows, row_units]
@group(0) @binding(2) var<storage, read> piece: CopyPiece;

struct CopyPiece {
  rows: u32, // in this piece
  first_row: u32, // of the tensor
  row_units: u32,
  base: u32, // the tensor's rows in the weight, and the weight's rows in `copied`: as in repack_rows.wgsl
  half: u32,
  part_start: u32,
  part_rows: u32,
}

const units_each = 4u; // of an invocation, so that the row's place is computed once for all of them

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = group.y;
  if (row >= piece.rows) {
    return;
  }
  let place = place_of(piece.first_row + row, piece.base, piece.half) - piece.part_start; // below the part: too large
  if (place >= piece.part_rows) {
    return;
  }
  let first = group.x * 64u * units_each;
  let end = min(first + 64u * units_each, piece.row_units);
  for (var unit = first + local; unit < end; unit += 64u) {
    copied[place * piece.row_units + unit] = stored[row * piece.row_units + unit];
  }
}

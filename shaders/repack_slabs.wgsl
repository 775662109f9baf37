// Packed groups of HQQ and optimum-quanto -> the decodes' planes. A packed group holds a code of each of `slabs` groups in every
// byte (three bits: in every word); slab s of packed group g is group s * step + g. Groups follow each other along the rows of
// the matrix. One invocation per (slab and chunk of 32 columns, packed group).
@group(0) @binding(0) var<storage, read> stored: array<u32>; // [units * group * 32 / slabs + 2], bytes
@group(0) @binding(1) var<storage, read_write> repacked: array<u32>; // [part_rows, code_words]
@group(0) @binding(2) var<storage, read> piece: SlabsPiece;

struct SlabsPiece {
  units: u32, // packed groups in this piece
  first_unit: u32, // of this piece, in the tensor
  groups: u32, // of the matrix
  row_groups: u32, // groups in a row of it
  group_chunks: u32, // chunks in a group
  step: u32, // packed groups in the tensor
  slabs: u32,
  code_words: u32, // of a row
  high_start: u32, // word in the row where the high plane begins
  base: u32, // the tensor's rows in the weight, and the weight's rows in `repacked`: as in repack_rows.wgsl
  half: u32,
  part_start: u32,
  part_rows: u32,
}

override bits: u32 = 4u; // of a code: 1, 2, 4 or 8 in bytes, 3 in words
override from_high: bool = false; // the first slab has the highest bits

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let slab = id.x / piece.group_chunks;
  let chunk = id.x % piece.group_chunks;
  let group = slab * piece.step + piece.first_unit + id.y;
  if (slab >= piece.slabs || id.y >= piece.units || group >= piece.groups) {
    return;
  }
  let place = place_of(group / piece.row_groups, piece.base, piece.half) - piece.part_start; // wraps below the part, and is then too large
  if (place >= piece.part_rows) {
    return;
  }
  let shift = bits * select(slab, piece.slabs - 1u - slab, from_high);
  let low_bits = select(bits, 2u, bits == 3u);
  let base = place * piece.code_words;
  let into = (group % piece.row_groups) * piece.group_chunks + chunk;
  var low: array<u32, 8>;
  var high = 0u;
  for (var j = 0u; j < 32u; j++) {
    let at = (id.y * piece.group_chunks + chunk) * 32u + j;
    let packed = select((stored[at >> 2u] >> ((at & 3u) * 8u)) & 255u, stored[at], bits == 3u);
    let code = (packed >> shift) & ((1u << bits) - 1u);
    let low_at = (j >> 2u) * low_bits;
    low[low_at >> 3u] |= (code & ((1u << low_bits) - 1u)) << ((j & 3u) * 8u + (low_at & 7u));
    high |= (code >> low_bits) << ((j & 3u) * 8u + (j >> 2u));
  }
  for (var w = 0u; w < low_bits; w++) {
    repacked[base + into * low_bits + w] = low[w];
  }
  if (bits == 3u) {
    repacked[base + piece.high_start + into] = high;
  }
}

// The codes of GPTQ, AWQ, Marlin and EXL2, whose files have inputs as rows -> rows of outputs, in the decodes' planes.
// A piece is some units of 32 inputs, all of the same bits. In a unit each output has `bits` words, one below the other,
// that are one stream of codes from the low bits up; AWQ has a word for eight outputs of one input, Marlin 128 words for a
// tile of 16 inputs and 64 outputs.
// With `scatter` an input goes to its slot, else units go to chunks in order. One invocation per (output, unit); words
// that several invocations share are only or-ed into, so the codes must be zero at first.
@group(0) @binding(0) var<storage, read> stored: array<u32>; // [units, words of a unit]
@group(0) @binding(1) var<storage, read_write> repacked: array<atomic<u32>>; // [part_rows, code_words]
@group(0) @binding(2) var<storage, read> slots: array<u32>; // [inputs]; any buffer without `scatter`
@group(0) @binding(3) var<storage, read> piece: ColumnsPiece;

struct ColumnsPiece {
  units: u32,
  first_unit: u32, // of this piece, counted from the beginning of the run
  rows: u32, // outputs
  outputs: u32, // in the file: with padding, or with those of other matrices
  first_output: u32, // of these in the file
  code_words: u32, // in a row
  plane_start: u32, // word in the row where the run's low bits begin
  high_start: u32, // and its high bits
  base: u32, // the tensor's rows in the weight, and the weight's rows in `repacked`: as in repack_rows.wgsl
  half: u32,
  part_start: u32,
  part_rows: u32,
}

override bits: u32 = 4u;
override packing: u32 = 0u; // of four bits: 1 AWQ's, 2 Marlin's; 0 all others
override scatter: bool = false;

fn code_of(unit: u32, output: u32, j: u32) -> u32 {
  if (packing == 2u) {
    // The order in which the threads of a tensor core's operand take them: two neighbouring inputs and two eights of both.
    let tile = (unit * 2u + (j >> 4u)) * (piece.outputs / 64u) + output / 64u;
    let word = stored[tile * 128u + (output & 7u) * 16u + (j & 6u) * 2u + ((output >> 4u) & 3u)];
    let place = ((j & 1u) << 2u) | ((output >> 2u) & 2u) | ((j >> 3u) & 1u);
    return (word >> (4u * place)) & 15u;
  }
  if (packing == 1u) {
    let word = stored[(unit * 32u + j) * (piece.outputs / 8u) + output / 8u];
    let place = ((output & 1u) << 2u) | ((output >> 1u) & 3u); // 0, 4, 1, 5, 2, 6, 3, 7
    return (word >> (4u * place)) & 15u;
  }
  let bit = j * bits;
  let at = (unit * bits + (bit >> 5u)) * piece.outputs + output;
  let shift = bit & 31u;
  var value = stored[at] >> shift;
  if (shift + bits > 32u) {
    value |= stored[at + piece.outputs] << (32u - shift);
  }
  return value & ((1u << bits) - 1u);
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
  let low_bits = select(select(8u, 4u, bits < 8u), 2u, bits < 4u);
  let high_bits = bits - low_bits;
  let base = place * piece.code_words;
  var low: array<u32, 8>;
  var high: array<u32, 2>;
  for (var j = 0u; j < 32u; j++) {
    let code = code_of(unit, piece.first_output + row, j);
    var slot = (piece.first_unit + unit) * 32u + j;
    if (scatter) {
      slot = slots[slot];
    }
    let quad = (slot & 31u) >> 2u;
    let byte = (slot & 3u) * 8u;
    let low_at = quad * low_bits;
    let high_at = quad * high_bits;
    let low_code = (code & ((1u << low_bits) - 1u)) << (byte + (low_at & 7u));
    let high_code = (code >> low_bits) << (byte + (high_at & 7u));
    if (scatter) {
      let chunk = slot >> 5u;
      atomicOr(&repacked[base + piece.plane_start + chunk * low_bits + (low_at >> 3u)], low_code);
      if (high_bits > 0u) {
        atomicOr(&repacked[base + piece.high_start + chunk * high_bits + (high_at >> 3u)], high_code);
      }
    } else {
      low[low_at >> 3u] |= low_code;
      high[high_at >> 3u] |= high_code;
    }
  }
  if (!scatter) {
    let chunk = piece.first_unit + unit;
    for (var w = 0u; w < low_bits; w++) {
      atomicStore(&repacked[base + piece.plane_start + chunk * low_bits + w], low[w]);
    }
    for (var w = 0u; w < high_bits; w++) {
      atomicStore(&repacked[base + piece.high_start + chunk * high_bits + w], high[w]);
    }
  }
}

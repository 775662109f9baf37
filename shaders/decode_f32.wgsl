// Decode f32: eight weights as stored. Rows are padded with zeros to whole blocks of eight.
@group(1) @binding(0) var<storage, read> weights: array<vec4f>; // [rows, row_blocks, 2]

override row_blocks: u32; // blocks of eight in a row

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

fn eight_weights(row: u32, block: u32) -> Eight {
  let at = (row * row_blocks + block) * 2u;
  return Eight(weights[at], weights[at + 1u]);
}

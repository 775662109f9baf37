// Decode f32: eight weights as stored. Rows are padded with zeros to whole blocks of eight.
struct WeightShape {
  row_blocks: u32, // blocks of eight in a row
  scale_words: u32, // words of scales in a row
  row_start: u32, // where this part's rows begin in the whole matrix
  row_count: u32, // rows in this part
}
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> weights: array<vec4f>; // [rows, row_blocks, 2]

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

fn eight_weights(row: u32, block: u32) -> Eight {
  let at = (row * shape.row_blocks + block) * 2u;
  return Eight(weights[at], weights[at + 1u]);
}

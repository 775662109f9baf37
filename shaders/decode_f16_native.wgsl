// Decode f16 where the device has shader-f16: the same bytes as decode_f16, read as half vectors. Arithmetic stays f32.
@group(1) @binding(0) var<storage, read> weights: array<vec4<f16>>; // [rows, row_blocks, 2]

override row_blocks: u32; // blocks of eight in a row

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

fn eight_weights(row: u32, block: u32) -> Eight {
  let at = (row * row_blocks + block) * 2u;
  return Eight(vec4f(weights[at]), vec4f(weights[at + 1u]));
}

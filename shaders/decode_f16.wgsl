// Decode f16 without the shader-f16 feature: two halves a word, widened exactly by core WGSL.
@group(1) @binding(0) var<storage, read> weights: array<vec4u>; // [rows, row_blocks], eight f16 each

override row_blocks: u32; // blocks of eight in a row

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

fn eight_weights(row: u32, block: u32) -> Eight {
  let word = weights[row * row_blocks + block];
  return Eight(
    vec4f(unpack2x16float(word.x), unpack2x16float(word.y)),
    vec4f(unpack2x16float(word.z), unpack2x16float(word.w)),
  );
}

// Activations as bytes for matmul_int8: code = round(x / scale), scale = max |x| / 127 of 32 neighbouring columns.
// Columns that hold a NaN or an infinity get one for their scale: the largest is found by bits, where max() of floats
// drops a NaN. One invocation per (32 columns, token); no barriers.
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [tokens, stride / 4], zero beyond K
@group(0) @binding(1) var<storage, read_write> codes: array<vec4u>; // [tokens, stride / 16], 16 signed bytes each
@group(0) @binding(2) var<storage, read_write> scales: array<f32>; // [tokens, stride / 32]
@group(0) @binding(3) var<uniform> step: Step;

override stride: u32; // f32 in a row of x, a multiple of 32

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let chunks = stride / 32u;
  if (id.x >= chunks || id.y >= step.count) {
    return;
  }
  let chunk = id.y * chunks + id.x;
  let at = chunk * 8u;
  var largest = vec4u(0u);
  for (var i = 0u; i < 8u; i++) {
    largest = max(largest, bitcast<vec4u>(x[at + i]) & vec4u(0x7fffffffu));
  }
  let scale = bitcast<f32>(max(max(largest.x, largest.y), max(largest.z, largest.w))) / 127.0;
  let factor = select(0.0, 1.0 / scale, scale > 0.0);
  scales[chunk] = scale;
  codes[chunk * 2u] = vec4u(
    bytes(x[at] * factor),
    bytes(x[at + 1u] * factor),
    bytes(x[at + 2u] * factor),
    bytes(x[at + 3u] * factor),
  );
  codes[chunk * 2u + 1u] = vec4u(
    bytes(x[at + 4u] * factor),
    bytes(x[at + 5u] * factor),
    bytes(x[at + 6u] * factor),
    bytes(x[at + 7u] * factor),
  );
}

fn bytes(four: vec4f) -> u32 {
  return pack4xI8(clamp(vec4i(round(four)), vec4i(-127), vec4i(127)));
}

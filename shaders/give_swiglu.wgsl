// y[i] = gate_of(gate) * up: rows 2i and 2i + 1 of the weight are gate's and up's row i.
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [tokens, y_stride]

override y_stride: u32 = 0u; // of several tokens
override gelu: bool = false;

fn give(row: u32, token: u32, values: vec2f, rows_end: u32) {
  y[token * y_stride + row / 2u] = gate_of(values.x, gelu) * values.y;
}

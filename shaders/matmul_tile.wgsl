// y[t, n] = sum_k w[n, k] x[t, k], or y[t, n] += with `add`: a linear layer over many tokens, f32 accumulation.
// A workgroup of 64 makes a tile of 32 tokens by 32 rows, each invocation 4 by 4 of it. K goes by in steps of 32: both
// operands are staged in shared memory (weights are decoded once per tile), a barrier before and one after their use.
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [tokens rounded up to 32, x_stride / 4], zero beyond K
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [tokens, y_stride]
@group(0) @binding(2) var<storage, read> step: Step;
@group(0) @binding(3) var<uniform> linear: Linear;

struct Step {
  position: u32,
  count: u32,
}

// Uniform, not override constants: this kernel takes software adapters seconds to compile, once is enough.
struct Linear {
  x_stride: u32, // f32 in a row of x, a multiple of 32
  y_stride: u32, // f32 in a row of y
  add: u32, // 1: y +=
}

var<workgroup> x_tile: array<vec4f, 256>; // [32 tokens, 8]
var<workgroup> w_tile: array<vec4f, 256>; // [32 rows, 8]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let first_row = group.x * 32u;
  let first_token = group.y * 32u;
  let my_row = (index % 8u) * 4u;
  let my_token = (index / 8u) * 4u;
  var sums: array<vec4f, 4>; // [4 tokens], four rows each

  for (var block = 0u; block < shape.row_blocks; block += 4u) {
    for (var i = index; i < 256u; i += 64u) {
      x_tile[i] = x[(first_token + i / 8u) * (linear.x_stride / 4u) + block * 2u + i % 8u];
    }
    for (var i = index; i < 128u; i += 64u) {
      let row = first_row + i / 4u;
      let at = block + i % 4u;
      var eight = Eight(vec4f(0.0), vec4f(0.0));
      if (row < shape.row_count && at < shape.row_blocks) {
        eight = eight_weights(row, at);
      }
      w_tile[i * 2u] = eight.lo;
      w_tile[i * 2u + 1u] = eight.hi;
    }
    workgroupBarrier();
    for (var k = 0u; k < 8u; k++) {
      let w0 = w_tile[my_row * 8u + k];
      let w1 = w_tile[my_row * 8u + 8u + k];
      let w2 = w_tile[my_row * 8u + 16u + k];
      let w3 = w_tile[my_row * 8u + 24u + k];
      for (var t = 0u; t < 4u; t++) {
        let value = x_tile[(my_token + t) * 8u + k];
        sums[t] += vec4f(dot(value, w0), dot(value, w1), dot(value, w2), dot(value, w3));
      }
    }
    workgroupBarrier();
  }

  for (var t = 0u; t < 4u; t++) {
    let token = first_token + my_token + t;
    for (var r = 0u; r < 4u; r++) {
      let row = first_row + my_row + r;
      if (token < step.count && row < shape.row_count) {
        let at = token * linear.y_stride + shape.row_start + row;
        y[at] = select(0.0, y[at], linear.add == 1u) + sums[t][r];
      }
    }
  }
}

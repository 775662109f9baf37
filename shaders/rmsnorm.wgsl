// out[t, i] = x[t, i] * gain[i] / sqrt(mean(x[t, :]^2) + eps), in f32; or added to what out holds.
// One workgroup per token; its invocations add up the squares in a strided sum | barrier | all read all.
@group(0) @binding(0) var<storage, read> x: array<f32>; // [tokens, stride]
@group(0) @binding(1) var<storage, read> gain: array<f32>; // [dim]
@group(0) @binding(2) var<storage, read_write> out: array<f32>; // [tokens, stride]

override dim: u32;
override stride: u32; // dim rounded up to 32
override eps: f32;
override threads: u32 = 64u; // or 256
override add: bool = false;

var<workgroup> squares: array<f32, 256>;

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * stride;
  var sum = 0.0;
  for (var i = lane; i < dim; i += threads) {
    let value = x[row + i];
    sum += value * value;
  }
  squares[lane] = sum;
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0u; i < threads; i++) {
    total += squares[i];
  }
  let scale = 1.0 / sqrt(total / f32(dim) + eps);
  for (var i = lane; i < dim; i += threads) {
    let value = x[row + i] * scale * gain[i];
    if (add) {
      out[row + i] += value;
    } else {
      out[row + i] = value;
    }
  }
}

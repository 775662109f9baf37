// out[t, i] = x[t, i] * gain[i] / sqrt(mean(x[t, :]^2) + eps), in f32; or added to what out holds.
// Centred it is LayerNorm: (x - mean) takes x's place, and a bias is added. One workgroup per token; its invocations add up the
// squares in a strided sum | barrier | all read all; so they do for the mean before, with a barrier more.
@group(0) @binding(0) var<storage, read> x: array<f32>; // [tokens, stride]
@group(0) @binding(1) var<storage, read> gain: array<f32>; // [dim]; centred [2, stride], with the biases
@group(0) @binding(2) var<storage, read_write> out: array<f32>; // [tokens, stride]

override dim: u32;
override stride: u32; // dim rounded up to 32
override eps: f32;
override threads: u32 = 64u; // or 256
override add: bool = false;
override centred: bool = false;

var<workgroup> squares: array<f32, 256>;

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * stride;
  var mean = 0.0;
  if (centred) {
    var part = 0.0;
    for (var i = lane; i < dim; i += threads) {
      part += x[row + i];
    }
    squares[lane] = part;
    workgroupBarrier();
    for (var i = 0u; i < threads; i++) {
      mean += squares[i];
    }
    mean /= f32(dim);
    workgroupBarrier();
  }
  var sum = 0.0;
  for (var i = lane; i < dim; i += threads) {
    let value = x[row + i] - mean;
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
    var value = (x[row + i] - mean) * scale * gain[i];
    if (centred) {
      value += gain[stride + i];
    }
    if (add) {
      out[row + i] += value;
    } else {
      out[row + i] = value;
    }
  }
}

// rope_cache.wgsl for models that norm each head of q and k before it is turned (Qwen3): x · gain / sqrt(mean(x²) + eps).
// A workgroup of 64 per (head of q, k or v; token): each invocation sums the squares of every 64th pair; one barrier before
// the total is read; then each hands on its pairs. With rope_rows.wgsl and cache_write.wgsl.
@group(0) @binding(1) var<storage, read> gain: array<f32>; // [2, head_dim]: of q, of k; pairs are not neighbours here

override eps: f32;

var<workgroup> squares: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = group.x;
  let half_dim = head_dim / 2u;
  let first = group.y * qkv_stride + head * head_dim;
  var sum = 0.0;
  for (var i = lane; i < half_dim; i += 64u) {
    let pair = vec2f(qkv[first + 2u * i], qkv[first + 2u * i + 1u]);
    sum += dot(pair, pair);
  }
  squares[lane] = sum;
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0u; i < 64u; i++) {
    total += squares[i];
  }
  let scale = 1.0 / sqrt(total / f32(head_dim) + eps);
  let is_value = head >= heads + kv_heads;
  let gains = select(0u, head_dim, head >= heads);
  for (var i = lane; i < half_dim; i += 64u) {
    var pair = vec2f(qkv[first + 2u * i], qkv[first + 2u * i + 1u]);
    if (!is_value) {
      pair *= vec2f(gain[gains + i], gain[gains + half_dim + i]) * scale;
    }
    write_pair(head * head_dim + 2u * i, pair, group.y);
  }
}

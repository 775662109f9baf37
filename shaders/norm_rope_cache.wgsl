// rope_cache.wgsl for models that norm each head of q and k before it is turned (Qwen3): x · gain / sqrt(mean(x²) + eps).
// Jointly (OLMo 2), the mean is that of all heads of q, or of k. A workgroup of 64 per (head of q, k or v; token): each invocation sums the squares of every 64th pair; one barrier before
// the total is read; then each hands on its pairs. With rope_rows.wgsl and cache_write.wgsl.
@group(0) @binding(1) var<storage, read> gain: array<f32>; // [2, head_dim]: of q, of k, or jointly [heads + kv_heads, head_dim]; pairs are not neighbours here

override eps: f32;
override joint: bool = false;

var<workgroup> squares: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = group.x;
  let half_dim = head_dim / 2u;
  let row = group.y * qkv_stride;
  let first = row + head * head_dim;
  let of_query = head < heads;
  let start = select(first, row + select(heads * head_dim, 0u, of_query), joint);
  let mean_dim = head_dim * select(1u, select(kv_heads, heads, of_query), joint);
  var sum = 0.0;
  for (var i = lane; i < mean_dim / 2u; i += 64u) {
    let pair = vec2f(qkv[start + 2u * i], qkv[start + 2u * i + 1u]);
    sum += dot(pair, pair);
  }
  squares[lane] = sum;
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0u; i < 64u; i++) {
    total += squares[i];
  }
  let scale = 1.0 / sqrt(total / f32(mean_dim) + eps);
  let is_value = head >= heads + kv_heads;
  let gains = head_dim * select(select(1u, 0u, of_query), head, joint);
  for (var i = lane; i < half_dim; i += 64u) {
    var pair = vec2f(qkv[first + 2u * i], qkv[first + 2u * i + 1u]);
    if (!is_value) {
      pair *= vec2f(gain[gains + i], gain[gains + half_dim + i]) * scale;
    }
    write_pair(head * head_dim + 2u * i, pair, group.y);
  }
}

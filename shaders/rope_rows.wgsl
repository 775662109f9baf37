// What both rope kernels read and write: products of a batch of tokens, and q. With cache_write.wgsl.
@group(0) @binding(0) var<storage, read> qkv: array<f32>; // [tokens, qkv_stride]
@group(0) @binding(2) var<storage, read_write> q: array<f32>; // [tokens, q_stride]

override qkv_stride: u32;
override q_stride: u32;

fn write_query(row: u32, pair: vec2f, token: u32) {
  let at = token * q_stride + row;
  q[at] = pair.x;
  q[at + 1u] = pair.y;
}

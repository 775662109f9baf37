// x for a matrix-vector product with a weight whose inputs are in an order of their own. With take_span.wgsl.
@group(0) @binding(0) var<storage, read> x: array<f32>; // [tokens, row_chunks * 32]
@group(1) @binding(3) var<storage, read> order: array<vec4u>; // [row_chunks * 8]: where each slot's input is in x

fn raw_at(token: u32, at: u32) -> vec4f {
  let places = order[at] + token * shape.row_chunks * 32u;
  return vec4f(x[places.x], x[places.y], x[places.z], x[places.w]);
}

fn taken(raw: vec4f, at: u32) -> vec4f {
  return raw;
}

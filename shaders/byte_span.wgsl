// A tile of x in shared memory, 16 bits as two separate bytes, and its products with the codes of a chunk.
const largest_whole = 32639.0; // 127 * 256 + 127

var<workgroup> x_bytes: array<vec4u, 264>; // twice [4 eights of columns, 32 chunks]: two words of high bytes, two of low
var<workgroup> x_facts: array<vec2f, 264>; // their scale and their sum

// An eight of x, in the order of its decode's codes. The largest is found by bits: max() of floats drops a NaN, which must
// not become a number here.
fn keep(place: u32, near: vec4f, far: vec4f) {
  let largest = max(bitcast<vec4u>(near) & vec4u(0x7fffffffu), bitcast<vec4u>(far) & vec4u(0x7fffffffu));
  let most = bitcast<f32>(max(max(largest.x, largest.y), max(largest.z, largest.w)));
  let factor = select(0.0, largest_whole / most, most > 0.0);
  var first = vec4i(round(near * factor));
  var second = vec4i(round(far * factor));
  let sums = first + second;
  if (codes_interleaved) {
    let even = vec4i(first.xz, second.xz);
    second = vec4i(first.yw, second.yw);
    first = even;
  }
  let first_high = (first + 128) >> vec4u(8u);
  let second_high = (second + 128) >> vec4u(8u);
  x_bytes[place] = vec4u(
    pack4xI8(first_high),
    pack4xI8(second_high),
    pack4xI8(first - first_high * 256),
    pack4xI8(second - second_high * 256),
  );
  let scale = most / largest_whole;
  x_facts[place] = vec2f(scale, scale * f32((sums.x + sums.y) + (sums.z + sums.w)));
}

fn eight_dot(chunk: Chunk, i: u32, bytes: vec4u, facts: vec2f) -> f32 {
  let codes = codes_of(chunk, i);
  let high = dot4I8Packed(codes.x, bytes.x) + dot4I8Packed(codes.y, bytes.y);
  let low = dot4I8Packed(codes.x, bytes.z) + dot4I8Packed(codes.y, bytes.w);
  let affine = affine_of(chunk);
  return affine.x * (facts.x * f32(high * 256 + low)) + affine.y * facts.y;
}

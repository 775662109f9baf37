// How fast can this adapter read? Every vec4u of `data` is read once a dispatch and its words are added (mod 2^32); the
// host knows what they add up to. 256 a workgroup, four loads in flight, neighbours read neighbours; no barriers.
@group(0) @binding(0) var<storage, read> data: array<vec4u>; // [a multiple of four times the invocations]
@group(0) @binding(1) var<storage, read_write> sums: array<u32>; // [invocations], added to

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let threads = groups.x * 256u;
  var sum = vec4u(0u);
  for (var i = id.x; i < arrayLength(&data); i += threads * 4u) {
    let a = data[i];
    let b = data[i + threads];
    let c = data[i + threads * 2u];
    let d = data[i + threads * 3u];
    sum += (a + b) + (c + d);
  }
  sums[id.x] += (sum.x + sum.y) + (sum.z + sum.w);
}

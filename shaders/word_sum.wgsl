// sum += the sum of words, each mixed with where it stands, modulo 2^32: in which order they are added does not matter.
// Of every `every` times four words the first four are looked at. Each invocation adds once; no barriers, which cost a
// software adapter most.
@group(0) @binding(0) var<storage, read> words: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> sum: atomic<u32>;

override every: u32 = 1u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let units = arrayLength(&words);
  var own = vec4u(0u);
  for (var unit = id.x * every; unit < units; unit += groups.x * 64u * every) {
    let at = vec4u(unit * 4u) + vec4u(0u, 1u, 2u, 3u);
    own += mixed_four(words[unit], at);
  }
  atomicAdd(&sum, own.x + own.y + own.z + own.w);
}

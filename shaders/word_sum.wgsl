// sum += the sum of words, each mixed with its place, modulo 2^32: the order in which they are added does not matter.
// Words are read in fours; beyond 4096 fours, only every `every`th and the last (src/gpu/word-sum.ts, sampleSum).
// Each invocation adds once; no barriers, which cost a software adapter most.
@group(0) @binding(0) var<storage, read> words: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> sum: atomic<u32>;

override every: u32;

const all_of = 4096u;

fn mixed_at(four: u32) -> vec4u {
  return mixed_four(words[four], vec4u(4u * four) + vec4u(0u, 1u, 2u, 3u));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let fours = arrayLength(&words);
  let apart = select(1u, every, fours > all_of);
  var own = vec4u(0u);
  for (var four = id.x * apart; four < fours; four += groups.x * 64u * apart) {
    own += mixed_at(four);
  }
  if (id.x == 0u && (fours - 1u) % apart != 0u) {
    own += mixed_at(fours - 1u);
  }
  atomicAdd(&sum, own.x + own.y + own.z + own.w);
}

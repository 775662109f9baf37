// Made-up weights for benchmarks: words[i] = a hash of (seed, i), shaped by `kind` into a sane weight.
// One invocation per word, 64 a workgroup, the grid folded into two dimensions; no barriers.
@group(0) @binding(0) var<storage, read_write> words: array<u32>; // [fill.count]
@group(0) @binding(1) var<uniform> fill: Fill;

struct Fill {
  seed: u32,
  count: u32,
  size: f32, // of the numbers made: largest for kinds 2 to 4, middle for kind 1
}

// 0: any bits (codes). 1: two f16 scales, size * 0.5 to 1.5, either sign. 2, 3, 4: numbers in -size..size as one f32, two
// f16, two bf16. 5: one f32 gain, 0.5 to 1.5. 6: i * 2654435761 + seed, whose sum is known.
override kind: u32;

fn pcg(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}

// Each 16 bits of the hash as a number in 0..1.
fn halves(hash: u32) -> vec2f {
  return vec2f(vec2u(hash & 0xffffu, hash >> 16u)) * (1.0 / 65535.0);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.y * groups.x + group.x) * 64u + lane;
  if (i >= fill.count) {
    return;
  }
  let hash = pcg(i ^ pcg(fill.seed));
  let parts = halves(hash);
  let centred = (parts * 2.0 - 1.0) * fill.size;
  var word = hash;
  if (kind == 1u) {
    // The sign comes from bits that hardly matter to the size.
    let sign = vec2f(select(-1.0, 1.0, (hash & 1u) == 0u), select(-1.0, 1.0, (hash & 0x10000u) == 0u));
    word = pack2x16float((parts + 0.5) * sign * fill.size);
  } else if (kind == 2u) {
    word = bitcast<u32>(centred.x);
  } else if (kind == 3u) {
    word = pack2x16float(centred);
  } else if (kind == 4u) {
    word = (bitcast<u32>(centred.x) >> 16u) | (bitcast<u32>(centred.y) & 0xffff0000u);
  } else if (kind == 5u) {
    word = bitcast<u32>(parts.x + 0.5);
  } else if (kind == 6u) {
    word = i * 2654435761u + fill.seed;
  }
  words[i] = word;
}

// The cheapest dispatch that depends on the one before: next = previous + 1. One workgroup, one write; no barriers.
@group(0) @binding(0) var<storage, read> previous: array<u32>; // [1]
@group(0) @binding(1) var<storage, read_write> next: array<u32>; // [1]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
  if (lane == 0u) {
    next[0] = previous[0] + 1u;
  }
}

// y[n] = sum_k w[n, k] x[k], or y[n] += with `add`: matvec.wgsl's sibling for devices with subgroups, without barriers.
// Each subgroup takes one row after another. How many subgroups a workgroup of 64 has is known only here (4 to 128
// lanes), so subgroups walk the rows with the stride of all subgroups in the grid: any grid size gives every row.
// Lanes of a subgroup are taken to be neighbours in local_invocation_index; the kernel tests hold each adapter to it.
diagnostic(off, subgroup_uniformity); // `row` is the same in a whole subgroup, which the analysis cannot see

@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [row_blocks * 2], zero beyond K
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [row_start + row_count]

override add: bool = false;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(subgroup_size) size: u32,
) {
  let subgroups = max(1u, 64u / size);
  let lanes = min(size, 64u);
  for (var row = group.x * subgroups + index / size; row < shape.row_count; row += groups.x * subgroups) {
    var sum = vec4f(0.0);
    for (var block = lane; block < shape.row_blocks; block += lanes) {
      let eight = eight_weights(row, block);
      sum += eight.lo * x[block * 2u] + eight.hi * x[block * 2u + 1u];
    }
    let total = subgroupAdd((sum.x + sum.y) + (sum.z + sum.w));
    if (lane == 0u) {
      let at = shape.row_start + row;
      y[at] = select(0.0, y[at], add) + total;
    }
  }
}

// matvec.wgsl's sibling for devices with subgroups. A subgroup takes four rows; with splits > 1 several subgroups of a
// workgroup share four rows (where rows are few and the GPU is wide) and meet behind a barrier; otherwise there is none.
// How many subgroups a workgroup of 64 has is known only here (4 to 128 lanes), so teams walk the fours with the stride
// of all teams in the grid: any grid gives every row. Lanes of a subgroup are taken to be neighbours in
// local_invocation_index; the kernel tests hold each adapter to it.
diagnostic(off, subgroup_uniformity); // rows are the same in a whole subgroup, which the analysis cannot see

override splits: u32 = 1u; // 1, 2 or 4; taken down to the subgroups there are

var<workgroup> partial: array<vec4f, 64>; // [subgroups], at most 16 in a workgroup of 64
var<workgroup> partial_squares: array<f32, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(subgroup_size) size: u32,
) {
  let subgroups = max(1u, 64u / size);
  let sharing = min(splits, subgroups);
  let teams = subgroups / sharing;
  let mine = index / size; // my subgroup
  let share = (mine % sharing) * min(size, 64u) + lane;
  let stride = sharing * min(size, 64u);
  let fours = (shape.row_count + 3u) / 4u;
  // The same trip count for the whole workgroup, for the barriers' sake.
  for (var base = group.x * teams; base < fours; base += groups.x * teams) {
    let four = base + mine / sharing;
    let first = min(four * 4u, shape.row_count - 1u);
    let last = shape.row_count - 1u;
    let second = min(first + 1u, last);
    let third = min(first + 2u, last);
    let fourth = min(first + 3u, last);
    var totals = vec4f(0.0);
    var squares = 0.0;
    for (var chunk = share; chunk < shape.row_chunks; chunk += stride) {
      let x_span = span_at(0u, chunk);
      squares += x_span.squares;
      totals += vec4f(
        chunk_dot(chunk_at(first, chunk), x_span),
        chunk_dot(chunk_at(second, chunk), x_span),
        chunk_dot(chunk_at(third, chunk), x_span),
        chunk_dot(chunk_at(fourth, chunk), x_span),
      );
    }
    totals = subgroupAdd(totals);
    squares = subgroupAdd(squares);
    if (splits > 1u) {
      if (lane == 0u) {
        partial[mine] = totals;
        partial_squares[mine] = squares;
      }
      workgroupBarrier();
      for (var other = 1u; other < sharing; other++) {
        let at = mine / sharing * sharing + (mine + other) % sharing;
        totals += partial[at];
        squares += partial_squares[at];
      }
      workgroupBarrier();
    }
    if (lane == 0u && mine % sharing == 0u && four < fours) {
      totals *= scale_of(squares);
      let row = shape.row_start + first;
      let rows_end = shape.row_start + shape.row_count;
      give(row, 0u, biased(row, 0u, totals.xy), rows_end);
      if (first + 2u < shape.row_count) {
        give(row + 2u, 0u, biased(row + 2u, 0u, totals.zw), rows_end);
      }
    }
  }
}

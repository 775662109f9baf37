// matvec_subgroup.wgsl's sibling for two to eight tokens: each part of a row is read once and meets all of them. Every
// token's sums are made in matvec_subgroup's order.
diagnostic(off, subgroup_uniformity); // rows are the same in a whole subgroup, which the analysis cannot see

override splits: u32 = 1u; // 1, 2 or 4; taken down to the subgroups there are
override tokens: u32;

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
    var totals: array<vec4f, 8>;
    var squares: array<f32, 8>;
    for (var chunk = share; chunk < shape.row_chunks; chunk += stride) {
      let a = chunk_at(first, chunk);
      let b = chunk_at(min(first + 1u, last), chunk);
      let c = chunk_at(min(first + 2u, last), chunk);
      let d = chunk_at(min(first + 3u, last), chunk);
      for (var token = 0u; token < tokens; token++) {
        let x = span_at(token, chunk);
        squares[token] += x.squares;
        totals[token] += vec4f(chunk_dot(a, x), chunk_dot(b, x), chunk_dot(c, x), chunk_dot(d, x));
      }
    }
    for (var token = 0u; token < tokens; token++) {
      var total = subgroupAdd(totals[token]);
      var square = subgroupAdd(squares[token]);
      if (splits > 1u) {
        if (lane == 0u) {
          partial[mine] = total;
          partial_squares[mine] = square;
        }
        workgroupBarrier();
        for (var other = 1u; other < sharing; other++) {
          let at = mine / sharing * sharing + (mine + other) % sharing;
          total += partial[at];
          square += partial_squares[at];
        }
        workgroupBarrier();
      }
      if (lane == 0u && mine % sharing == 0u && four < fours) {
        total *= scale_of(square);
        let row = shape.row_start + first;
        let rows_end = shape.row_start + shape.row_count;
        give(row, token, biased(row, token, total.xy), rows_end);
        if (first + 2u < shape.row_count) {
          give(row + 2u, token, biased(row + 2u, token, total.zw), rows_end);
        }
      }
    }
  }
}

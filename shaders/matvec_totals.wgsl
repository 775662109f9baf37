// The end of a matrix-vector product by teams of 32 lanes with four rows each, four teams a workgroup: the lanes of a team
// meet | barrier | in two steps | barrier | and eight invocations give two rows each.
const pitch = 33u; // of the rows of a tile of x, so that neither writes nor reads meet in a bank

var<workgroup> partial: array<vec4f, 128>; // of each lane: its team's four rows
var<workgroup> partial_squares: array<f32, 128>;
var<workgroup> met: array<vec4f, 32>; // eight for each team
var<workgroup> met_squares: array<f32, 16>;

fn give_totals(group_row: u32, token: u32, index: u32) {
  workgroupBarrier();
  if (index < 32u) {
    met[index] = partial[index * 4u] + partial[index * 4u + 1u] + partial[index * 4u + 2u] + partial[index * 4u + 3u];
  } else if (is_normed && index < 48u) {
    var sum = 0.0;
    for (var i = index - 32u; i < 128u; i += 16u) {
      sum += partial_squares[i];
    }
    met_squares[index - 32u] = sum;
  }
  workgroupBarrier();
  let pair = group_row + index * 2u;
  if (index >= 8u || pair >= shape.row_count) {
    return;
  }
  let team = index / 2u * 8u;
  var totals = met[team];
  for (var i = team + 1u; i < team + 8u; i++) {
    totals += met[i];
  }
  var squares = 0.0;
  if (is_normed) {
    for (var i = 0u; i < 16u; i++) {
      squares += met_squares[i];
    }
  }
  let row = shape.row_start + pair;
  let products = select(totals.xy, totals.zw, index % 2u == 1u) * scale_of(squares);
  give(row, token, biased(row, token, products), shape.row_start + shape.row_count);
}

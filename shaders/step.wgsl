// Where a batch stands: its first position and its number of tokens, kept on the GPU and moved on by sample.wgsl, and the page
// that its sequence's table begins with. Rows apart are each a token of another sequence, at most eight of them.
struct Step {
  position: u32,
  count: u32,
  first_page: u32,
  rows: array<vec4u, 8>, // of rows apart: position, first page, adapter
}

override apart: bool = false;

fn position_of(t: u32) -> u32 {
  if (apart) {
    return step.rows[min(t, 7u)].x;
  }
  return step.position + t;
}

fn first_page_of(t: u32) -> u32 {
  if (apart) {
    return step.rows[min(t, 7u)].y;
  }
  return step.first_page;
}

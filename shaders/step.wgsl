// Where a batch stands: its first position and its number of tokens, kept on the GPU and moved on by sample.wgsl, and the page
// that its sequence's table begins with. Rows apart are each a token of another sequence, at most eight of them.
struct Step {
  position: u32,
  count: u32,
  first_page: u32,
  apart: u32, // 0 or 1
  rows: array<vec4u, 8>, // of rows apart: position, first page
}

fn position_of(t: u32) -> u32 {
  return select(step.position + t, step.rows[min(t, 7u)].x, step.apart != 0u);
}

fn first_page_of(t: u32) -> u32 {
  return select(step.first_page, step.rows[min(t, 7u)].y, step.apart != 0u);
}

// Where a cache keeps its rows: in pages of a pool, each [kv_heads, page_positions, row]; where it is q8, the scales of a kv
// head's rows stand right behind them. The table has the page of each page_positions positions of a sequence, in order, from the sequence's first page on.
@group(0) @binding(9) var<uniform> pages: array<vec4u, 4096>;

override page_positions: u32; // a multiple of four

// The row of a kv head's position, counted from the pool's beginning, in the sequence whose pages begin at `first_page`.
fn cache_row(kv_head: u32, first_page: u32, position: u32) -> u32 {
  let page = first_page + position / page_positions;
  return (pages[page / 4u][page & 3u] * kv_heads + kv_head) * page_positions + position % page_positions;
}

// The first row of its kv head in its page.
fn first_row(row: u32) -> u32 {
  return row - row % page_positions;
}

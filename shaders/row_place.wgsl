// Where a tensor's row goes in its weight (RowPlace in src/gpu/repacker.ts): in order after `base`; or, with `half`, the first
// half of every 2 * half rows goes to even places and the second to odd ones.
fn place_of(row: u32, base: u32, half: u32) -> u32 {
  if (half == 0u) {
    return base + row;
  }
  let both = 2u * half;
  let within = row % both;
  return base + row - within + (within % half) * 2u + within / half;
}

// Where a tensor's row goes in its weight (RowPlace in src/gpu/repacker.ts): in order after `base`; or, with `half`, the first
// half of every 2 * half rows goes to even places and the second to odd ones. Twice its bits from 21 on are rows behind these
// that stay in order.
fn place_of(row: u32, base: u32, half: u32) -> u32 {
  if (half == 0u) {
    return base + row;
  }
  let pair = half & 0x1fffffu;
  let within = row % (2u * (pair + (half >> 21u)));
  if (within >= 2u * pair) {
    return base + row;
  }
  return base + row - within + (within % pair) * 2u + within / pair;
}

// Where a batch stands: its first position and its number of tokens. Kept on the GPU and moved on by sample.wgsl.
struct Step {
  position: u32,
  count: u32,
}

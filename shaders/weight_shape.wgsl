// What every decode knows about its part of a weight.
struct WeightShape {
  row_chunks: u32, // chunks of 32 columns in a row
  scale_words: u32, // words of scales in a row
  row_start: u32, // where this part's rows begin in the whole weight
  row_count: u32, // rows in this part
  extra: vec4u, // the decode's own, explained there; zero where it has none
}

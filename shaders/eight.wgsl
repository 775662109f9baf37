// Eight neighbouring weights of a row.
struct Eight {
  lo: vec4f,
  hi: vec4f,
}

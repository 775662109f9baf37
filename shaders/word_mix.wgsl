// A word mixed with its place. A sum of such words shows whether what was sent is what arrived: a word that is missing,
// wrong or misplaced changes it. Zeros add nothing. src/gpu/word-sum.ts is the same in JavaScript.
fn mixed_four(words: vec4u, at: vec4u) -> vec4u {
  let spread = (at + vec4u(1u)) * 0x9e3779b1u;
  let products = words * ((spread ^ (spread >> vec4u(15u))) | vec4u(1u));
  return products ^ (products >> vec4u(16u));
}

fn mixed(word: u32, at: u32) -> u32 {
  return mixed_four(vec4u(word), vec4u(at)).x;
}

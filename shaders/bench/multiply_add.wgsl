// How fast can this adapter multiply and add in f32? Eight independent chains of x = x * factor + term a thread; the host
// gives 0.5 and 1, so that each chain ends at 2 whatever it began with. 64 a workgroup; no barriers.
@group(0) @binding(0) var<storage, read_write> out: array<f32>; // [invocations]
@group(0) @binding(1) var<uniform> chain: Chain;

struct Chain {
  rounds: u32,
  factor: f32,
  term: f32,
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = vec4f(chain.factor);
  let term = vec4f(chain.term);
  let start = vec4f(vec4u(id.x & 15u) + vec4u(0u, 1u, 2u, 3u));
  var a = start;
  var b = start + 1.0;
  var c = start + 2.0;
  var d = start + 3.0;
  var e = start + 4.0;
  var f = start + 5.0;
  var g = start + 6.0;
  var h = start + 7.0;
  for (var i = 0u; i < chain.rounds; i++) {
    a = fma(a, factor, term);
    b = fma(b, factor, term);
    c = fma(c, factor, term);
    d = fma(d, factor, term);
    e = fma(e, factor, term);
    f = fma(f, factor, term);
    g = fma(g, factor, term);
    h = fma(h, factor, term);
  }
  let sum = ((a + b) + (c + d)) + ((e + f) + (g + h));
  out[id.x] = (sum.x + sum.y) + (sum.z + sum.w);
}

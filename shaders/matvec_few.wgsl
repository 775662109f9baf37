// matvec.wgsl's sibling for two to eight tokens, in order: each weight is read and decoded once and meets all of them. Every
// token's sums are made in matvec's order, and so equal its sums bit for bit.
// Spans and totals of the tokens have names, and each row's totals are a matrix: SwiftShader takes ten times as long for an
// array element indexed at run time. What is beyond `tokens` is dropped at compile time.
override lanes: u32 = 16u;
override tokens: u32;

struct Spans {
  a: Span,
  b: Span,
  c: Span,
  d: Span,
  e: Span,
  f: Span,
  g: Span,
  h: Span,
}

var<workgroup> partial: array<mat2x4f, 64>;

fn spans_at(chunk: u32) -> Spans {
  var out: Spans;
  out.a = span_at(0u, chunk);
  out.b = span_at(1u, chunk);
  if (tokens > 2u) {
    out.c = span_at(2u, chunk);
  }
  if (tokens > 3u) {
    out.d = span_at(3u, chunk);
  }
  if (tokens > 4u) {
    out.e = span_at(4u, chunk);
  }
  if (tokens > 5u) {
    out.f = span_at(5u, chunk);
  }
  if (tokens > 6u) {
    out.g = span_at(6u, chunk);
  }
  if (tokens > 7u) {
    out.h = span_at(7u, chunk);
  }
  return out;
}

// A row's products with each token's span.
fn dots(chunk: Chunk, x: Spans) -> mat2x4f {
  let w = widened(chunk);
  var near = vec4f(wide_dot(w, x.a), wide_dot(w, x.b), 0.0, 0.0);
  var far = vec4f(0.0);
  if (tokens > 2u) {
    near.z = wide_dot(w, x.c);
  }
  if (tokens > 3u) {
    near.w = wide_dot(w, x.d);
  }
  if (tokens > 4u) {
    far.x = wide_dot(w, x.e);
  }
  if (tokens > 5u) {
    far.y = wide_dot(w, x.f);
  }
  if (tokens > 6u) {
    far.z = wide_dot(w, x.g);
  }
  if (tokens > 7u) {
    far.w = wide_dot(w, x.h);
  }
  return mat2x4f(near, far);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let lane = index % lanes;
  let first = (group.x * (64u / lanes) + index / lanes) * 8u;
  var a = mat2x4f();
  var b = mat2x4f();
  var c = mat2x4f();
  var d = mat2x4f();
  var e = mat2x4f();
  var f = mat2x4f();
  var g = mat2x4f();
  var h = mat2x4f();
  var squares = mat2x4f();
  if (first < shape.row_count) {
    let last = shape.row_count - 1u; // rows beyond it are computed as the last and not given
    for (var chunk = lane; chunk < shape.row_chunks; chunk += lanes) {
      let x = spans_at(chunk);
      if (is_normed) {
        squares += mat2x4f(
          x.a.squares, x.b.squares, x.c.squares, x.d.squares, x.e.squares, x.f.squares, x.g.squares, x.h.squares,
        );
      }
      a += dots(chunk_at(first, chunk), x);
      b += dots(chunk_at(min(first + 1u, last), chunk), x);
      c += dots(chunk_at(min(first + 2u, last), chunk), x);
      d += dots(chunk_at(min(first + 3u, last), chunk), x);
      e += dots(chunk_at(min(first + 4u, last), chunk), x);
      f += dots(chunk_at(min(first + 5u, last), chunk), x);
      g += dots(chunk_at(min(first + 6u, last), chunk), x);
      h += dots(chunk_at(min(first + 7u, last), chunk), x);
    }
  }
  var totals = array<mat2x4f, 9>(a, b, c, d, e, f, g, h, squares);
  if (lanes > 1u) {
    for (var i = 0u; i < 9u; i++) {
      partial[index] = totals[i];
      workgroupBarrier();
      if (lane == 0u) {
        for (var other = 1u; other < lanes; other++) {
          totals[i] += partial[index + other];
        }
      }
      workgroupBarrier();
    }
  }
  if (lane == 0u) {
    let rows_end = shape.row_start + shape.row_count;
    for (var token = 0u; token < tokens; token++) {
      let scale = scale_of(totals[8][token / 4u][token % 4u]);
      for (var i = 0u; i < 8u; i += 2u) {
        if (first + i < shape.row_count) {
          let products = vec2f(totals[i][token / 4u][token % 4u], totals[i + 1u][token / 4u][token % 4u]);
          let row = shape.row_start + first + i;
          give(row, token, biased(row, token, products * scale), rows_end);
        }
      }
    }
  }
}

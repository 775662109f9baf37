// The `top` largest logits in descending order with their ids, the lower id first on a tie, and log(sum(exp(logits))): what
// a caller needs for log-probabilities. Reads the logits as the model gave them, before the sampler shapes them.
// One workgroup; each round finds the largest that comes after the one before, so nothing is written over. A round:
// own largest | barrier | all read all | barrier.
@group(0) @binding(0) var<storage, read> logits: array<f32>; // [vocab]
@group(0) @binding(1) var<storage, read_write> result: array<u32>; // [1 + 2 * top]: log of the sum, then (id, logit) pairs

override vocab: u32;
override top: u32 = 20u;
override threads: u32 = 64u; // or 256

var<workgroup> values: array<f32, 256>;
var<workgroup> places: array<u32, 256>;

@compute @workgroup_size(threads)
fn main(@builtin(local_invocation_index) lane: u32) {
  var before = 3.4e38; // the largest found so far, and where
  var place_before = 0u;
  var highest = 0.0;
  for (var round = 0u; round < top; round++) {
    var best = -3.4e38;
    var place = vocab;
    for (var i = lane; i < vocab; i += threads) {
      let value = logits[i];
      let after = value < before || (value == before && i > place_before && round > 0u);
      if (after && value > best) {
        best = value;
        place = i;
      }
    }
    values[lane] = best;
    places[lane] = place;
    workgroupBarrier();
    for (var i = 0u; i < threads; i++) {
      if (values[i] > best || (values[i] == best && places[i] < place)) {
        best = values[i];
        place = places[i];
      }
    }
    workgroupBarrier();
    if (round == 0u) {
      highest = best;
    }
    if (lane == 0u) {
      result[1u + round * 2u] = place;
      result[2u + round * 2u] = bitcast<u32>(best);
    }
    before = best;
    place_before = place;
  }
  var sum = 0.0;
  for (var i = lane; i < vocab; i += threads) {
    sum += exp(logits[i] - highest);
  }
  values[lane] = sum;
  workgroupBarrier();
  if (lane == 0u) {
    var total = 0.0;
    for (var i = 0u; i < threads; i++) {
      total += values[i];
    }
    result[0] = bitcast<u32>(highest + log(total));
  }
}

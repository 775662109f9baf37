// Chooses the next token from the logits and moves the step on: position += count, count = 1, tokens[0] = the choice.
// Where only some tokens are allowed, the others count as -1e30: finite, since drivers may turn infinities into NaN.
// a[i] = penalties(logits[i] + bias[i]) / temperature; kept are the top_k largest, of those the fewest whose share of
// exp(a) reaches top_p, of those the ones at least min_p times the largest; ties at a cut are all kept. The token is
// where u * (mass kept) falls in index order, u a hash of (seed, position of the new token): never of call order.
// Temperature 0 takes the largest logit, the lower index on a tie. Logits that nothing can be chosen from give an id that no
// token has: 0xffffffff where one is NaN or infinite, 0xfffffffe where all are equal, 0xfffffffd where the settings take the
// largest out of f32's range. A NaN is found by its bits: compilers may take x != x for false, and max drops it. The receipt
// says what the step went by.
// One workgroup; every reduction is: own share | barrier | 256 become 64 | barrier | all read all. No sort: a cut is found
// by bisecting the 32 bits of the values' order. Logits are read four at a time, so that loads overlap.
@group(0) @binding(0) var<storage, read_write> logits: array<f32>; // [vocab]; overwritten by a
@group(0) @binding(1) var<storage, read_write> counts: array<u32>; // [vocab]; seen in answer, bit 31: seen in prompt
@group(0) @binding(2) var<storage, read> bias: array<u32>; // [vocab] f32, whose words are summed
@group(0) @binding(3) var<storage, read> settings: Settings;
@group(0) @binding(4) var<storage, read_write> step: Step;
@group(0) @binding(5) var<storage, read_write> tokens: array<u32>; // [count or more]
@group(0) @binding(6) var<storage, read> allowed: array<u32>; // [vocab / 32, rounded up] bits, token i at bit i % 32 of i / 32
@group(0) @binding(7) var<storage, read_write> receipt: Receipt;

struct Settings {
  temperature: f32,
  top_p: f32,
  min_p: f32,
  repetition: f32,
  frequency: f32,
  presence: f32,
  top_k: u32,
  seed: u32,
  shaped: u32, // 1 when bias or a penalty is in force
  constrained: u32, // 1 when only tokens with their bit are allowed
}

// What the step went by, for the host to compare with what it sent; sums as in word_mix.wgsl.
struct Receipt {
  id: u32, // the choice
  position: u32, // where it stands
  tokens: u32, // sum of those that were fed
  settings: u32, // sum of Settings
  shaping: u32, // sum of bias and counts, and of allowed, where they are in force
}

const infinity_order = 0xff800000u; // order_of(infinity); a NaN's is above, or with the sign below ~0xff800000
const zero_order = 0x80000000u; // -0 has ~0x80000000
const forbidden = -1e30;

override vocab: u32;
override threads: u32 = 64u; // or 256

var<workgroup> shares: array<f32, 256>;
var<workgroup> places: array<u32, 256>;
var<workgroup> sums: array<f32, 64>;
var<workgroup> chosen: u32;
var<workgroup> bounds: array<atomic<u32>, 2>; // the highest order of the logits as they came, and the highest ~order
var<workgroup> fed: atomic<u32>;
var<workgroup> shaping: atomic<u32>;

fn pcg(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}

// u32s in the same order as the f32s.
fn order_of(value: f32) -> u32 {
  return orders_of(vec4f(value)).x;
}

fn orders_of(values: vec4f) -> vec4u {
  let bits = bitcast<vec4u>(values);
  return select(bits | vec4u(0x80000000u), ~bits, (bits & vec4u(0x80000000u)) != vec4u(0u));
}

// Four logits from i on, `threads` apart; past the end, the last. `inside` says which exist.
fn four_from(i: u32) -> vec4f {
  let last = vocab - 1u;
  return vec4f(
    logits[i],
    logits[min(i + threads, last)],
    logits[min(i + 2u * threads, last)],
    logits[min(i + 3u * threads, last)],
  );
}

fn inside(i: u32) -> vec4<bool> {
  return vec4u(i) + vec4u(0u, threads, 2u * threads, 3u * threads) < vec4u(vocab);
}

fn settings_sum() -> u32 {
  return mixed(bitcast<u32>(settings.temperature), 0u) + mixed(bitcast<u32>(settings.top_p), 1u)
    + mixed(bitcast<u32>(settings.min_p), 2u) + mixed(bitcast<u32>(settings.repetition), 3u)
    + mixed(bitcast<u32>(settings.frequency), 4u) + mixed(bitcast<u32>(settings.presence), 5u)
    + mixed(settings.top_k, 6u) + mixed(settings.seed, 7u) + mixed(settings.shaped, 8u)
    + mixed(settings.constrained, 9u);
}

// Each invocation's share. In loops of its own: in main's, a software adapter would do the work for nothing.
fn shaping_sum(lane: u32) -> u32 {
  var sum = 0u;
  for (var i = lane; i < select(0u, vocab, settings.shaped != 0u); i += threads) {
    sum += mixed(bias[i], i) + mixed(counts[i], i + vocab);
  }
  for (var word = lane; word < select(0u, (vocab + 31u) / 32u, settings.constrained != 0u); word += threads) {
    sum += mixed(allowed[word], word + 2u * vocab);
  }
  return sum;
}

fn shaped(logit: f32, i: u32) -> f32 {
  var value = logit + bitcast<f32>(bias[i]);
  let count = counts[i];
  if (count != 0u) {
    value = select(value * settings.repetition, value / settings.repetition, value > 0.0);
  }
  let in_answer = count & 0x7fffffffu;
  return value - f32(in_answer) * settings.frequency - select(0.0, settings.presence, in_answer != 0u);
}

fn sum_of_shares(lane: u32, share: f32) -> f32 {
  workgroupBarrier();
  shares[lane] = share;
  workgroupBarrier();
  var sum = 0.0;
  if (threads > 64u) {
    if (lane < 64u) {
      sums[lane] = shares[lane] + shares[lane + 64u] + shares[lane + 128u] + shares[lane + 192u];
    }
    workgroupBarrier();
    for (var i = 0u; i < 64u; i++) {
      sum += sums[i];
    }
  } else {
    for (var i = 0u; i < 64u; i++) {
      sum += shares[i];
    }
  }
  return sum;
}

// Number of values at or above the cut.
fn count_from(lane: u32, cut: u32) -> f32 {
  var counts_here = vec4u(0u);
  for (var i = lane; i < vocab; i += 4u * threads) {
    let reached = orders_of(four_from(i)) >= vec4u(cut);
    counts_here += select(vec4u(0u), vec4u(1u), reached & inside(i));
  }
  return sum_of_shares(lane, f32(counts_here.x + counts_here.y + counts_here.z + counts_here.w));
}

// Mass of values at or above the cut, relative to exp(highest).
fn mass_from(lane: u32, cut: u32, highest: f32) -> f32 {
  var masses = vec4f(0.0);
  for (var i = lane; i < vocab; i += 4u * threads) {
    let values = four_from(i);
    let reached = orders_of(values) >= vec4u(cut);
    masses += select(vec4f(0.0), exp(values - highest), reached & inside(i));
  }
  return sum_of_shares(lane, (masses.x + masses.y) + (masses.z + masses.w));
}

// Which of a and b has the larger share; the lower index on a tie.
fn larger_of(a: u32, b: u32) -> u32 {
  let wins = shares[b] > shares[a] || (shares[b] == shares[a] && places[b] < places[a]);
  return select(a, b, wins);
}

@compute @workgroup_size(threads)
fn main(@builtin(local_invocation_index) lane: u32) {
  let greedy = settings.temperature == 0.0;
  var best = -3.4e38;
  var place = 0u;
  var raised = vec4u(0u);
  var lowered = vec4u(0u);
  for (var base = lane; base < vocab; base += 4u * threads) {
    let values = four_from(base);
    let orders = orders_of(values);
    raised = max(raised, select(vec4u(0u), orders, inside(base)));
    lowered = max(lowered, select(vec4u(0u), ~orders, inside(base)));
    for (var j = 0u; j < 4u; j++) {
      let i = base + j * threads;
      if (i >= vocab) {
        break;
      }
      var value = values[j];
      if (settings.shaped != 0u) {
        value = shaped(value, i);
      }
      if (settings.constrained != 0u && ((allowed[i >> 5u] >> (i & 31u)) & 1u) == 0u) {
        value = forbidden;
      }
      if (!greedy) {
        value /= settings.temperature;
        logits[i] = value;
      }
      if (value > best) {
        best = value;
        place = i;
      }
    }
  }
  atomicMax(&bounds[0], max(max(raised.x, raised.y), max(raised.z, raised.w)));
  atomicMax(&bounds[1], max(max(lowered.x, lowered.y), max(lowered.z, lowered.w)));
  for (var t = lane; t < step.count; t += threads) {
    atomicAdd(&fed, mixed(tokens[t], t));
  }
  if (settings.shaped + settings.constrained != 0u) {
    atomicAdd(&shaping, shaping_sum(lane));
  }
  shares[lane] = best;
  places[lane] = place;
  storageBarrier();
  workgroupBarrier();
  if (threads > 64u) {
    if (lane < 64u) {
      let winner = larger_of(larger_of(lane, lane + 64u), larger_of(lane + 128u, lane + 192u));
      shares[lane] = shares[winner];
      places[lane] = places[winner];
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 64u; i++) {
    if (shares[i] > best || (shares[i] == best && places[i] < place)) {
      best = shares[i];
      place = places[i];
    }
  }

  if (!greedy) {
    var cut = 0u;
    if (settings.top_k > 0u && settings.top_k < vocab) {
      for (var bit = 0x80000000u; bit != 0u; bit >>= 1u) {
        if (count_from(lane, cut | bit) >= f32(settings.top_k)) {
          cut |= bit;
        }
      }
    }
    if (settings.top_p < 1.0) {
      let enough = settings.top_p * mass_from(lane, cut, best);
      var higher = 0u;
      for (var bit = 0x80000000u; bit != 0u; bit >>= 1u) {
        if (mass_from(lane, higher | bit, best) >= enough) {
          higher |= bit;
        }
      }
      cut = max(cut, higher);
    }
    if (settings.min_p > 0.0) {
      cut = max(cut, order_of(best + log(settings.min_p)));
    }
    cut = min(cut, order_of(best)); // whatever rounding does, the largest stays

    // Segments in index order, one per invocation; then the one the target falls into is walked.
    let segment = (vocab + threads - 1u) / threads;
    let begin = min(lane * segment, vocab);
    let end = min(begin + segment, vocab);
    var mass = 0.0;
    var last = 0u;
    for (var i = begin; i < end; i++) {
      if (order_of(logits[i]) >= cut) {
        let share = exp(logits[i] - best);
        mass += share;
        if (share > 0.0) {
          last = i; // never a forbidden one
        }
      }
    }
    let total = sum_of_shares(lane, mass);
    let random = pcg(pcg(settings.seed) ^ ((step.position + step.count) * 0x9E3779B9u));
    let target_mass = f32(random >> 8u) * (1.0 / 16777216.0) * total;
    var before = 0.0;
    for (var i = 0u; i < lane; i++) {
      before += shares[i];
    }
    if (lane == 0u) {
      chosen = place; // for a target lost between two segments' rounding
    }
    workgroupBarrier();
    if (mass > 0.0 && target_mass >= before && target_mass < before + mass) {
      var reached = before;
      var choice = last;
      for (var i = begin; i < end; i++) {
        if (order_of(logits[i]) >= cut) {
          reached += exp(logits[i] - best);
          if (target_mass < reached) {
            choice = i;
            break;
          }
        }
      }
      chosen = choice;
    }
    workgroupBarrier();
    place = chosen;
  }

  if (lane == 0u) {
    let highest = atomicLoad(&bounds[0]);
    let lowest = ~atomicLoad(&bounds[1]);
    if (highest >= infinity_order || lowest <= ~infinity_order) {
      place = 0xffffffffu;
    } else if (vocab > 1u && (highest == lowest || (highest == zero_order && lowest == ~zero_order))) {
      place = 0xfffffffeu;
    } else if (best <= -3.4e38 || order_of(best) >= infinity_order) {
      place = 0xfffffffdu;
    }
    tokens[0] = place; // the host turns such an id into an error
    if (settings.shaped != 0u && place < vocab) {
      counts[place] += 1u;
    }
    let position = step.position + step.count;
    step.position = position;
    step.count = 1u;
    receipt.id = place;
    receipt.position = position;
    receipt.tokens = atomicLoad(&fed);
    receipt.settings = settings_sum();
    receipt.shaping = atomicLoad(&shaping);
  }
}

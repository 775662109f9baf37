// What a saved KV cache begins with: its checksum is right, mostly, while what it says is not. What was read becomes a history
// that is cut, compared and replayed.

import { readHead, type SavedHead } from "../../src/engine-cache.ts";
import { PronkError } from "../../src/errors.ts";
import { CacheHistory, type Slice } from "../../src/generate/cache-history.ts";
import { reachOf } from "../../src/generate/saved-sequence.ts";
import { pagesFor } from "../../src/model/cache.ts";
import { checksum64 } from "../../src/source/checksum.ts";
import { pick, wholeBelow } from "../long/proof.ts";
import { extremeNumbers } from "./extremes.ts";
import { type Json, jsonBytes, mutateJson } from "./mutate-json.ts";
import { between, chance, demand, type FuzzInput, type FuzzReader, isJson, type Random, utf8, wholeShare } from "./reader.ts"; // prettier-ignore

const path = "saved";
const vocabSize = 500;

function make(random: Random): FuzzInput {
  const head = drawnHead(random);
  if (chance(random, wholeShare)) return { files: summed(utf8(JSON.stringify(head))), must: "read" };
  const { slices } = head.sequence.history as unknown as { slices: Slice[] };
  const slice = pick(random, slices) as { -readonly [Key in keyof Slice]: Slice[Key] };
  const number = () => (chance(random, 0.5) ? pick(random, extremeNumbers) : between(random, -2, 600));
  const way = random();
  if (way < 0.4) return { files: summed(jsonBytes(mutateJson(head as unknown as Json, random), random)) };
  if (way < 0.5) {
    const bytes = summed(utf8(JSON.stringify(head))).get(path)!;
    bytes[wholeBelow(random, bytes.length)] ^= 1 << wholeBelow(random, 8);
    return { files: new Map([[path, bytes]]), must: "refuse" };
  }
  if (way < 0.6) slice.position = number();
  else if (way < 0.75) slice.ids = slice.ids.with(wholeBelow(random, slice.ids.length), number());
  else if (way < 0.85) Object.assign(head.sequence, { pages: number() });
  else if (way < 0.95) Object.assign(head.sequence.history, { length: (head.positions = number()) });
  else slices.splice(wholeBelow(random, slices.length), 1);
  return { files: summed(utf8(JSON.stringify(head))) };
}

function drawnHead(random: Random): SavedHead {
  const slices: Slice[] = [];
  let end = 0;
  const count = between(random, 1, 5);
  while (slices.length < count) {
    const ids = Array.from({ length: between(random, 1, 60) }, () => wholeBelow(random, vocabSize));
    const adapter = chance(random, 0.2) ? { adapter: "lora*1" } : {};
    slices.push({ position: end, ids, plan: pick(random, ["one", "many"]), promptLength: between(random, 0, 300), ...adapter });
    end += ids.length;
  }
  const length = between(random, slices.at(-1)!.position + 1, end);
  const parts = [{ sizeBytes: 4096, checksum: "0123456789abcdef" }];
  const likeness = { model: "m|q4", kv: "f16", release: "1", layout: "1 x 64", gpu: "", kernels: "{}" };
  const sequence = { history: { slices, length }, pages: between(random, 0, pagesFor(length)) };
  return { name: "talk", positions: length, sizeBytes: 4096, savedAt: 1, likeness, sequence, parts };
} // prettier-ignore

const summed = (json: Uint8Array) => new Map([[path, new Uint8Array(Buffer.concat([utf8(checksum64(json)), json]))]]);

function use({ files }: FuzzInput, random: Random, pass: () => void): void {
  const bytes = files.get(path)!;
  if (isJson(bytes.subarray(16))) pass();
  const head = readHead(bytes, vocabSize);
  if (!head) throw new PronkError("integrity", "It is refused.");
  const { history: state, pages } = head.sequence;
  demand(state.length === head.positions && state.length > 0, "positions of a history");
  demand(reachOf(state) >= state.length && pages <= pagesFor(state.length), "pages of a history");
  const ids = new Map<number, number>(); // by position, as a replay computes them
  for (const slice of state.slices) for (const [i, id] of slice.ids.entries()) ids.set(slice.position + i, id);
  const held = Array.from({ length: state.length }, (_, position) => ids.get(position)!);
  demand(
    held.every((id) => Number.isInteger(id) && id >= 0 && id < vocabSize),
    "an id of the vocabulary at every position",
  );
  const history = new CacheHistory(state);
  history.cut(between(random, 0, state.length));
  history.batchesFrom(between(random, 0, state.length));
  history.sharedPrefix(held, state.slices[0].adapter);
}

export const savedCacheReader: FuzzReader = { name: "saved-cache", make, use };

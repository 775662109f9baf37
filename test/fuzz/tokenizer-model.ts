// tokenizer.model: SentencePiece's protobuf, field by field, whole or with false lengths, wire types, numbers and kinds. What
// was read encodes and decodes texts.

import { loadTokenizer } from "../../src/text/load-tokenizer.ts";
import { damageBytes } from "../long/damage.ts";
import { pick, wholeBelow } from "../long/proof.ts";
import { pieceTypes, randomPieces } from "../support/sentencepiece.ts";
import { extremeWords, oddText } from "./extremes.ts";
import { between, chance, type FuzzInput, type FuzzReader, type Random, utf8, wholeShare } from "./reader.ts";
import { useTokenizer } from "./spoken.ts";

const path = "tokenizer.model";

/** One field; `length` is what it says of its bytes. */
interface Field {
  number: number;
  wire: number;
  value: bigint | Uint8Array | Field[];
  length?: bigint;
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  for (; left > 0x7fn; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  return [...bytes, Number(left)];
}

function written(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(({ number, wire, value, length }) => {
      const key = Uint8Array.from(varint(BigInt(number) * 8n + BigInt(wire)));
      if (typeof value === "bigint") return [key, Uint8Array.from(varint(value))];
      const bytes = Array.isArray(value) ? written(value) : value;
      if (wire !== 2) return [key, bytes];
      return [key, Uint8Array.from(varint(length ?? BigInt(bytes.length))), bytes];
    }),
  );
}

const number = (at: number, value: number | boolean): Field => ({ number: at, wire: 0, value: BigInt(value) });
const float = (at: number, value: number): Field => ({ number: at, wire: 5, value: new Uint8Array(Float32Array.of(value).buffer) }); // prettier-ignore
const bytes = (at: number, value: Uint8Array | Field[]): Field => ({ number: at, wire: 2, value });

function make(random: Random): FuzzInput {
  const withBytes = chance(random, 0.5);
  const pieces = randomPieces(random, between(random, 0, 60), withBytes);
  const fields = [
    ...pieces.map(({ piece, score, type }) =>
      bytes(1, [bytes(1, utf8(piece)), float(2, score), number(3, pieceTypes[type])]),
    ),
    bytes(2, [number(3, 2), number(24, chance(random, 0.1)), number(35, withBytes), number(41, 1), number(42, 2), bytes(44, utf8(" ⁇ "))]), // prettier-ignore
    bytes(3, [bytes(1, utf8("identity")), number(3, chance(random, 0.8)), number(4, chance(random, 0.2)), number(5, chance(random, 0.9))]), // prettier-ignore
  ];
  if (chance(random, wholeShare)) return { files: new Map([[path, new Uint8Array(written(fields))]]), must: "read" };
  const must = mutate(fields, random);
  const whole = new Uint8Array(written(fields));
  if (chance(random, 0.05)) return { files: new Map([[path, damageBytes(whole, random)]]) };
  if (!chance(random, 0.07)) return { files: new Map([[path, whole]]), ...(must ? { must } : {}) };
  // Behind the last field's key and length: what it claims is no longer there.
  const cut = whole.slice(0, whole.length - between(random, 1, 8));
  return { files: new Map([[path, cut]]), ...(must || fields.at(-1)!.number !== 3 ? {} : { must: "refuse" }) };
}

function mutate(fields: Field[], random: Random): "refuse" | undefined {
  let must: "refuse" | undefined;
  for (let times = between(random, 1, 3); times > 0; times--) {
    const outer = chance(random, 0.7) ? pick(random, fields) : fields[fields.length - between(random, 1, 2)];
    const inner = Array.isArray(outer.value) && chance(random, 0.7) ? outer.value : fields;
    const at = wholeBelow(random, inner.length);
    const field = inner[at];
    switch (wholeBelow(random, 9)) {
      case 0: // it claims to go beyond the file's end
        if (field.wire !== 2) break;
        field.length = pick(random, [2n ** 30n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 40n + 2n ** 30n]);
        must = "refuse";
        break;
      case 1:
        if (field.wire === 2) field.length = pick(random, extremeWords);
        break;
      case 2:
        field.wire = pick(random, [0, 1, 2, 3, 4, 5, 6, 7]);
        break;
      case 3:
        field.number = pick(random, [0, 1, 2, 3, 4, 24, 35, 44, 2 ** 29 - 1]);
        break;
      case 4:
        if (typeof field.value === "bigint") field.value = pick(random, [...extremeWords, 4n, 5n, 6n]);
        else if (field.wire === 2) field.value = utf8(pick(random, [oddText(random), "<0x41>", "ab", ""]));
        else field.value = new Uint8Array(Float32Array.of(pick(random, [NaN, Infinity, -Infinity, -0, 1e38])).buffer);
        break;
      case 5:
        inner.splice(at, 1);
        break;
      case 6:
        inner.push(field);
        break;
      case 7: // long pieces that begin alike
        fields.unshift(...Array.from({ length: between(random, 1, 60) }, (_, i) => bytes(1, [bytes(1, utf8("a".repeat(17 * i) + pick(random, ["a", "b", "▁"]))), number(3, pick(random, [1, 1, 4, 5]))]))); // prettier-ignore
        break;
      default:
        if (field.wire === 2) field.value = Uint8Array.of(0xff, 0xed, 0xa0, 0x80, 0xc0);
    }
    if (inner.length === 0 || fields.length === 0) break;
  }
  return must;
}

async function use({ files }: FuzzInput, random: Random, pass: () => void): Promise<void> {
  let field = "";
  const vocabSize = between(random, 330, 500);
  try {
    const tokenizer = await loadTokenizer(files, { vocabSize });
    pass();
    useTokenizer(tokenizer, vocabSize, random);
  } catch (error) {
    field = String((error as { facts?: { field?: string } }).facts?.field ?? "");
    if (field !== "" && field !== "protobuf") pass(); // its fields are all there
    throw error;
  }
}

export const tokenizerModelReader: FuzzReader = { name: "tokenizer-model", make, use };

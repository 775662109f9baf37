// For the tokenizer's tests: the SentencePiece oracle (sentencepiece-js), a writer of small models that both sides can
// load, seeded random text, and the shared data, if present.

import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Oracle {
  encode(text: string): number[];
  decode(ids: number[]): string;
}

/** SentencePiece itself, compiled to wasm; Node only. */
export async function loadOracle(model: Uint8Array): Promise<Oracle> {
  const { SentencePieceProcessor } = createRequire(import.meta.url)("sentencepiece-js");
  const path = join(mkdtempSync(join(tmpdir(), "pronk-spm-")), "oracle.model");
  writeFileSync(path, model);
  const processor = new SentencePieceProcessor();
  const events = ["uncaughtException", "unhandledRejection"];
  const before = new Set(events.flatMap((event) => process.rawListeners(event)));
  await processor.load(path);
  // Its glue code ends the process on anything uncaught; the test runner must see that first.
  for (const event of events)
    for (const listener of process.rawListeners(event) as (() => void)[])
      if (!before.has(listener)) process.removeListener(event, listener);
  return { encode: (text) => processor.encodeIds(text), decode: (ids) => processor.decodeIds(ids) };
}

const sharedData = fileURLToPath(new URL("../../../shared/data/", import.meta.url));

/** A file of the shared data as bytes, or undefined if that folder is not there. */
export function sharedBytes(path: string): Uint8Array | undefined {
  return existsSync(sharedData + path) ? new Uint8Array(readFileSync(sharedData + path)) : undefined;
}

export const hasSharedData = existsSync(sharedData);
if (!hasSharedData)
  console.warn("text tests: ../shared/data is absent, so the cases with published vocabularies are skipped");

export const pieceTypes = { normal: 1, unknown: 2, control: 3, user: 4, unused: 5, byte: 6 } as const;

export interface ModelPiece {
  piece: string;
  score: number;
  type: keyof typeof pieceTypes;
}

export interface ModelSettings {
  modelType?: number; // 2 = BPE
  byteFallback?: boolean;
  suffix?: boolean;
  dummyPrefix?: boolean;
  removeExtraSpaces?: boolean;
  escapeSpaces?: boolean;
  charsMap?: Uint8Array;
}

/** A tokenizer.model with these pieces. */
export function writeSentencePieceModel(pieces: readonly ModelPiece[], settings: ModelSettings = {}): Uint8Array {
  const flag = (number: number, value: boolean | undefined, otherwise: boolean) =>
    intField(number, +(value ?? otherwise));
  const body: number[] = [];
  for (const { piece, score, type } of pieces) {
    const float = new Uint8Array(new Float32Array([score]).buffer);
    body.push(...bytesField(1, [...bytesField(1, utf8(piece)), 0x15, ...float, ...intField(3, pieceTypes[type])]));
  }
  body.push(
    ...bytesField(2, [
      ...intField(3, settings.modelType ?? 2),
      ...flag(24, settings.suffix, false),
      ...flag(35, settings.byteFallback, true),
    ]),
    ...bytesField(3, [
      ...bytesField(1, utf8("identity")),
      ...(settings.charsMap ? bytesField(2, settings.charsMap) : []),
      ...flag(3, settings.dummyPrefix, true),
      ...flag(4, settings.removeExtraSpaces, false),
      ...flag(5, settings.escapeSpaces, true),
    ]),
  );
  return new Uint8Array(body);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

function intField(number: number, value: number): number[] {
  return [...varint(number << 3), ...varint(value)];
}

function bytesField(number: number, bytes: ArrayLike<number>): number[] {
  return [...varint((number << 3) | 2), ...varint(bytes.length), ...Array.from(bytes)];
}

/** Mulberry32: numbers in [0, 1), the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
}

/** unk, bos, eos, 256 byte pieces, then a random byte-pair vocabulary over a small alphabet, with equal scores among it. */
export function randomPieces(random: () => number, merges: number, byteFallback = true): ModelPiece[] {
  const pieces: ModelPiece[] = [
    { piece: "<unk>", score: 0, type: "unknown" },
    { piece: "<s>", score: 0, type: "control" },
    { piece: "</s>", score: 0, type: "control" },
  ];
  if (byteFallback)
    for (let byte = 0; byte < 256; byte++) {
      const piece = `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
      pieces.push({ piece, score: 0, type: "byte" });
    }
  const alphabet = [..."▁abcdeé你🙂<>/s|"];
  const texts = new Set(alphabet);
  while (texts.size < alphabet.length + merges) {
    const list = [...texts];
    const joined = list[Math.floor(random() * list.length)] + list[Math.floor(random() * list.length)];
    if ([...joined].length <= 8) texts.add(joined);
  }
  // 🙂 and é occur only inside pieces: characters that merge although they aren't pieces.
  [...texts]
    .filter((text) => text !== "🙂" && text !== "é")
    .forEach((piece, index) => {
      pieces.push({ piece, score: -Math.floor(index / 3), type: "normal" });
    });
  return pieces;
}

const alphabets = [
  " ",
  "  \t\n\r\v\f\u00a0\u2003\u3000\u200b\ufeff▁",
  "abcdefghijklmnopqrstuvwxyz ETAOIN,.!?'\"",
  "abcde é<>/s|",
  "0123456789",
  "éüñçøЖщдλπאبहि你好我想在日本語한국어ខ្មែរ",
  "🙂🦙🚀👩‍💻👨‍👩‍👧‍👦🏳️‍🌈✅😶‍🌫️",
  "e\u0301\u0308\u200d\u20e3\u0300a\u0327n\u0303",
  "\u0000\u0001\u001b\u007f\u0085\u009f\u2028\u2029\ufffd\ufffe\uffff\u{10ffff}\u{e000}",
];

/** Text of up to `longest` characters from a few alphabets, with words of the wild and bits of special tokens. */
export function randomText(random: () => number, longest: number): string {
  const length = Math.floor(random() * random() * longest);
  const words = [" the", "Hello", "<s>", "</s>", "<unk>", "<0x41>", "[INST]", "    ", "\n\n", "▁▁", "ing", " 1234567"];
  let text = "";
  while (text.length < length) {
    if (random() < 0.2) text += words[Math.floor(random() * words.length)];
    const alphabet = [...alphabets[Math.floor(random() * alphabets.length)]];
    for (let run = random() * 12; run > 0; run--) {
      text +=
        random() < 0.02
          ? String.fromCodePoint(Math.floor(random() * 0xd800))
          : alphabet[Math.floor(random() * alphabet.length)];
    }
  }
  return text;
}

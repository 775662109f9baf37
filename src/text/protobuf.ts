// A reader of protobuf's wire format, just enough for SentencePiece's `tokenizer.model`: it walks the fields of one
// message and knows no schema. Groups, long deprecated, are refused.

import { PronkError } from "../errors.ts";

export interface ProtoField {
  number: number;
  /** Wire type 0: the low 32 bits, signed (enough for every field read here). */
  varint: number;
  /** Wire types 1, 2 and 5: the payload, a view of the message. */
  bytes: Uint8Array;
}

const nothing = new Uint8Array(0);
const payloadBytes: Record<number, number> = { 1: 8, 5: 4 }; // fixed64, fixed32

/** The fields of `message` in order. Throws PronkError format where it is cut short or malformed. */
export function* protoFields(message: Uint8Array, file: string): Generator<ProtoField> {
  let at = 0;
  const broken = (found: string): PronkError =>
    new PronkError(
      "format",
      `${file}: expected a SentencePiece model (protobuf), found ${found} at byte ${at} of a message of ${message.length} bytes. The file is damaged or is something else; fetch it again.`,
      { file, field: "protobuf", expected: "a protobuf message", found },
    );
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= message.length) throw broken("its end inside a number");
      const byte = message[at++];
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw broken("a number of more than ten bytes");
  };
  while (at < message.length) {
    const key = varint() >>> 0;
    const wire = key & 7;
    const number = key >>> 3;
    if (number === 0) throw broken("field number 0");
    if (wire === 0) {
      yield { number, varint: varint(), bytes: nothing };
      continue;
    }
    const length = wire === 2 ? varint() : payloadBytes[wire];
    if (length === undefined) throw broken(`wire type ${wire}`);
    if (length < 0 || length > message.length - at) throw broken(`a field of ${length} bytes past the end`);
    yield { number, varint: 0, bytes: message.subarray(at, at + length) };
    at += length;
  }
}

/** A float field's value (wire type 5). */
export function protoFloat(field: ProtoField): number {
  if (field.bytes.length !== 4) return NaN;
  return new DataView(field.bytes.buffer, field.bytes.byteOffset, 4).getFloat32(0, true);
}

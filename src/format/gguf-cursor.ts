// Reads a file's head from front to back, fetching pieces as they are wanted: a GGUF header does not say how long it is.
// Every read is checked against the file's size and a cap before anything is allocated.

import { PronkError } from "../errors.ts";
import type { TensorFiles } from "./tensor-files.ts";

const pieceBytes = 2 ** 20; // most headers are one to eight of these
const maxHeadBytes = 128 * 2 ** 20; // ten times the largest known (a vocabulary of 256 thousand with its merges)

export class GgufCursor {
  readonly file: string;
  readonly sizeBytes: number;
  #source: TensorFiles;
  #signal: AbortSignal | undefined;
  #bytes: Uint8Array<ArrayBufferLike> = new Uint8Array(0); // what is fetched and not yet read starts at #at
  #view = new DataView(new ArrayBuffer(0));
  #at = 0;
  #fetched = 0; // bytes of the file that have been fetched
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // U+FEFF is itself a piece

  constructor(source: TensorFiles, file: string, signal?: AbortSignal) {
    this.#source = source;
    this.file = file;
    this.sizeBytes = source.files.find((candidate) => candidate.path === file)?.sizeBytes ?? 0;
    this.#signal = signal;
  }

  /** The next byte's place in the file. */
  get position(): number {
    return this.#fetched - (this.#bytes.length - this.#at);
  }

  has(count: number): boolean {
    return this.#bytes.length - this.#at >= count;
  }

  /** Makes `count` bytes readable. `what` names them in the error where the file is too short. */
  async need(count: number, what: string): Promise<void> {
    if (this.has(count)) return;
    const end = this.position + count;
    if (end > this.sizeBytes)
      throw this.broken("integrity", `its ${what} would end at byte ${end}, and the file has ${this.sizeBytes}`, what);
    if (end > maxHeadBytes)
      throw this.broken("format", `its ${what} would end at byte ${end}; no header is that long`, what);
    const left = this.#bytes.subarray(this.#at);
    const to = Math.min(Math.max(end, this.#fetched + pieceBytes), this.sizeBytes);
    const joined = new Uint8Array(left.length + to - this.#fetched);
    joined.set(left);
    for (let from = this.#fetched; from < to; from += 16 * pieceBytes) {
      const piece = await this.#source.read(this.file, from, Math.min(from + 16 * pieceBytes, to), {
        signal: this.#signal,
      });
      joined.set(piece, left.length + from - this.#fetched);
    }
    this.#fetched = to;
    this.#bytes = joined;
    this.#view = new DataView(joined.buffer);
    this.#at = 0;
  }

  // Each of these needs its bytes to have been fetched.
  u8 = () => this.#view.getUint8(this.#at++);
  i8 = () => this.#view.getInt8(this.#at++);
  u16 = () => this.#view.getUint16(this.#step(2), true);
  i16 = () => this.#view.getInt16(this.#step(2), true);
  u32 = () => this.#view.getUint32(this.#step(4), true);
  i32 = () => this.#view.getInt32(this.#step(4), true);
  f32 = () => this.#view.getFloat32(this.#step(4), true);
  f64 = () => this.#view.getFloat64(this.#step(8), true);
  /** 64-bit integers as numbers: exact below 2^53, and no meaningful value is above. */
  u64 = () => Number(this.#view.getBigUint64(this.#step(8), true));
  i64 = () => Number(this.#view.getBigInt64(this.#step(8), true));
  text = (bytes: number) => this.#decoder.decode(this.#bytes.subarray(this.#at, (this.#at += bytes)));

  broken(code: "format" | "integrity", what: string, field: string): PronkError {
    return new PronkError(
      code,
      `"${this.file}" is not a whole, valid GGUF file: ${what}. Fetch the file again; if that does not help, ask who published it.`,
      { file: this.file, field },
    );
  }

  #step(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    return at;
  }
}

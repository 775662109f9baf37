// A WeightSink that keeps every tensor's bytes, and checks the contract: in order, without gaps, one after another; all of
// it again from the first tensor on when a load begins again.

import type { StoredTensor, WeightSink } from "../../src/quant/layout.ts";

export class CollectingSink implements WeightSink {
  readonly bytes = new Map<string, Uint8Array>();
  readonly tensors = new Map<string, StoredTensor>();
  writes = 0;
  restarts = 0;
  #current: string | undefined;
  #position = 0;

  async write(tensor: StoredTensor, offset: number, bytes: Uint8Array): Promise<void> {
    this.writes++;
    if (offset === 0 && tensor.name === this.bytes.keys().next().value) this.#startAgain();
    if (this.#current !== tensor.name) {
      if (this.#current !== undefined) this.#checkWhole();
      if (this.bytes.has(tensor.name)) throw new Error(`${tensor.name} came twice`);
      this.#current = tensor.name;
      this.#position = 0;
      this.tensors.set(tensor.name, tensor);
      this.bytes.set(tensor.name, new Uint8Array(tensor.end - tensor.start));
    }
    if (offset !== this.#position) throw new Error(`${tensor.name}: bytes at ${offset}, expected ${this.#position}`);
    if (offset % 16 !== 0) throw new Error(`${tensor.name}: write at ${offset}, not a multiple of 16`);
    this.bytes.get(tensor.name)!.set(bytes, offset);
    this.#position += bytes.length;
  }

  #startAgain(): void {
    this.restarts++;
    this.bytes.clear();
    this.tensors.clear();
    this.#current = undefined;
  }

  #checkWhole(): void {
    const { start, end } = this.tensors.get(this.#current!)!;
    if (this.#position !== end - start) throw new Error(`${this.#current}: ${this.#position} bytes of ${end - start}`);
  }
}

// A WeightSink that keeps every tensor's bytes, by its name (for a panel, file and name), and checks the contract: in order,
// without gaps, one after another; all of it again, from the first tensor, when a load begins again.

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
    const name = tensor.panel ? `${tensor.file}: ${tensor.name}` : tensor.name;
    if (offset === 0 && name === this.bytes.keys().next().value) this.#startAgain();
    if (this.#current !== name) {
      if (this.#current !== undefined) this.#checkWhole();
      if (this.bytes.has(name)) throw new Error(`${name} came twice`);
      this.#current = name;
      this.#position = 0;
      this.tensors.set(name, tensor);
      this.bytes.set(name, new Uint8Array(tensor.end - tensor.start));
    }
    if (offset !== this.#position) throw new Error(`${name}: bytes at ${offset}, expected ${this.#position}`);
    if (offset % 16 !== 0) throw new Error(`${name}: write at ${offset}, not a multiple of 16`);
    this.bytes.get(name)!.set(bytes, offset);
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

// Where finished rows go: to the sink one after another, and to the store beside it. At most two rows are under way;
// a row's slot is free again when both are done with it.

import type { Delivery } from "./delivery.ts";
import type { StoredRow } from "./stored-row.ts";

/** Keeps a row; the bytes must be copied before the promise resolves. */
export type KeepRow = (row: StoredRow) => Promise<void>;

const rowsUnderWay = 2;

export class Outbox {
  readonly #delivery: Delivery;
  readonly #keep: KeepRow | undefined;
  #delivered: Promise<void> = Promise.resolve();
  #underWay: Promise<void>[] = [];

  constructor(delivery: Delivery, keep?: KeepRow) {
    this.#delivery = delivery;
    this.#keep = keep;
  }

  /** Takes the row over; resolves when there is room for the next. */
  async put(row: StoredRow): Promise<void> {
    this.#delivered = this.#delivered.then(() => this.#delivery.deliver(row.file, row.index, row.bytes));
    const done = this.#settle(row, this.#delivered);
    done.catch(() => {}); // reported by the next put, or by finish
    this.#underWay.push(done);
    while (this.#underWay.length >= rowsUnderWay) await this.#underWay.shift();
  }

  /** Waits for every row; rejects with the first failure. */
  async finish(): Promise<void> {
    const rows = this.#underWay;
    this.#underWay = [];
    const outcomes = await Promise.allSettled(rows);
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  async #settle(row: StoredRow, delivered: Promise<void>): Promise<void> {
    const outcomes = await Promise.allSettled([delivered, this.#keep?.(row)]);
    row.slot.release(); // only now: a failed delivery does not mean that the store is done with the bytes
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }
}

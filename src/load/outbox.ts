// Where finished rows go: to the sink one after another, then to whoever keeps them, while the next is delivered. At most
// two rows are under way; a row's slot is free again when both are done with it.

import type { Delivery } from "./delivery.ts";
import type { FreshRow, StoredRow } from "./stored-row.ts";

/** Keeps a row. Called in order; the bytes are the keeper's until the promise resolves. */
export type KeepRow = (row: FreshRow) => Promise<void>;

const rowsUnderWay = 2;

export class Outbox {
  readonly #delivery: Delivery;
  readonly #onDelivered: ((row: StoredRow) => void) | undefined;
  #delivered: Promise<unknown> = Promise.resolve();
  #underWay: Promise<void>[] = [];

  constructor(delivery: Delivery, onDelivered?: (row: StoredRow) => void) {
    this.#delivery = delivery;
    this.#onDelivered = onDelivered;
  }

  /** Takes the row over; resolves when there is room for the next. */
  async put<Row extends StoredRow>(row: Row, keep?: (row: Row) => Promise<void>): Promise<void> {
    let kept: Promise<void> | undefined;
    const before = this.#delivered;
    this.#delivered = before.then(async () => {
      await this.#delivery.deliver(row.file, row.start, row.bytes);
      this.#onDelivered?.(row);
      kept = keep?.(row); // begun in order, not waited for
      kept?.catch(() => {});
    });
    const done = this.#delivered.then(() => kept).finally(() => row.slot.release());
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
}

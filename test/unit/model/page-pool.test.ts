// Pages: what is held, shared and free always adds up.

import { expect, test } from "vitest";
import { PagePool } from "../../../src/model/page-pool.ts";

test("a page that is shared is free once its last holder lets it go, and only then", () => {
  const pool = new PagePool(2);
  const [first, second] = [pool.take(), pool.take()];
  expect(new Set([first, second])).toEqual(new Set([0, 1]));
  expect(() => pool.take()).toThrow(RangeError);
  pool.share(first);
  pool.release(first);
  expect(pool.free).toBe(0);
  pool.release(first);
  expect(pool.free).toBe(1);
  expect(pool.take()).toBe(first);
});

test("growth adds free pages and keeps those that are held", () => {
  const pool = new PagePool(1);
  const held = pool.take();
  pool.grow(4);
  expect([pool.size, pool.free]).toEqual([4, 3]);
  expect([pool.take(), pool.take(), pool.take()]).not.toContain(held);
});

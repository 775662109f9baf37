// Ranged downloads against everything a line or a server can do to them: each ends with the file's bytes, or with an error
// that names what is wrong.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DownloadPause } from "../../../src/api/download-pause.ts";
import { Lanes } from "../../../src/source/lanes.ts";
import { openSource } from "../../../src/source/open-source.ts";
import { maxReadBytes } from "../../../src/source/read-limit.ts";
import { Passing, retryAfterMs, usualPatience, withRetries } from "../../../src/source/retry.ts";
import type { HubFault } from "../../support/hub-body.ts";
import { startHub, type HubServer } from "../../support/hub-server.ts";
import { rejection } from "../../support/rejection.ts";
import { startTurnClock } from "../../support/turn-clock.ts";

const size = maxReadBytes + 1000;
const weights = Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8) + (i >> 15)) & 255);
const patience = { attempts: 4, firstWaitMs: 5, longestWaitMs: 50, stallMs: 300 };
let hub: HubServer;
let stopClock: () => void;
beforeEach(async () => {
  hub = await startHub([["owner/name", { files: new Map([["w.bin", weights]]) }]]);
  stopClock = startTurnClock();
});
afterEach(async () => {
  stopClock();
  await hub.close();
});

const open = (gate?: DownloadPause) => openSource("owner/name", { hubUrl: hub.url, patience, gate });
const same = (found: Uint8Array, start: number, end: number) =>
  expect(Buffer.compare(found, weights.subarray(start, end))).toBe(0);
const ranges = () => hub.requests.filter(({ origin }) => origin === "storage").map(({ headers }) => headers.range);

describe("arrives whole through", () => {
  const cases: [string, HubFault[]][] = [
    ["a cut at byte N", [{ path: "storage:", kind: "break", afterBytes: 3_000_000, times: 3 }]],
    ["an early, polite end", [{ path: "storage:", kind: "truncate", afterBytes: 3_000_000, times: 3 }]],
    ["a body that goes silent", [{ path: "storage:", kind: "stall-body", afterBytes: 3_000_000, times: 2 }]],
    ["a server that does not answer", [{ path: "storage:", kind: "stall", times: 2 }]],
    ["429, 500 and 503", [429, 500, 503].map((status) => ({ path: "storage:", kind: "status", status, times: 1 }))],
    ["a date in Retry-After", [{ path: "resolve", kind: "status", status: 429, retryAfter: new Date().toUTCString(), times: 2 }]], // prettier-ignore
    ["an address that expires, twice", [{ path: "storage:", kind: "expire", times: 2 }]],
    ["one more redirect", [{ path: "storage:", kind: "redirect", times: 3 }]],
    ["a slow drip", [{ path: "storage:", kind: "drip", times: 2 }]],
    ["a server without ranges", [{ path: "storage:", kind: "no-range" }]],
    ["gzip on a range, and then on the whole", [{ path: "storage:", kind: "gzip" }]],
  ];
  test.each(cases)("%s", async (_, faults) => {
    const source = await open();
    hub.faults.push(...faults.map((fault) => ({ ...fault })));
    let count = 0;
    const onBytes = (bytes: number) => (count += bytes);
    const parts = await Promise.all([
      source.read("w.bin", 0, maxReadBytes, { onBytes }),
      source.read("w.bin", maxReadBytes, size, { onBytes }),
    ]);
    same(parts[0], 0, maxReadBytes);
    same(parts[1], maxReadBytes, size);
    expect(count).toBe(size);
  });

  test("a chunk goes over two lanes, and what broke is asked for from that byte on", async () => {
    const source = await open();
    hub.faults.push({ path: "storage:", kind: "break", afterBytes: 1_000_000, times: 1 });
    same(await source.read("w.bin", 0, maxReadBytes), 0, maxReadBytes);
    const asked = ranges().map((range) => /bytes=(\d+)-(\d+)/.exec(range!)!.slice(1).map(Number));
    expect(asked).toHaveLength(3);
    const total = asked.reduce((sum, [start, end]) => sum + end + 1 - start, 0);
    expect(total).toBeLessThanOrEqual(maxReadBytes + 8 * 2 ** 20 - 500_000);
  });
});

describe("ends with an error that names", () => {
  const cases: [string, HubFault, object, RegExp][] = [
    ["a length that lies", { path: "storage:", kind: "wrong-length" }, { expected: size, found: size + 1 }, /now says that it has/],
    ["a line that keeps breaking", { path: "storage:", kind: "break", afterBytes: 0 }, { file: "w.bin" }, /connection broke|could not be fetched/],
    ["silence", { path: "storage:", kind: "stall-body", afterBytes: 0 }, { file: "w.bin" }, /could not be fetched|connection broke/],
    ["a wait that a person should decide on", { path: "resolve", kind: "status", status: 429, retryAfter: "3600" }, { status: 429 }, /fewer requests/],
  ]; // prettier-ignore
  test.each(cases)("%s", async (_, fault, facts, message) => {
    const source = await open();
    hub.faults.push(fault);
    const error = await rejection(source.read("w.bin", 10, 5_000_000));
    expect(error.facts).toMatchObject(facts);
    expect(error.message).toMatch(message);
  });

  test("another version of the file, and reads it after `forget`", async () => {
    const source = await open();
    await source.read("w.bin", 0, 10);
    hub.faults.push({ path: "storage:", kind: "etag" });
    const error = await rejection(source.read("w.bin", 10, 20));
    expect(error).toMatchObject({ code: "integrity", facts: { file: "w.bin", changed: true } });
    source.forget!("w.bin");
    same(await source.read("w.bin", 10, 20), 10, 20);
    expect(source.versionOf!("w.bin")).toMatch(/-new"$/);
  });
});

test("a pause holds a body in the middle and costs no byte twice", async () => {
  const pause = new DownloadPause();
  const source = await open(pause);
  hub.faults.push({ path: "storage:", kind: "drip" });
  let count = 0;
  const reading = source.read("w.bin", 0, 6_000_000, {
    onBytes(bytes) {
      if (count === 0) pause.pause();
      count += bytes;
    },
  });
  await new Promise((resolve) => setTimeout(resolve, 600)); // longer than silence is tolerated
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThan(6_000_000);
  pause.resume();
  same(await reading, 0, 6_000_000);
  expect(ranges()).toHaveLength(1);
});

test("an abort while it waits between two tries", async () => {
  const long = { ...patience, firstWaitMs: 60_000, longestWaitMs: 60_000 };
  const source = await openSource("owner/name", { hubUrl: hub.url, patience: long });
  hub.faults.push({ path: "storage:", kind: "break", afterBytes: 0 });
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), 100);
  await expect(source.read("w.bin", 0, 10, { signal: controller.signal })).rejects.toThrow("enough");
});

describe("waiting", () => {
  test("Retry-After in seconds, as a date, as nonsense", () => {
    expect([retryAfterMs("2"), retryAfterMs("0.5"), retryAfterMs(null), retryAfterMs("soon")]).toEqual([2000, 500, undefined, undefined]); // prettier-ignore
    expect(retryAfterMs("Thu, 01 Jan 1970 00:00:10 GMT", 4000)).toBe(6000);
    expect(retryAfterMs("Thu, 01 Jan 1970 00:00:10 GMT", 40_000)).toBe(0);
  });

  test("doubles, with jitter, and progress begins the count again", async () => {
    const waits: number[] = [];
    let last = performance.now();
    let tries = 0;
    const work = withRetries({ ...usualPatience, attempts: 4, firstWaitMs: 40 }, undefined, async () => {
      waits.push(performance.now() - last);
      last = performance.now();
      throw new Passing(new Error("no"), { progressed: ++tries === 2 });
    });
    await expect(work).rejects.toThrow("no");
    expect(tries).toBe(5); // one, one that progressed, three after it
    for (const [i, atLeastMs] of [0, 19, 19, 39, 79].entries()) expect(waits[i]).toBeGreaterThanOrEqual(atLeastMs);
  });
});

describe("lanes", () => {
  test("never more at once than the limit, first come first served", async () => {
    const lanes = new Lanes();
    let active = 0;
    let peak = 0;
    const order: number[] = [];
    const work = Array.from({ length: 20 }, (_, i) =>
      lanes.run(async () => {
        peak = Math.max(peak, ++active);
        order.push(i);
        await new Promise((resolve) => setImmediate(resolve));
        active--;
      }),
    );
    await Promise.all(work);
    expect(peak).toBe(4);
    expect(order).toEqual([...order].toSorted((a, b) => a - b));
  });

  /** A line that gives `speedOf(lanes)` bytes a window. */
  function limitsOver(windows: number, speedOf: (limit: number) => number): number[] {
    let nowMs = 0;
    const lanes = new Lanes(() => nowMs);
    return Array.from({ length: windows }, () => {
      nowMs += 2000;
      lanes.note(speedOf(lanes.limit));
      return lanes.limit;
    });
  }

  test("grow to eight where each brings more, settle where none does, and fall back when the server objects", () => {
    expect(Math.max(...limitsOver(10, (limit) => 1e6 * limit))).toBe(8);
    const full = limitsOver(40, (limit) => 1e6 * Math.min(limit, 6));
    expect(full.at(-1)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...full)).toBeLessThanOrEqual(7);
    const flat = limitsOver(40, () => 1e6);
    expect(Math.max(...flat)).toBeLessThanOrEqual(5);
    expect(flat.filter((limit) => limit === 4).length).toBeGreaterThan(25);
    const lanes = new Lanes(() => 0);
    lanes.slowDown();
    expect(lanes.limit).toBe(4);
  });
});

// What this adapter can do at best, measured in the run that uses it: bytes read a second, multiply-adds a second, and
// what one more dispatch costs. Each probe checks its own result: a kernel that does nothing is the fastest of all.

import { PronkError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { packRecord } from "../gpu/record.ts";
import { makeProbe, PassClock, readBuffer, uniformBuffer } from "./compute.ts";
import { probeRecords } from "./probe-interfaces.ts";
import { median } from "./statistics.ts";

/** What an adapter can do at best, measured. */
export interface AdapterLimits {
  /** Reading memory in order. */
  streamingBytesPerSecond: number;
  /** In f32; a multiply-add is two. */
  flopsPerSecond: number;
  /** What one more dispatch costs. */
  dispatchMicroseconds: number;
}

const storage = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;

export async function probeAdapter(gpu: Gpu): Promise<AdapterLimits> {
  const clock = new PassClock(gpu);
  try {
    return {
      streamingBytesPerSecond: await probeStreaming(gpu, clock),
      flopsPerSecond: await probeArithmetic(gpu, clock),
      dispatchMicroseconds: await probeDispatch(gpu, clock),
    };
  } finally {
    clock.dispose();
    gpu.check();
  }
}

function wrongResult(probe: string, found: number | bigint, expected: number | bigint): PronkError {
  return new PronkError(
    "driver-fault",
    `The ${probe} probe gave ${found} instead of ${expected}: this adapter computes wrongly, or not at all. Its figures would mean nothing.`,
    { field: probe, expected: String(expected), found: String(found) },
  );
}

/** Repeats until a pass lasts long enough for the clock (100 us in browsers, 100 ms for hosts that poll). */
async function enoughRepeats(measure: (repeats: number) => Promise<number>, wantedMs: number): Promise<number> {
  let repeats = 1;
  for (let ms = await measure(1); ms < wantedMs && repeats < 4096; ms = await measure(repeats)) {
    repeats = Math.min(4096, Math.ceil(repeats * Math.min(8, Math.max(2, (1.2 * wantedMs) / Math.max(ms, 0.1)))));
  }
  return repeats;
}

const step = 2654435761; // what fill_random.wgsl's kind 6 goes up by
const firstWord = 12345;

/** Sum of all words of the stream, mod 2^32. */
export function streamSum(words: number): bigint {
  const n = BigInt(words);
  return BigInt.asUintN(32, n * BigInt(firstWord) + BigInt(step) * ((n * (n - 1n)) / 2n));
}

async function probeStreaming(gpu: Gpu, clock: PassClock): Promise<number> {
  const { device } = gpu;
  // Larger than any cache (96 MB on the largest consumer card, 50 on an H200); a software adapter streams less a second.
  const sizeBytes = gpu.software ? 64 << 20 : Math.min(256 << 20, 2 ** Math.floor(Math.log2(gpu.maxBindingBytes)));
  const data = device.createBuffer({ label: "stream", size: sizeBytes, usage: storage() });
  const fill = await makeProbe(gpu, "fill_random", { kind: 6 });
  const fields = { seed: firstWord, count: sizeBytes / 4, size: 0 };
  const record = uniformBuffer(gpu, packRecord(probeRecords.Fill, fields));
  await clock.time((pass) => {
    pass.setPipeline(fill.pipeline);
    pass.setBindGroup(0, fill.bind({ words: data, fill: record }));
    pass.dispatchWorkgroups(1024, sizeBytes / 4 / 64 / 1024);
  });
  const read = await makeProbe(gpu, "read_stream", {});
  const sums = device.createBuffer({ label: "stream sums", size: sizeBytes / 16, usage: storage() });
  const group = read.bind({ data, sums });
  const wantedMs = gpu.software ? 200 : 60;
  let best = 0;
  // One load of four a thread, or longer walks by fewer threads: adapters differ in what they like.
  for (const walks of [1, 4, 16]) {
    const groups = sizeBytes / 16 / 4 / 256 / walks;
    let dispatched = 0;
    device.queue.writeBuffer(sums, 0, new Uint8Array(sizeBytes / 16));
    const measure = async (repeats: number) => {
      dispatched += repeats;
      const { gpuMs } = await clock.time((pass) => {
        pass.setPipeline(read.pipeline);
        pass.setBindGroup(0, group);
        for (let i = 0; i < repeats; i++) pass.dispatchWorkgroups(groups);
      });
      best = Math.max(best, (sizeBytes * repeats) / (gpuMs / 1000));
      return gpuMs;
    };
    const repeats = await enoughRepeats(measure, wantedMs);
    for (let i = 0; i < 2; i++) await measure(repeats);
    const found = new Uint32Array(await readBuffer(gpu, sums, groups * 256 * 4)).reduce((a, b) => (a + b) >>> 0, 0);
    const expected = BigInt.asUintN(32, streamSum(sizeBytes / 4) * BigInt(dispatched));
    if (BigInt(found) !== expected) throw wrongResult("streaming", found, expected);
  }
  for (const buffer of [data, sums, record]) buffer.destroy();
  return best;
}

async function probeArithmetic(gpu: Gpu, clock: PassClock): Promise<number> {
  const { device } = gpu;
  const threads = gpu.software ? 1 << 12 : 1 << 20;
  const probe = await makeProbe(gpu, "multiply_add", {});
  const out = device.createBuffer({ label: "multiply-add", size: threads * 4, usage: storage() });
  let best = 0;
  const measure = async (rounds: number) => {
    const record = uniformBuffer(gpu, packRecord(probeRecords.Chain, { rounds, factor: 0.5, term: 1 }));
    const group = probe.bind({ out, chain: record });
    const { gpuMs } = await clock.time((pass) => {
      pass.setPipeline(probe.pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(threads / 64);
    });
    record.destroy();
    best = Math.max(best, (rounds * threads * 8 * 4 * 2) / (gpuMs / 1000));
    return gpuMs;
  };
  await measure(64); // the chains reach 2 exactly within 64 rounds, so a check of any longer run is exact
  let rounds = 64;
  for (let ms = await measure(rounds); ms < 20 && rounds < 1 << 16; ms = await measure(rounds)) rounds *= 2;
  await measure(rounds);
  const wrong = new Float32Array(await readBuffer(gpu, out)).find((value) => value !== 64);
  if (wrong !== undefined) throw wrongResult("multiply-add", wrong, 64);
  out.destroy();
  return best;
}

/** One pass, one submit, prebuilt bind groups, each dispatch reading what the one before wrote; encoding included. */
async function probeDispatch(gpu: Gpu, clock: PassClock): Promise<number> {
  const { device } = gpu;
  const probe = await makeProbe(gpu, "chain_step", {});
  const [a, b] = [0, 1].map(() => device.createBuffer({ label: "chain", size: 16, usage: storage() }));
  const groups = [probe.bind({ previous: a, next: b }), probe.bind({ previous: b, next: a })];
  let pairs = 0;
  const measure = async (repeats: number) => {
    pairs += repeats;
    const { hostMs } = await clock.time((pass) => {
      pass.setPipeline(probe.pipeline);
      for (let i = 0; i < repeats; i++) {
        for (const group of groups) {
          pass.setBindGroup(0, group);
          pass.dispatchWorkgroups(1);
        }
      }
    });
    return hostMs;
  };
  await measure(1);
  const few = 100;
  const many = 2100;
  const costs: number[] = [];
  // Firefox sees the end of work only every 100 ms: there a pass must last long compared to that.
  const factor = (await measure(many)) > 90 && (await measure(1)) > 50 ? 16 : 1;
  for (let i = 0; i < 5; i++) {
    const shortMs = await measure(few);
    const longMs = await measure(many * factor);
    costs.push(((longMs - shortMs) * 1000) / (2 * (many * factor - few)));
  }
  const [found] = new Uint32Array(await readBuffer(gpu, a, 4));
  if (found !== 2 * pairs) throw wrongResult("dispatch", found, 2 * pairs);
  a.destroy();
  b.destroy();
  return Math.max(0, median(costs));
}

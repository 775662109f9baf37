// One case after another of one reader: made, read, timed and weighed. Runs in a thread of its own (thread.ts), where a
// case that does not end can be ended.

import { PronkError } from "../../src/errors.ts";
import { caseRandom } from "../long/proof.ts";
import { beginCounting, endCounting } from "./allocations.ts";
import { type FuzzReader, sizeOf, WrongResult } from "./reader.ts";
import { emptyReport, type ReaderReport } from "./report.ts";

const slowMs = 1000; // of processor time
const mostMs = 5000; // of processor time: trying again will not help
const triesWhenSlow = 3; // the first by the clock: the machine may be busy, or the collector at work
// Above the input's size. Tables of characters, and a budget of text (jinja/budget.ts), do not depend on it.
const boundBytes = 16 * 2 ** 20;
const bytesOfByte = 16; // what one byte of a file may become: an item of a list, a piece with its places in maps
const heapOfByte = 256;
const heapBoundBytes = 64 * 2 ** 20;

/** Case `index` of a seed is the same whatever else runs. */
const randomOf = (reader: FuzzReader, seed: number, index: number) =>
  caseRandom(seed + [...reader.name].reduce((sum, letter) => 31 * sum + letter.charCodeAt(0), 0), index);

export async function runCase(reader: FuzzReader, seed: number, index: number): Promise<ReaderReport> {
  const report = emptyReport();
  report.inputs = 1;
  for (let attempt = 1; ; attempt++) {
    const random = randomOf(reader, seed, index);
    const input = reader.make(random);
    const sizeBytes = sizeOf(input);
    let failure: unknown;
    let refusal: PronkError | undefined;
    let passed = 0;
    const startedMs = performance.now();
    const startedUs = attempt > 1 ? processorUs() : 0; // the call takes as long as a case
    beginCounting(bytesOfByte * sizeBytes + boundBytes);
    try {
      await reader.use(input, random, () => (passed = 1));
    } catch (error) {
      if (error instanceof PronkError) refusal = error;
      else failure = error;
    }
    const { largestBytes, heapBytes } = endCounting();
    const tookMs = attempt > 1 ? (processorUs() - startedUs) / 1000 : performance.now() - startedMs;
    if (input.must === "read" && refusal) failure ??= new WrongResult(`a whole one is refused: ${refusal.message}`);
    if (input.must === "refuse" && !refusal) failure ??= new WrongResult("it is read, and must be refused");
    if (refusal && refusal.message.length > 2000) failure ??= new WrongResult("a message without end");
    const isSlow = tookMs > slowMs;
    const isLarge = heapBytes > heapOfByte * sizeBytes + heapBoundBytes;
    const mayBeTheMachine = attempt === 1 || tookMs < mostMs;
    if (!failure && (isSlow || isLarge) && mayBeTheMachine && attempt < triesWhenSlow) continue;
    if (isSlow) failure ??= new WrongResult(`it took ${(tookMs / 1000).toFixed(1)} s`);
    if (isLarge) failure ??= new WrongResult(`the heap grew by ${heapBytes} bytes for ${sizeBytes}`);
    Object.assign(report, { passedHeader: passed, slowestMs: tookMs, largestBytes, heapBytes });
    if (!failure && !refusal) report.read = 1;
    if (failure) {
      report.failed = 1;
      const { stack = String(failure) } = failure as Error;
      report.failures.push(
        `${reader.name}, case ${index} of seed ${seed}: ${stack.split("\n").slice(0, 6).join("\n")}`,
      );
    }
    return report;
  }
}

function processorUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

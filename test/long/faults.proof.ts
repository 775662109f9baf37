// Loads over a hub that fails at random (test/support/fault-schedule.ts): a sharded checkpoint goes through the whole loader,
// from fetch to the store, in Node with fake-indexeddb. Each load ends with exactly the bytes of a clean one, in the store
// and in the sink, or with a PronkError that names a file, and no model visible; the next load without faults then ends with
// exactly those bytes, and fetches no stored block again. Times are scaled down by the loader's own patience.

import "fake-indexeddb/auto";
import { isDeepStrictEqual } from "node:util";
import { PronkError } from "../../src/errors.ts";
import { loadModel } from "../support/load-model.ts";
import { blockSpan } from "../../src/store/model-record.ts";
import { ModelStore } from "../../src/store/model-store.ts";
import { atRest, type AtRest } from "../support/at-rest.ts";
import { CollectingSink } from "../support/collecting-sink.ts";
import { randomFaults } from "../support/fault-schedule.ts";
import { faultyFiles as files, hashedPaths } from "../support/faulty-files.ts";
import type { HubFault } from "../support/hub-body.ts";
import { startHub } from "../support/hub-server.ts";
import { overlapBytes, sentSpans, type Span } from "../support/sent-spans.ts";
import { broken, caseRandom, pick, type Proof } from "./proof.ts";

export interface FaultsReport {
  runs: number;
  passed: number;
  failed: number;
  /** Loads that ended whole in spite of their faults; the others ended with an error of one of these codes. */
  whole: number;
  errors: Record<string, number>;
  /** Bytes fetched by the load after an error although an earlier load had been sent them. */
  refetchedBytesMax: number;
  failures: string[];
}

type Form = "none" | "q4";

const patience = { attempts: 4, firstWaitMs: 2, longestWaitMs: 20, stallMs: 400 };
const calm = { ...patience, stallMs: 20_000 }; // without faults, only a busy machine is silent
const atOnce = 5; // a schedule mostly waits
const headerBytes = 100_000; // of a shard: read to plan the load, and not kept
const codes = new Set(["network", "integrity", "format"]);

export async function runFaults(count: number, seed: number): Promise<FaultsReport> {
  const report: FaultsReport = {
    runs: 0,
    passed: 0,
    failed: 0,
    whole: 0,
    errors: {},
    refetchedBytesMax: 0,
    failures: [],
  };
  const clean = { none: await cleanLoad("none"), q4: await cleanLoad("q4") };
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next++;
      const random = caseRandom(seed, index);
      const form = pick<Form>(random, ["none", "q4"]);
      const faults = randomFaults(random, hashedPaths);
      report.runs++;
      try {
        const { errors, refetchedBytes } = await oneCase(`faults-${seed}-${index}`, form, faults, clean[form]);
        report.passed++;
        if (errors.length === 0) report.whole++;
        for (const code of errors) report.errors[code] = (report.errors[code] ?? 0) + 1;
        report.refetchedBytesMax = Math.max(report.refetchedBytesMax, refetchedBytes);
      } catch (error) {
        report.failed++;
        const what = `${form}, ${JSON.stringify(faults)}: ${(error as Error).stack}`;
        report.failures.push(broken(index, seed, what).message);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return report;
}

interface Loaded {
  stored: AtRest;
  sink: CollectingSink;
}

async function cleanLoad(form: Form): Promise<Loaded> {
  await using hub = await startHub([["owner/name", { files }]]);
  const name = `faults-clean-${form}`;
  using store = (await ModelStore.open(name))!;
  const sink = new CollectingSink();
  await loadModel({ reference: "owner/name", hubUrl: hub.url, store, quantize: form, sink });
  const stored = await atRest(name);
  indexedDB.deleteDatabase(name);
  return { stored, sink };
}

async function oneCase(name: string, form: Form, planned: HubFault[], clean: Loaded) {
  const reference = `owner/${name}`; // of its own: one model has one writer at a time
  await using hub = await startHub([[reference, { files }]]);
  using store = (await ModelStore.open(name))!;
  const errors: string[] = [];
  hub.faults.push(...planned.map((fault) => ({ ...fault })));
  let refetchedBytes = 0;
  // Wrong bytes that an interrupted load stored are found once their file is whole: then it takes one more load.
  for (let loads = 1; ; loads++) {
    const sentBefore = hub.requests.length;
    const stored = form === "none" ? await spansStored(store) : [];
    const sink = new CollectingSink();
    const options = { reference, hubUrl: hub.url, store, quantize: form, sink };
    try {
      await loadModel({ ...options, patience: loads === 1 ? patience : calm });
      const later = sentSpans(hub.requests.slice(sentBefore));
      refetchedBytes = overlapBytes(later, sentSpans(hub.requests.slice(0, sentBefore)));
      const again = overlapBytes(later, stored);
      if (again > hashedPaths.length * headerBytes) throw new Error(`${again} bytes were stored, and were sent again`);
      sameAtRest(await atRest(name), clean.stored);
      sameInSink(sink, clean.sink);
      break;
    } catch (error) {
      checkError(error);
      if ((await store.list()).length > 0) throw new Error("a model is visible after an error", { cause: error });
      if (loads > 3) throw new Error(`without faults it still fails: ${error.message}`, { cause: error });
      errors.push(error.code);
      hub.faults.length = 0;
    }
  }
  indexedDB.deleteDatabase(name);
  return { errors, refetchedBytes };
}

function checkError(error: unknown): asserts error is PronkError {
  if (!(error instanceof PronkError) || !codes.has(error.code)) throw error;
  const { file, url } = error.facts;
  if (typeof file !== "string" && typeof url !== "string") throw new Error("an error names no file", { cause: error });
}

/** What an unquantized load that ended early left in the store; its blocks are byte ranges. */
async function spansStored(store: ModelStore): Promise<Span[]> {
  const [left] = await store.unfinished();
  const spans: Span[] = [];
  for (const file of left?.files ?? [])
    for (let index = 0; index < file.rowEnds.length; index++) {
      if (!(await store.noteOf(left, file.path, index))) break; // behind a gap everything is fetched
      spans.push({ path: file.path, ...blockSpan(file, index) });
    }
  return spans;
}

/** Each case has a repository of its own. */
const unnamed = ({ records }: AtRest) =>
  records.map(({ variant, state, manifest, sideFiles, files: blocks, sizeBytes }) => {
    return { variant, state, manifest, sideFiles, blocks, sizeBytes };
  });
const inModel = (key: IDBValidKey) => (key as IDBValidKey[]).slice(1);

/** The other ETag that a fault sends doesn't mean another file. */
const withoutVersion = ({ notes }: AtRest) => notes.map(({ checksum, hash }) => ({ checksum, hash }));

function sameAtRest(found: AtRest, clean: AtRest): void {
  if (!isDeepStrictEqual(unnamed(found), unnamed(clean))) throw new Error("the record is another");
  if (!isDeepStrictEqual(found.keys.map(inModel), clean.keys.map(inModel))) throw new Error("other blocks are stored");
  if (!isDeepStrictEqual(withoutVersion(found), withoutVersion(clean))) throw new Error("other notes are stored");
  for (const [i, block] of found.blocks.entries())
    if (Buffer.compare(block, clean.blocks[i]) !== 0)
      throw new Error(`block ${JSON.stringify(found.keys[i])} is another`);
}

function sameInSink({ bytes }: CollectingSink, clean: CollectingSink): void {
  if (bytes.size !== clean.bytes.size) throw new Error(`the sink got ${bytes.size} tensors`);
  for (const [name, tensor] of bytes)
    if (Buffer.compare(tensor, clean.bytes.get(name)!) !== 0) throw new Error(`the sink got another ${name}`);
}

export const faultsProof: Proof = {
  name: "faults",
  says: "A load over a failing hub ends with a clean load's bytes, or with a named error and nothing visible",
  unit: "schedules",
  slice: 40,
  full: 200,
  async run(count, seed) {
    const { failures } = await runFaults(count, seed);
    if (failures.length > 0) throw new Error(failures.join("\n"));
  },
};

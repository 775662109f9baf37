// What is alive in a page or a worker of Chromium after a collection, according to the debugger: nothing in the page has to
// count itself, so nothing can be forgotten. Objects that were closed or destroyed are gone once nothing holds them.

import type { CDPSession } from "puppeteer-core";

/** After a collection. */
export interface LiveObjects {
  /** Of everything but compiled code, which grows as long as functions become hot. */
  heapBytes: number;
  /** Of buffers on the GPU. */
  gpuBytes: number;
  /** Of all event targets, by interface and type of event. */
  listeners: Counts;
  /** Databases, ports, channels, workers and devices, by class. */
  connections: Counts;
}

export type Counts = Record<string, number>;

const connecting = ["IDBDatabase", "MessagePort", "BroadcastChannel", "Worker", "SharedWorker", "GPUDevice"];

const looks = 3;
const apartMs = 700; // tabs that closed are noticed, the last frame is drawn

/** The least of several looks: what is about to go does not count. */
export async function liveObjects(session: CDPSession): Promise<LiveObjects> {
  await session.send("HeapProfiler.enable");
  let least = await look(session);
  for (let more = 1; more < looks; more++) {
    await new Promise((resolve) => setTimeout(resolve, apartMs));
    const next = await look(session);
    least = {
      gpuBytes: Math.min(least.gpuBytes, next.gpuBytes),
      listeners: leastOf(least.listeners, next.listeners),
      connections: leastOf(least.connections, next.connections),
    };
  }
  return { heapBytes: await heapBytes(session), ...least };
}

const leastOf = (one: Counts, other: Counts): Counts =>
  Object.fromEntries(Object.keys(one).flatMap((key) => (other[key] ? [[key, Math.min(one[key], other[key])]] : [])));

async function look(session: CDPSession): Promise<Omit<LiveObjects, "heapBytes">> {
  // Finalizers of one collection free what the next one takes.
  for (let round = 0; round < 3; round++) await session.send("HeapProfiler.collectGarbage");
  // What DevTools' console has, given to the functions below.
  await session.send("Runtime.evaluate", {
    expression: "globalThis.listenersOf ??= getEventListeners; 0",
    includeCommandLineAPI: true,
  });
  const { bytes: gpuBytes = 0 } = await countAll(session, "GPUBuffer", "(buffer) => ({ bytes: buffer.size })");
  const listeners = await countAll(
    session,
    "EventTarget",
    "(target) => Object.fromEntries(Object.entries(listenersOf(target)).map(([type, all]) => [`${interfaceOf(target)} ${type}`, all.length]))",
  );
  const connections: Counts = {};
  for (const name of connecting) Object.assign(connections, await countAll(session, name, `() => ({ ${name}: 1 })`));
  await session.send("Runtime.releaseObjectGroup", { objectGroup: "live" });
  return { gpuBytes, listeners, connections };
}

/** Sums over all objects of a class; none if there is no such class. */
async function countAll(session: CDPSession, name: string, counts: string): Promise<Counts> {
  const group = { objectGroup: "live" };
  const { result: prototype } = await session.send("Runtime.evaluate", {
    expression: `globalThis.${name}?.prototype`,
    ...group,
  });
  if (prototype.objectId === undefined) return {};
  const { objects } = await session.send("Runtime.queryObjects", { prototypeObjectId: prototype.objectId, ...group });
  const { result, exceptionDetails } = await session.send("Runtime.callFunctionOn", {
    objectId: objects.objectId,
    functionDeclaration: `function () {
      const interfaceOf = (one) => Object.prototype.toString.call(one).slice(8, -1);
      const counts = ${counts};
      const sums = {};
      for (const one of this) {
        if (Object.hasOwn(one, "constructor")) continue; // a prototype
        for (const [key, count] of Object.entries(counts(one))) sums[key] = (sums[key] ?? 0) + count;
      }
      return sums;
    }`,
    returnByValue: true,
  });
  if (exceptionDetails) throw new Error(`${name}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  return result.value as Counts;
}

async function heapBytes(session: CDPSession): Promise<number> {
  const pieces: string[] = [];
  const hear = ({ chunk }: { chunk: string }) => void pieces.push(chunk);
  session.on("HeapProfiler.addHeapSnapshotChunk", hear);
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  session.off("HeapProfiler.addHeapSnapshotChunk", hear);
  const { nodes, snapshot } = JSON.parse(pieces.join("")) as HeapSnapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const code = types[0].indexOf("code");
  const [typeAt, sizeAt] = [fields.indexOf("type"), fields.indexOf("self_size")];
  let sum = 0;
  for (let at = 0; at < nodes.length; at += fields.length) if (nodes[at + typeAt] !== code) sum += nodes[at + sizeAt];
  return sum;
}

/** As much of V8's format as is read here; a node is as many consecutive numbers as there are fields. */
interface HeapSnapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[]] } };
  nodes: number[];
}

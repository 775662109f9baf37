// engine.cache: what the KV cache holds of the last conversation, in the store and back. Only what was made by exactly this
// model, form, cache format, adapter, GPU and release, and is what was written, is taken; what is not is refused by name.
// Loaded when it is asked for.

import type { CacheCall } from "./api/cache-calls.ts";
import type { EngineCore } from "./api/engine-core.ts";
import { badField } from "./api/request-fields.ts";
import type { EngineInfo, SavedCache } from "./api/surface.ts";
import { isShortage, PronkError } from "./errors.ts";
import type { Machine } from "./generate/machine.ts";
import {
  isCoherent, layoutOf, reachOf, readSequence, type SavedParts, type SavedSequence, sequenceShape, writeSequence,
} from "./generate/saved-sequence.ts"; // prettier-ignore
import { count, list, number, object, record, text } from "./message-shape.ts";
import { checksum64 } from "./source/checksum.ts";
import {
  bytesOf,
  deleteSaved,
  keptOf,
  modelsWithSaved,
  putSaved,
  readSaved,
  savedHeads,
} from "./store/saved-caches.ts";
import { layoutVersion, manifestVersion, rowsVersion, savedCacheVersion } from "./versions.ts";

export interface CacheOwner {
  core: Pick<EngineCore, "generator" | "adapters" | "ended">;
  info: EngineInfo;
  /** The model's key in the store. */
  model: string;
  /** Whether the engine may use the store. */
  stores: boolean;
}

type Likeness = Readonly<Record<keyof typeof likenessWords, string>>;

/** What a saved cache begins with. */
export interface SavedHead extends SavedCache {
  /** What must be the same for the numbers to be. */
  likeness: Likeness;
  sequence: SavedSequence;
  parts: { sizeBytes: number; checksum: string }[];
}

const headShape = object({
  name: text,
  positions: count,
  sizeBytes: count,
  savedAt: number,
  likeness: record(text),
  sequence: sequenceShape,
  parts: list(object({ sizeBytes: count, checksum: text })),
});

/** Errors: those of `EngineCache`. */
export async function answerCacheCall(owner: CacheOwner, does: CacheCall, name: string): Promise<unknown> {
  const { ended } = owner.core;
  ended.throwIfAborted();
  if (!owner.stores) throw new PronkError("storage-missing", storeless, { field: "store" });
  if (does === "list") return listSaved(owner);
  if (typeof name !== "string" || name === "") throw badField("name", "a text of at least one character", name);
  if (does === "delete") return deleteSaved(owner.model, name);
  try {
    return await (does === "save" ? save : restore)(owner, name);
  } catch (error) {
    throw ended.aborted ? ended.reason : error;
  }
}

const storeless = "The engine was made with store: false, so no KV cache can be kept. Make it with a store.";

async function save({ core: { generator, ended }, info, model }: CacheOwner, name: string): Promise<SavedCache> {
  const read = await generator.lend(async (lent) => {
    const parts: SavedHead["parts"] = [];
    const kept: Blob[][] = [];
    const sequence = await readSequence(lent, generator.history, (bytes) => {
      parts.push({ sizeBytes: bytes.length, checksum: checksum64(bytes) });
      kept.push(keptOf(bytes));
    });
    return sequence && { sequence, parts, kept, likeness: likenessOf(lent.machine, info, model) };
  }, ended);
  if (!read) {
    const message = "The KV cache holds nothing that could be saved. Have a prompt answered first.";
    throw new PronkError("bad-request", message, { field: "cache", expected: "a conversation", found: "nothing" });
  }
  const { kept, ...own } = read;
  const sizeBytes = own.parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  const saved: SavedCache = { name, positions: own.sequence.history.length, sizeBytes, savedAt: Date.now() };
  await putSaved(model, name, [keptOf(writeHead({ ...saved, ...own })), ...kept]);
  return saved;
}

async function restore(owner: CacheOwner, name: string): Promise<SavedCache> {
  const { core, info, model } = owner;
  const { generator, ended } = core;
  const [first, ...kept] = await readSaved(model, name);
  if (!first) throw await notThere(model, name);
  const head = readHead(await whole(name, first), info.config.vocabSize);
  if (!head || head.name !== name) throw damaged(name, "its description is another");
  const { sequence, parts, likeness, ...saved } = head;
  const read: SavedParts["read"] = async (part, sizeBytes) => {
    const bytes = kept[part] ? await whole(name, kept[part]) : undefined;
    if (bytes?.length !== sizeBytes) throw damaged(name, `${bytes?.length ?? 0} bytes of ${sizeBytes}`);
    const checksum = checksum64(bytes);
    if (checksum !== parts[part]?.checksum) throw damaged(name, `checksum ${checksum}, not ${parts[part]?.checksum}`);
    return bytes;
  };
  const check: SavedParts["check"] = (bytes, part) => {
    if (checksum64(bytes) !== parts[part].checksum) throw strayed(name);
  };
  const refusal = await generator.lend(async (lent) => {
    const difference = differenceOf(likeness, likenessOf(lent.machine, info, model)) ?? unusable(core, sequence);
    if (difference) return unlike(name, difference);
    try {
      await writeSequence(lent, generator.history, sequence, { read, check });
      return undefined;
    } catch (error) {
      // The cache is as it was but for this: nothing of it need be forgotten.
      if (isShortage(error) || (error instanceof PronkError && error.code === "integrity")) return error;
      throw error;
    }
  }, ended);
  if (refusal) throw refusal;
  return saved;
}

async function listSaved({ model, info }: CacheOwner): Promise<SavedCache[]> {
  const heads = await Promise.all(
    (await savedHeads(model)).map(async (kept) =>
      readHead(await bytesOf(kept).catch(() => none), info.config.vocabSize),
    ),
  );
  return heads
    .filter((head) => head !== undefined)
    .map(({ name, positions, sizeBytes, savedAt }) => ({ name, positions, sizeBytes, savedAt }));
}

const none = new Uint8Array();
const checksumLength = 16; // characters, before the rest

function writeHead(head: SavedHead): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(head));
  return new TextEncoder().encode(checksum64(json) + new TextDecoder().decode(json));
}

/** Undefined for what is not one, or not as it was written. */
export function readHead(bytes: Uint8Array, vocabSize: number): SavedHead | undefined {
  const checksum = new TextDecoder().decode(bytes.subarray(0, checksumLength));
  const json = bytes.slice(checksumLength);
  if (checksum64(json) !== checksum) return undefined;
  const head = parsed(json);
  if (headShape(head) !== undefined) return undefined;
  const { sequence, positions } = head as SavedHead;
  return isCoherent(sequence, vocabSize) && positions === sequence.history.length ? (head as SavedHead) : undefined;
}

function parsed(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(json));
  } catch {
    return undefined;
  }
}

async function whole(name: string, kept: Blob[] | ArrayBuffer): Promise<Uint8Array<ArrayBuffer>> {
  return bytesOf(kept).catch(({ message }: Error) => {
    throw damaged(name, message);
  });
}

/** In the order in which they are compared, with what people call them. */
const likenessWords = {
  model: "model, revision or quantization",
  kv: "KV format",
  release: "release of pronk",
  layout: "layout of the cache",
  gpu: "GPU",
  kernels: "choice of kernels",
};

function likenessOf({ model: loaded }: Machine, { adapter }: EngineInfo, model: string): Likeness {
  const { cache, gpu } = loaded;
  return {
    model,
    kv: cache.kv,
    release: [savedCacheVersion, manifestVersion, rowsVersion, layoutVersion].join("."),
    layout: layoutOf(loaded),
    gpu: Object.values(adapter).join(", "),
    kernels: JSON.stringify(gpu.variants),
  };
}

interface Difference {
  field: string;
  what: string;
  expected: string;
  found: string;
}

function differenceOf(saved: Likeness, here: Likeness): Difference | undefined {
  for (const [field, what] of Object.entries(likenessWords)) {
    const [expected, found] = [here[field as keyof Likeness], saved[field as keyof Likeness] ?? "none"];
    if (expected !== found) return { field, what, expected, found };
  }
  return undefined;
}

/** Something that this engine was not loaded with. */
function unusable({ generator, adapters }: CacheOwner["core"], { history }: SavedSequence): Difference | undefined {
  const loaded = [...(adapters?.values() ?? [])];
  const strange = history.slices.find(({ adapter }) => adapter !== undefined && !loaded.includes(adapter))?.adapter;
  if (strange !== undefined)
    return { field: "adapters", what: "adapter or scale", expected: loaded.join(", ") || "none", found: strange };
  const [expected, found] = [generator.contextLength, reachOf(history)];
  if (found <= expected) return undefined;
  return { field: "contextLength", what: "context length", expected: `at most ${expected}`, found: String(found) };
}

function unlike(name: string, { field, what, expected, found }: Difference): PronkError {
  return new PronkError(
    "bad-request",
    `What is saved as "${name}" was made with another ${what} (${found}; this engine: ${expected}), so it is not taken and ` +
      "the prompt is computed anew. Save it again.",
    { field, expected, found, name },
  );
}

async function notThere(model: string, name: string): Promise<PronkError> {
  const [found] = await modelsWithSaved(name);
  if (found !== undefined) return unlike(name, { field: "model", what: likenessWords.model, expected: model, found });
  const message = `Nothing is saved as "${name}" for this model. engine.cache.list() tells what is.`;
  return new PronkError("bad-request", message, {
    field: "name",
    expected: "the name of a saved KV cache",
    found: name,
  });
}

function damaged(name: string, found: string): PronkError {
  return new PronkError(
    "integrity",
    `What is saved as "${name}" is not what was written (${found}), so it is not taken and the prompt is computed anew. Save ` +
      "it again, or delete it.",
    { name, found },
  );
}

function strayed(name: string): PronkError {
  return new PronkError(
    "driver-fault",
    `What was saved as "${name}" did not arrive on the GPU as it was written. The prompt is computed anew; restore it again, ` +
      "or try another browser.",
    { name, expected: "what was written", found: "something else" },
  );
}

// An engine's core without a model: a tokenizer whose ids are bytes (and a few longer pieces), a dialog with visible
// marks, and a generator that plays a script by the rules of generate/request.ts, one call at a time.

import type { EngineCore } from "../../src/api/engine-core.ts";
import type { Likelihood } from "../../src/generate/likelihood.ts";
import type { LendingGenerator } from "../../src/generate/lending.ts";
import type { GenerateRequest, Generation, Pooling } from "../../src/generate/request.ts";
import type { GenerateStats, StopReason } from "../../src/generate/trace.ts";
import type { ChatDialog, ChatMessage, Tokenizer } from "../../src/text/tokenizer.ts";
import { PronkError } from "../../src/errors.ts";
import { CacheHistory } from "../../src/generate/cache-history.ts";
import { hasBit } from "./token-bits.ts";

export const bos = 1;
const eos = 2;
const firstByte = 3;
const longPieces = [" sto", "pped", "END", "E", "ND of"]; // ids after the bytes, to put boundaries anywhere
export const fakeVocabSize = firstByte + 256 + longPieces.length;

/** The id of a byte, or of a long piece. */
export function pieceId(piece: string): number {
  const long = longPieces.indexOf(piece);
  return long >= 0 ? firstByte + 256 + long : firstByte + piece.charCodeAt(0);
}

function bytesOf(id: number): Uint8Array {
  if (id < firstByte) return new Uint8Array();
  if (id < firstByte + 256) return new Uint8Array([id - firstByte]);
  return new TextEncoder().encode(longPieces[id - firstByte - 256]);
}

export const fakeTokenizer: Tokenizer = {
  vocabSize: fakeVocabSize,
  bosId: bos,
  eosId: eos,
  unkId: 0,
  startsWithBos: true,
  encode(text, options) {
    const ids = Array.from(new TextEncoder().encode(text), (byte) => firstByte + byte);
    return options?.addBos ? [bos, ...ids] : ids;
  },
  decode(ids) {
    const decoder = this.stream();
    let text = "";
    for (const id of ids) text += decoder.push(id);
    return text + decoder.flush();
  },
  isSpecial: (id) => id < firstByte,
  bytesOf: (id) => (id < firstByte ? undefined : bytesOf(id)),
  idOf: () => undefined,
  stream() {
    const decoder = new TextDecoder();
    return {
      push: (id) => decoder.decode(bytesOf(id), { stream: true }),
      flush: () => decoder.decode(),
    };
  },
};

/** `s:…|u:…|a:…|` behind BOS; the last message must be the user's. */
const fakeDialog: ChatDialog = {
  kind: "template",
  thoughts: undefined,
  tools: () => ({ turns: true, form: undefined }),
  encode(messages: readonly ChatMessage[]) {
    const last = messages.at(-1)?.role;
    if (last !== "user" && last !== "assistant") throw new PronkError("bad-request", "Last message must be from user");
    const text = messages.map(({ role, content }) => `${role[0]}:${content}|`).join("");
    return fakeTokenizer.encode(last === "user" ? text : text.slice(0, -1), { addBos: true });
  },
};

export interface FakeGenerator extends LendingGenerator {
  requests: GenerateRequest[];
  /** Generations whose loop was left early. */
  cancelled: number;
  running: number;
}

/** Half as likely as can be; its neighbour is more so. */
export const fakeLikelihood = (id: number): Likelihood => {
  const top = [
    { id: id + 1, logProbability: -id / 64 },
    { id, logProbability: -id / 32 },
  ];
  return { chosen: -id / 32, top };
};

/** An id's state: 3, 4, and the id itself; the rest zero. [8] */
async function fakeState(ids: readonly number[], pooling: Pooling, signal: AbortSignal): Promise<Float64Array> {
  await new Promise((resolve) => setTimeout(resolve));
  signal.throwIfAborted();
  const mean = ids.reduce((sum, id) => sum + id, 0) / ids.length;
  return Float64Array.of(3, 4, pooling === "mean" ? mean : ids.at(-1)!, 0, 0, 0, 0, 0);
}

/**
 * Answers each prompt with what `script` says, as far as that is allowed, then EOS forever; prompt and answer together fit the
 * context. `stepMs` > 0 makes every step take time.
 */
export function fakeGenerator(
  script: (prompt: string, promptIds: readonly number[]) => string | readonly number[],
  { contextLength = 200, stepMs = 0, logitsAfter = (position: number) => new Float32Array([position, 0.5]) } = {},
): FakeGenerator {
  let queue: Promise<void> = Promise.resolve();
  let cache: number[] = [];
  const self: FakeGenerator = {
    contextLength,
    vocabSize: fakeVocabSize,
    history: new CacheHistory(),
    requests: [],
    cancelled: 0,
    running: 0,
    generate(request) {
      self.requests.push(request);
      const generation: { stopReason: StopReason | undefined; stats: GenerateStats } & Generation = {
        stopReason: undefined,
        stats: {
          promptTokens: request.promptIds.length,
          cachedTokens: 0,
          generatedTokens: 0,
          prefillMs: 5,
          decodeMs: 0,
          recoveries: 0,
          recoveryMs: 0,
          ...request.known?.stats,
        },
        [Symbol.asyncIterator]: () => steps(request, generation),
      };
      return generation;
    },
    lend: () => Promise.reject(new Error("there is no machine to lend")),
    hiddenState: async ({ ids, pooling }, signal) => fakeState(ids, pooling, signal),
    reset: () => void (cache = []),
    dispose: async () => {},
  };

  async function* steps(
    { promptIds, maxTokens, stopIds, signal, onLogits, onLikelihood, constrain, known, onTrace }: GenerateRequest,
    generation: { stopReason: StopReason | undefined; stats: GenerateStats },
  ): AsyncGenerator<number> {
    const before = queue;
    let release!: () => void;
    queue = new Promise((resolve) => (release = resolve));
    await before;
    self.running++;
    if (known) generation.stats.recoveries++;
    const trace = (told: number[], likelihood?: Likelihood) =>
      onTrace?.({
        ids: told,
        likelihoods: likelihood && [likelihood],
        stats: { ...generation.stats },
        isBegun: true,
        stopReason: generation.stopReason,
      });
    let finished = false;
    try {
      const answer = script(fakeTokenizer.decode(promptIds), promptIds);
      const ids = typeof answer === "string" ? fakeTokenizer.encode(answer) : answer;
      let same = 0;
      while (same < promptIds.length - 1 && cache[same] === promptIds[same]) same++;
      generation.stats.cachedTokens = same;
      cache = [...promptIds];
      promptIds.forEach((_, position) => onLogits?.(position, logitsAfter(position)));
      if (!known) trace([]);
      const chosen = [...(known?.ids ?? [])];
      for (const [i, id] of (known?.ids ?? []).entries()) {
        if (known?.likelihoods) onLikelihood?.(known.likelihoods[i]);
        yield id;
      }
      for (let step = chosen.length; ; step++) {
        await new Promise((resolve) => (stepMs > 0 ? setTimeout(resolve, stepMs) : setImmediate(resolve)));
        signal?.throwIfAborted();
        const allowed = constrain?.(chosen);
        const mayBe = (id: number) => !allowed || hasBit(allowed, id);
        let id = ids[step] ?? eos;
        for (let other = 0; !mayBe(id); other++) id = other; // the first that is allowed
        if (constrain && !allowed) generation.stopReason = "stop";
        if (step >= maxTokens) generation.stopReason = "length";
        else if (promptIds.length + step >= contextLength) generation.stopReason = "context-full";
        else if (stopIds.includes(id)) generation.stopReason = "stop";
        if (generation.stopReason) break;
        if (step > 0) onLogits?.(promptIds.length + step - 1, logitsAfter(promptIds.length + step - 1));
        cache.push(id);
        chosen.push(id);
        generation.stats.generatedTokens++;
        generation.stats.decodeMs += 2;
        const likelihood = onLikelihood && fakeLikelihood(id);
        if (likelihood) onLikelihood(likelihood);
        trace([id], likelihood);
        yield id;
      }
      trace([]);
      finished = true;
    } finally {
      if (!finished && !signal?.aborted) self.cancelled++;
      self.running--;
      release();
    }
  }
  return self;
}

export function fakeCore(generator: LendingGenerator, parts: Partial<EngineCore> = {}): EngineCore {
  return {
    label: "fake/model",
    config: {
      dim: 8,
      hiddenDim: 16,
      layers: 1,
      heads: 2,
      kvHeads: 1,
      headDim: 4,
      vocabSize: fakeVocabSize,
      contextLength: generator.contextLength,
      normEps: 1e-5,
      ropeTheta: 10000,
      ropeScaling: { kind: "none" },
      tiedEmbeddings: false,
      bosId: bos,
      eosIds: [eos],
    },
    defaults: {},
    tokenizer: fakeTokenizer,
    dialog: fakeDialog,
    turnEnds: [],
    generator,
    askCache: async (does, name) => ({ does, name }),
    ended: new AbortController().signal,
    ...parts,
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

// With `persist`: what the KV cache holds of the open conversation is saved beside its model, so that the first question after
// a reload computes only what is new. Saved once nothing has followed an answer for some seconds, or the page is hidden; taken
// back by an engine that was made for this page, for one that other tabs use has it still. What can't be saved or taken is
// computed anew, and nobody is told.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { EngineInfo } from "../index.ts";
import { cacheNameOf, forgetCache, isCacheName } from "./session/cache-name.ts";
import type { ChatSession } from "./session/chat-session.ts";
import type { ChatEngine } from "./session/engine-factory.ts";
import type { AnswerTurn } from "./session/turn.ts";

const saveAfterMs = 3000;
const mostBytes = 256 << 20; // read off the GPU and written at once
const surplusPositions = 8; // what was fed of an answer, beside what it tells of

export interface CacheParts {
  session: Pick<ChatSession, "engine" | "busy" | "tree">;
  /** Where the open conversation is kept; undefined where it is not. */
  id(): string | undefined;
  /** Whether any answer is being written, here or in a conversation that was left. */
  isAnswering(): boolean;
}

export class KeptCache implements ReactiveController {
  readonly #parts: CacheParts;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #coming: (() => Promise<void>) | undefined;
  #seen: { id: string | undefined; turns: number } = { id: undefined, turns: 0 };

  constructor(host: ReactiveControllerHost, parts: CacheParts) {
    this.#parts = parts;
    host.addController(this);
  }

  /** Takes back what was saved of the open conversation, if it fits the engine. */
  async loaded({ cache }: ChatEngine): Promise<void> {
    const id = this.#parts.id();
    const wasAnswered = this.#parts.session.tree.shown.some((turn) => turn.role === "assistant" && turn.text);
    if (!cache || id === undefined || !wasAnswered) return;
    const name = cacheNameOf(id);
    await cache.restore(name).catch(() => cache.delete(name).catch(() => {}));
  }

  answered({ usage }: AnswerTurn): void {
    const { engine } = this.#parts.session;
    const id = this.#parts.id();
    if (!engine?.cache || id === undefined || !usage || engine.info.where !== "device") return;
    if (usage.total_tokens * positionBytes(engine.info) > mostBytes) return;
    this.#coming = () => this.#save(engine, id, usage.total_tokens);
    this.#timer = setTimeout(() => this.#saveNow(), saveAfterMs);
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.#onVisibility);
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    clearTimeout(this.#timer);
  }

  hostUpdated(): void {
    const { session } = this.#parts;
    if (session.busy) this.#putOff();
    const now = { id: this.#parts.id(), turns: session.tree.all.length };
    const before = this.#seen;
    this.#seen = now;
    if (now.id === before.id && now.turns >= before.turns) return;
    this.#putOff();
    if (now.id !== undefined && now.id === before.id) void forgetCache(now.id); // something of it was taken away
  }

  readonly #onVisibility = () => {
    if (document.visibilityState === "hidden") this.#saveNow();
  };

  #putOff(): void {
    clearTimeout(this.#timer);
    this.#coming = undefined;
  }

  #saveNow(): void {
    const save = this.#coming;
    this.#putOff();
    if (!this.#parts.isAnswering()) void save?.();
  }

  async #save({ cache }: ChatEngine, id: string, positions: number): Promise<void> {
    if (!cache) return;
    const name = cacheNameOf(id);
    const { turns } = this.#seen;
    try {
      const saved = await cache.save(name);
      // Meanwhile another tab may have had an answer of the same engine, or this conversation may have gone.
      const isOther = Math.abs(saved.positions - positions) > surplusPositions;
      const isGone = this.#seen.id !== id || this.#seen.turns < turns;
      const kept = (await cache.list()).filter((one) => isCacheName(one.name));
      const surplus = kept.filter((one) => one.name !== name || isOther || isGone);
      for (const one of surplus) await cache.delete(one.name);
    } catch {
      // no room, or the engine has gone
    }
  }
}

/** Of keys and values, on the disk as on the GPU; about, for one in q8 has its scales besides. */
function positionBytes({ config, kv }: EngineInfo): number {
  const { layers, kvHeads, headDim } = config;
  return 2 * layers * kvHeads * headDim * { f32: 4, f16: 2, q8: 1.125 }[kv];
}

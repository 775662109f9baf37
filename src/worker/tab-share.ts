// One engine for all tabs without a shared worker: whoever holds the Web Lock of the model leads, owns the engine and
// serves the others over a BroadcastChannel, and itself over a port, by the same protocol that a worker speaks. When the
// leader goes, the next in the lock's queue takes over from the store, and everybody's calls go on there (connect.ts).

import type { ContinuableEngine, Predecessor } from "../api/continuation.ts";
import type { EngineCalls, EngineOptions } from "../api/surface.ts";
import { PronkError } from "../errors.ts";
import { randomId } from "../random-id.ts";
import { beforeAbort, withResolvers } from "../waiting.ts";
import { ChannelPort } from "./channel-port.ts";
import { connectEngine } from "./connect.ts";
import { EngineShare } from "./engine-share.ts";
import type { Host } from "./link.ts";
import type { ChannelMessage, CloneableModel, Port } from "./protocol.ts";
import { readChannelMessage } from "./read-message.ts";
import { serve, type HostServices } from "./serve.ts";
import { whenAborted } from "./when-aborted.ts";

const helloMs = 150; // between two calls for a leader: one that was just elected may not listen yet

/** Makes an engine that this tab owns, in the place of another where there was one. */
export type StartHere = (options: EngineOptions & { predecessor?: Predecessor }) => Promise<ContinuableEngine>;

/** An engine that all tabs of this key use. */
export async function joinTabs(
  key: string,
  model: CloneableModel,
  options: EngineOptions,
  startHere: StartHere,
): Promise<EngineCalls> {
  const tab = new SharingTab(key, options, startHere);
  let isUnloading = false;
  try {
    // A leader never answers that it has no WebGPU.
    const engine = (await connectEngine((signal) => tab.openLeader(signal), model, options))!;
    const { chat, completions, embeddings, cache, tokenizer, info, ended } = engine;
    const unload = (isOver = false) => {
      isUnloading = true;
      return engine.unload().finally(() => tab.leave(isOver)); // messages to the leader go through this tab
    };
    whenAborted(ended, () => {
      if (!isUnloading) unload(true).catch(() => {}); // told to whoever unloads
    });
    const end = () => unload();
    return { chat, completions, embeddings, cache, tokenizer, info, ended, unload: end, [Symbol.asyncDispose]: end };
  } catch (error) {
    await tab.leave();
    throw error;
  }
}

/** One of the tabs that share: it leads, or follows the one that does. */
class SharingTab {
  readonly #options: EngineOptions;
  readonly #startHere: StartHere;
  readonly #id = randomId();
  readonly #channel: BroadcastChannel;
  readonly #left = new AbortController();
  #leader: string | undefined;
  #leaderGone = new AbortController();
  readonly #engines = new EngineShare(); // while this one leads
  #ownLoad = withResolvers<void>(); // the leader's; the others' wait for it, since it may go on from an engine that was lost
  #engine: Promise<ContinuableEngine> | undefined; // the leader's
  readonly #served = new Map<string, () => void>(); // by the leader: tabs, and how to stop serving them
  #changed: () => void = () => {}; // wakes whoever waits for a leader
  #calling: ReturnType<typeof setInterval> | undefined;
  #leaving: Promise<void> | undefined;

  constructor(key: string, options: EngineOptions, startHere: StartHere) {
    this.#options = options;
    this.#startHere = startHere;
    this.#channel = new BroadcastChannel(`pronk:engine:${key}`);
    this.#channel.addEventListener("message", ({ data }: MessageEvent) => {
      const message = readChannelMessage(data);
      if (message) this.#hear(message);
    });
    const { signal } = this.#left;
    navigator.locks
      .request(`pronk:engine:${key}`, { signal }, () => this.#lead())
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    // Only once its presence is held: a leader that looked for it earlier would think this tab gone.
    void navigator.locks.request(`pronk:tab:${this.#id}`, () => {
      if (this.#leader === undefined) this.#callForLeader();
      return ended(signal);
    });
  }

  /** A connection to the leader; waits while there is none. */
  async openLeader(signal: AbortSignal | undefined): Promise<Host> {
    while (this.#leader === undefined) {
      const change = new Promise<void>((resolve) => {
        const before = this.#changed;
        this.#changed = () => (before(), resolve());
      });
      await beforeAbort(change, signal);
    }
    return this.#leader === this.#id ? this.#serveSelf() : this.#follow(this.#leader);
  }

  /** `isOver`: the engine has ended for all who share it. */
  leave(isOver = false): Promise<void> {
    return (this.#leaving ??= this.#leave(isOver));
  }

  async #leave(isOver: boolean): Promise<void> {
    clearInterval(this.#calling);
    if (this.#leader === this.#id) {
      // The tabs that it served hear of the end before they get the lock: there is no engine to take over.
      if (isOver) await new Promise((resolve) => setTimeout(resolve, helloMs));
      this.#say({ kind: "leaving" });
      for (const close of this.#served.values()) close();
      await this.#engine?.then((engine) => engine.unload()).catch(() => {});
    }
    this.#left.abort(); // frees both locks: the next tab takes over
    this.#channel.close();
  }

  /** Holds the lead until this tab leaves. */
  async #lead(): Promise<void> {
    if (this.#leaving) return;
    clearInterval(this.#calling);
    this.#leaderGone.abort(leaderClosed());
    this.#setLeader(this.#id);
    this.#say({ kind: "lead" });
    await ended(this.#left.signal);
  }

  #hear(message: ChannelMessage): void {
    const { kind, from } = message;
    if (this.#leaving) return;
    if (kind === "hello" && this.#leader === this.#id) this.#welcome(from);
    if (kind === "welcome" && message.to === this.#id && this.#leader !== from) {
      clearInterval(this.#calling);
      this.#leaderGone.abort(leaderClosed());
      this.#leaderGone = new AbortController();
      this.#setLeader(from);
    }
    // Another leads now, or will: what was asked of the last one will not be answered.
    if ((kind === "lead" || kind === "leaving") && this.#leader !== this.#id) {
      this.#setLeader(undefined);
      this.#leaderGone.abort(leaderClosed());
      this.#callForLeader();
    }
  }

  /** Serves a tab until it is gone. It may have called more than once. */
  #welcome(tab: string): void {
    this.#say({ kind: "welcome", to: tab });
    if (this.#served.has(tab)) return;
    const port = new ChannelPort(this.#channel, this.#id, tab);
    const served = serve(port, {
      hasWebGpu: async () => true,
      createEngine: async (_, options) => {
        await this.#ownLoad.promise;
        // A load that fails or is aborted here is this tab's own: the others try for themselves, one after another.
        return this.#acquire(options).catch(() => Promise.reject(leaderClosed()));
      },
    });
    const gone = () => {
      this.#served.delete(tab);
      port.close();
      served.close();
    };
    this.#served.set(tab, gone);
    void navigator.locks.request(`pronk:tab:${tab}`, { signal: this.#left.signal }, gone).catch(() => {});
  }

  #serveSelf(): Host {
    const { port1, port2 } = new MessageChannel();
    const served = serve(port2 as unknown as Port, {
      hasWebGpu: async () => true,
      createEngine: (_, options) => {
        const acquired = this.#acquire(options);
        this.#ownLoad.resolve();
        return acquired;
      },
    });
    port1.start();
    port2.start();
    const close = () => {
      served.close();
      port1.close();
    };
    return { port: port1 as unknown as Port, gone: new AbortController().signal, close };
  }

  #acquire(options: Parameters<HostServices["createEngine"]>[1]): Promise<ContinuableEngine> {
    const { worker } = this.#options;
    const { pause, predecessor } = options;
    return this.#engines.acquire(
      "",
      options,
      (shared) => (this.#engine = this.#startHere({ ...this.#options, worker, pause, predecessor, ...shared })),
    );
  }

  #follow(leader: string): Host {
    const port = new ChannelPort(this.#channel, this.#id, leader);
    return { port, gone: this.#leaderGone.signal, close: () => port.close() };
  }

  #setLeader(leader: string | undefined): void {
    this.#leader = leader;
    if (leader === undefined) return;
    const wake = this.#changed;
    this.#changed = () => {};
    wake();
  }

  #callForLeader(): void {
    clearInterval(this.#calling);
    if (this.#left.signal.aborted) return;
    this.#say({ kind: "hello" });
    this.#calling = setInterval(() => this.#say({ kind: "hello" }), helloMs);
  }

  #say(message: { kind: "hello" | "lead" | "leaving" } | { kind: "welcome"; to: string }): void {
    if (this.#left.signal.aborted) return; // the channel is closed
    this.#channel.postMessage({ ...message, from: this.#id } satisfies ChannelMessage);
  }
}

/** Resolves when the signal is aborted, or at once if it is. */
const ended = (signal: AbortSignal) => new Promise<void>((resolve) => whenAborted(signal, resolve));

function leaderClosed(): PronkError {
  return new PronkError(
    "leader-closed",
    "The tab that ran the model was closed. Another tab takes over from the stored copy; ask again.",
  );
}

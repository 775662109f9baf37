// One engine for all tabs without a shared worker: whoever holds the Web Lock of the model leads, owns the engine and
// serves the others over a BroadcastChannel, by the same protocol that a worker speaks. When the leader goes, the next in
// the lock's queue takes over from the store: a stream that has begun ends with an error that says so, other calls wait.

import { unloadedError } from "../api/assemble.ts";
import type { ChatCompletions } from "../api/chat-completions.ts";
import type { Completions } from "../api/completions.ts";
import type { RecoveryEvent } from "../api/renewal.ts";
import type { Engine, EngineInfo, EngineOptions } from "../api/surface.ts";
import { PronkError } from "../errors.ts";
import { beforeAbort } from "../waiting.ts";
import { ChannelPort } from "./channel-port.ts";
import { connectEngine } from "./connect.ts";
import { handleOn } from "./engine-share.ts";
import type { ChannelMessage, CloneableModel } from "./protocol.ts";
import { readChannelMessage } from "./read-message.ts";
import { serve } from "./serve.ts";
import { whenAborted } from "./when-aborted.ts";

const helloMs = 150; // between two calls for a leader: one that was just elected may not listen yet

export class TabShare implements Engine {
  info!: EngineInfo; // set before anybody sees this
  readonly #model: CloneableModel;
  readonly #options: EngineOptions;
  readonly #startHere: (options: EngineOptions) => Promise<Engine>;
  readonly #id = crypto.randomUUID();
  readonly #channel: BroadcastChannel;
  readonly #left = new AbortController();
  readonly #end = new AbortController();
  #leader: string | undefined;
  #leaderGone = new AbortController();
  #engine: Promise<Engine> | undefined; // of the present leader, near or far
  readonly #served = new Set<string>(); // tabs, while this one leads
  readonly #recoveryListeners = new Set<(event: RecoveryEvent) => void>(); // theirs, and this one's
  #changed: () => void = () => {}; // wakes who waits for an engine
  #calling: ReturnType<typeof setInterval> | undefined;
  #leaving: Promise<void> | undefined;

  static async join(
    key: string,
    model: CloneableModel,
    options: EngineOptions,
    startHere: (options: EngineOptions) => Promise<Engine>,
  ): Promise<Engine> {
    const share = new TabShare(key, model, options, startHere);
    try {
      await beforeAbort(share.#present(), options.signal);
      return share;
    } catch (error) {
      await share.unload();
      throw error;
    }
  }

  private constructor(
    key: string,
    model: CloneableModel,
    options: EngineOptions,
    startHere: (options: EngineOptions) => Promise<Engine>,
  ) {
    this.#model = model;
    this.#options = options;
    this.#startHere = startHere;
    if (options.onRecovery) this.#recoveryListeners.add(options.onRecovery);
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

  get ended(): AbortSignal {
    return this.#end.signal;
  }

  readonly chat = {
    completions: {
      create: ((...given: Parameters<ChatCompletions["create"]>) =>
        this.#ask((engine) => engine.chat.completions.create(...given))) as ChatCompletions["create"],
    },
  };

  readonly completions = {
    create: ((...given: Parameters<Completions["create"]>) =>
      this.#ask((engine) => engine.completions.create(...given))) as Completions["create"],
  };

  readonly tokenizer: Engine["tokenizer"] = {
    encode: (...given) => this.#ask((engine) => engine.tokenizer.encode(...given)),
    decode: (...given) => this.#ask((engine) => engine.tokenizer.decode(...given)),
  };

  unload(): Promise<void> {
    return (this.#leaving ??= this.#leave());
  }

  async #leave(): Promise<void> {
    clearInterval(this.#calling);
    const lost = this.ended.aborted;
    if (this.#leader === this.#id && !lost) this.#say({ kind: "leaving" });
    this.#end.abort(unloadedError(this.info?.model ?? String(this.#model))); // unless it has ended already
    const engine = this.#engine;
    await engine?.then((present) => present.unload()).catch(() => {});
    // Those that it served hear of its end before the lock is theirs: they have no engine to take over.
    if (lost) await new Promise((resolve) => setTimeout(resolve, helloMs));
    this.#left.abort(); // frees both locks: the next tab takes over
    this.#channel.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unload();
  }

  /** Asks the next leader where this one goes before it has answered; a stream that has begun ends with the error. */
  async #ask<Answer>(call: (engine: Engine) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      this.ended.throwIfAborted();
      const engine = await this.#present();
      try {
        return await call(engine);
      } catch (error) {
        if (!isLeaderClosed(error) || this.#left.signal.aborted) throw error;
        // Its successor is not known before the lock or a message says so.
        if ((await this.#present()) === engine) await new Promise((resolve) => setTimeout(resolve, helloMs));
      }
    }
  }

  /** The engine to ask now; waits while the lead changes. */
  async #present(): Promise<Engine> {
    for (;;) {
      const engine = this.#engine;
      if (!engine) {
        await new Promise<void>((resolve) => {
          const before = this.#changed;
          this.#changed = () => (before(), resolve());
        });
        continue;
      }
      try {
        const present = await engine;
        if (this.#engine !== engine) continue;
        this.info = present.info;
        return present;
      } catch (error) {
        if (this.#engine === engine) throw error;
      }
    }
  }

  /** Holds the lead until this tab leaves. */
  async #lead(): Promise<void> {
    if (this.ended.aborted) return;
    clearInterval(this.#calling);
    this.#leaderGone.abort(leaderClosed());
    this.#leader = this.#id;
    const onRecovery = (event: RecoveryEvent) => this.#recoveryListeners.forEach((listener) => listener(event));
    const engine = this.#startHere({ ...this.#options, onRecovery });
    this.#setEngine(engine);
    this.#say({ kind: "lead" });
    // A load that fails is this tab's alone: the next one may lead.
    await Promise.race([ended(this.#left.signal), engine.then(() => new Promise(() => {})).catch(() => {})]);
  }

  #hear(message: ChannelMessage): void {
    const { kind, from } = message;
    if (this.ended.aborted) return;
    if (kind === "hello" && this.#leader === this.#id) this.#welcome(from);
    if (kind === "welcome" && message.to === this.#id && this.#leader !== from) this.#follow(from);
    // Another leads now, or will: what was asked of the last one gets no answer any more.
    if ((kind === "lead" || kind === "leaving") && this.#leader !== this.#id) {
      this.#leaderGone.abort(leaderClosed());
      this.#lookForLeader();
    }
  }

  /** Serves a tab until it is gone. It may have called more than once. */
  #welcome(tab: string): void {
    this.#say({ kind: "welcome", to: tab });
    if (this.#served.has(tab)) return;
    this.#served.add(tab);
    const engine = this.#engine!;
    const port = new ChannelPort(this.#channel, this.#id, tab);
    let tell: EngineOptions["onRecovery"];
    const served = serve(port, {
      hasWebGpu: async () => true,
      // A load that fails or is aborted here is this tab's own: the others try for themselves, one after another.
      createEngine: async (_, { onRecovery }) => {
        if (onRecovery) this.#recoveryListeners.add((tell = onRecovery));
        return handleOn(await engine.catch(() => Promise.reject(leaderClosed())), async () => {});
      },
    });
    const gone = () => {
      this.#served.delete(tab);
      if (tell) this.#recoveryListeners.delete(tell);
      port.close();
      served.close();
    };
    this.#left.signal.addEventListener("abort", gone, { once: true });
    void navigator.locks.request(`pronk:tab:${tab}`, { signal: this.#left.signal }, gone).catch(() => {});
  }

  #follow(leader: string): void {
    clearInterval(this.#calling);
    this.#leader = leader;
    const gone = (this.#leaderGone = new AbortController());
    const port = new ChannelPort(this.#channel, this.#id, leader);
    const { pause: _, ...options } = this.#options; // the leader's own download
    const connected = connectEngine({ port, gone: gone.signal, close: () => port.close() }, this.#model, options);
    const engine = connected.then((present) => present!); // a leader never answers that it has no WebGPU
    this.#setEngine(engine);
    engine.catch((error: unknown) => {
      if (this.#engine === engine && isLeaderClosed(error)) this.#lookForLeader();
    });
  }

  #lookForLeader(): void {
    if (this.#left.signal.aborted) return;
    this.#leader = undefined;
    this.#setEngine(undefined);
    this.#callForLeader();
  }

  #setEngine(engine: Promise<Engine> | undefined): void {
    engine?.then(
      ({ ended }) => whenAborted(ended, () => this.#engine === engine && this.#finish(ended.reason)),
      () => {}, // told to whoever waits for it
    );
    this.#engine = engine;
    const wake = this.#changed;
    this.#changed = () => {};
    wake();
  }

  /** The engine has ended: with its leader, which is the next one's affair, or for all who share it. */
  #finish(reason: unknown): void {
    if (isLeaderClosed(reason)) return;
    this.#end.abort(reason);
    void this.unload();
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

/** Resolves when the signal is aborted, or at once. */
const ended = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });

const isLeaderClosed = (error: unknown) => error instanceof PronkError && error.code === "leader-closed";

function leaderClosed(): PronkError {
  return new PronkError(
    "leader-closed",
    "The tab that ran the model was closed. Another tab takes over from the stored copy; ask again.",
  );
}

// Downloads beside the model that answers: begun in the picker, one at a time, each with a pause of its own. What has arrived
// stays in the store whatever happens; the same download resumes there. While the chat loads a model they wait, so that two
// loads never hold memory at once. A licence is asked for when a model is opened, so without it nothing is fetched here.

import { acceptanceOf, llama2License } from "../src/element/index.ts";
import { DownloadPause, inspectModel, models, preflight, type ProgressEvent } from "../src/index.ts";
import type { ModelChoice } from "./model-choice.ts";
import { keepStored } from "./stored-deletions.ts";

export type DownloadState = "waiting" | "preparing" | "running" | "license" | "arrived" | "failed";

/** One download; read only. */
export interface Download {
  readonly choice: ModelChoice;
  readonly token: string | undefined;
  readonly state: DownloadState;
  /** By the person. */
  readonly paused: boolean;
  readonly progress: ProgressEvent | undefined;
  readonly error: Error | undefined;
}

interface Running {
  abort: AbortController;
  pause: DownloadPause;
}

export class Downloads {
  #list: readonly Download[] = [];
  #running: Running | undefined;
  #loading: ModelChoice["model"]; // by the chat
  readonly #changed: () => void;
  readonly #hubUrl: () => string | undefined;

  /** `hubUrl`: if it is not the usual hub. */
  constructor(changed: () => void, hubUrl: () => string | undefined) {
    this.#changed = changed;
    this.#hubUrl = hubUrl;
  }

  get list(): readonly Download[] {
    return this.#list;
  }

  /** Whether a download waits for the chat to load a model. */
  get held(): boolean {
    return this.#loading !== undefined;
  }

  begin(choice: ModelChoice, token: string | undefined): void {
    const known = this.#of(choice.key);
    if (known && known.state !== "failed" && known.state !== "license") return;
    const others = this.#list.filter((other) => other !== known);
    const fresh = { choice, token, paused: false, progress: undefined, error: undefined } as const;
    this.#set([...others, { ...fresh, state: "waiting" }]);
    void this.#next();
  }

  pause({ choice: { key } }: Download, paused: boolean): void {
    const download = this.#change(key, { paused });
    if (download?.state !== "running") return;
    if (paused || this.held) this.#running?.pause.pause();
    else this.#running?.pause.resume();
  }

  /** Ends it, or takes its outcome off the list. What has arrived stays for the next time. */
  remove({ choice: { key } }: Download): void {
    const state = this.#of(key)?.state; // by now
    this.#set(this.#list.filter((other) => other.choice.key !== key));
    if (state === "running" || state === "preparing") this.#running?.abort.abort();
  }

  /** What the chat is loading now: downloads wait, except one of that very model, which the load follows. */
  hold(model: ModelChoice["model"]): void {
    this.#loading = model;
    const running = this.#list.find(({ state }) => state === "running");
    if (running && this.#running) {
      if (running.paused || (model !== undefined && model !== running.choice.model)) this.#running.pause.pause();
      else this.#running.pause.resume();
    }
    this.#changed();
    void this.#next();
  }

  async #next(): Promise<void> {
    const next = this.#list.find(({ state }) => state === "waiting");
    if (!next || this.#running || this.held) return;
    const running = (this.#running = { abort: new AbortController(), pause: new DownloadPause() });
    const { key } = next.choice;
    try {
      this.#change(key, { state: "preparing" });
      this.#change(key, await this.#run(next, running));
    } catch (error) {
      // What was taken off the list may be on it again.
      if (!running.abort.signal.aborted) this.#change(key, { state: "failed", error: error as Error });
    }
    this.#running = undefined;
    void this.#next();
  }

  async #run({ choice, token }: Download, { abort, pause }: Running): Promise<Partial<Download>> {
    const model = choice.model!;
    const { signal } = abort;
    const from = { token, hubUrl: this.#hubUrl(), signal };
    const { id, llama2 } = await inspectModel(model, from);
    if (llama2 && !acceptanceOf(llama2License)) return { state: "license" };
    const { quantize } = await preflight(model, { ...from, probe: false }); // as the chat would have it
    signal.throwIfAborted();
    keepStored({ id, quantize });
    const now = this.#change(choice.key, { state: "running" });
    if (now?.paused || (this.held && this.#loading !== model)) pause.pause();
    const onProgress = (progress: ProgressEvent) => {
      if (progress.phase === "download") this.#change(choice.key, { progress });
    };
    await models.download(model, { ...from, quantize, pause, onProgress });
    return { state: "arrived" };
  }

  #of(key: string): Download | undefined {
    return this.#list.find(({ choice }) => choice.key === key);
  }

  #change(key: string, change: Partial<Download>): Download | undefined {
    this.#set(this.#list.map((download) => (download.choice.key === key ? { ...download, ...change } : download)));
    return this.#of(key);
  }

  #set(list: readonly Download[]): void {
    this.#list = list;
    this.#changed();
  }
}

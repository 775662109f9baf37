// An engine that plays a script: what it says about a model, which progress it reports, what it answers. `stageEngine`
// runs inside the page (its source is sent there), so it may refer to nothing outside itself.

export interface Script {
  label: string;
  /** Starters shown before the first message. */
  starters?: string[];
  llama2?: boolean;
  evidence?: string[];
  weightsOffered?: string[];
  offers?: { weights: string; sizeBytes: number; bits: number; gpuBytes: number; fits: boolean }[];
  dialog?: "llama-2";
  /** What is wrong with the model. */
  warnings?: { code: string; message: string }[];
  /** The load stops at this event and stays there. */
  holdAt?: { phase: string; loadedBytes: number; totalBytes: number; bytesPerSecond: number; secondsLeft?: number }[];
  failure?: { code: string; message: string; facts?: Record<string, unknown> };
  answers?: string[];
  /** Ends the last answer. */
  answerFailure?: { code: string; message: string };
  /** The last answer never ends. */
  holdAnswer?: boolean;
  /** Answers come in pieces of four characters, this many at a time, and then the page has its turn. */
  piecesAtATime?: number;
  autoload: boolean;
}

interface StagedChat extends HTMLElement {
  persist: string | undefined;
  engineFactory: unknown;
  starters: string[];
  autoload: boolean;
  model: unknown;
  updateComplete: Promise<unknown>;
}

export async function stageEngine(script: Script): Promise<void> {
  await customElements.whenDefined("pronk-chat");
  const chat = document.querySelector<StagedChat>("pronk-chat")!;
  chat.persist = undefined; // each scene begins with nothing
  while (!chat.model) await new Promise((done) => setTimeout(done, 10)); // the page's own choice comes first
  const answers = [...(script.answers ?? [])];
  const pronkError = ({ code, message, facts = {} }: NonNullable<Script["failure"]>) =>
    Object.assign(new Error(message), { name: "PronkError", code, facts });
  const never = () => new Promise<never>(() => {});
  const usage = (count: number) => ({
    prompt_tokens: 31,
    completion_tokens: count,
    total_tokens: 31 + count,
    completion_tokens_details: { reasoning_tokens: 0 },
    prompt_tokens_details: { cached_tokens: answers.length === (script.answers?.length ?? 0) - 1 ? 0 : 118 },
    extra: { prefill_ms: 20, decode_ms: 500, prefill_tokens_per_s: 900, decode_tokens_per_s: 87.4 },
  });
  async function* stream(wrap: (text: string) => object, end: (count: number) => object) {
    const answer = answers.shift() ?? "Yes.";
    const words = answer.match(script.piecesAtATime ? /[^]{1,4}/g : /\s*\S+/g) ?? [];
    for (const [index, word] of words.entries()) {
      yield wrap(word);
      if (script.piecesAtATime && index % script.piecesAtATime === 0) await new Promise((next) => setTimeout(next, 4));
    }
    if (script.holdAnswer && answers.length === 0) await never();
    if (script.answerFailure && answers.length === 0) throw pronkError(script.answerFailure);
    yield end(words.length);
  }
  const pronk = { dropped_messages: 0, context_full: false };
  /** What was asked of it, for tests to look at. */
  const asked: { requests: object[]; loads: object[] } = { requests: [], loads: [] };
  Object.assign(globalThis, { stagedEngine: asked });
  const info = {
    model: script.label,
    dialog: script.dialog,
    warnings: script.warnings ?? [],
    generation: {},
    contextLength: 4096,
    kv: "f16",
    gpuBytes: 212e6,
    config: { contextLength: 8192 },
  };
  const engine = {
    info,
    chat: {
      completions: {
        create: async (request: object) => (
          asked.requests.push(request),
          stream(
            (content) => ({ choices: [{ delta: { content }, finish_reason: null }], pronk }),
            (count) => ({ choices: [{ delta: {}, finish_reason: "stop" }], usage: usage(count), pronk }),
          )
        ),
      },
    },
    completions: {
      create: async () =>
        stream(
          (text) => ({ choices: [{ text }], pronk }),
          (count) => ({ choices: [{ text: "" }], usage: usage(count), pronk }),
        ),
    },
    tokenizer: { encode: async (text: string) => Array.from({ length: Math.ceil(text.length / 5) }, () => 7) },
    unload: async () => {},
  };
  chat.engineFactory = {
    inspectModel: async () => ({
      id: "staged",
      label: script.label,
      llama2: script.llama2 ?? false,
      licenseEvidence: script.evidence ?? [],
      stored: false,
      downloadBytes: 0,
      needs: [],
      weightsOffered: script.weightsOffered ?? ["safetensors"],
      offers: script.offers,
    }),
    createEngine: async (
      _: unknown,
      options: { onProgress(event: object): void; contextLength?: number; kv?: string },
    ) => {
      const { onProgress, contextLength = 4096, kv = "f16" } = options;
      asked.loads.push({ contextLength: options.contextLength, kv: options.kv });
      Object.assign(info, { contextLength, kv });
      if (script.failure) throw pronkError(script.failure);
      for (const event of script.holdAt ?? []) onProgress(event);
      if (script.holdAt) await never();
      return engine;
    },
  };
  chat.starters = script.starters ?? [];
  chat.autoload = script.autoload;
  chat.model = `staged:${Math.random()}`;
  await new Promise((done) => setTimeout(done, 150));
  const name = document.getElementById("model-name");
  if (name) name.textContent = script.label;
}

/** Asks in the staged chat and gives the answer time to arrive. */
export async function askStaged(question: string): Promise<void> {
  const chat = document.querySelector<HTMLElement & { ask(text: string): Promise<void> }>("pronk-chat")!;
  void chat.ask(question);
  await new Promise((done) => setTimeout(done, 250));
}

/** Attaches files of this text. */
export async function attachStaged(files: { name: string; text: string }[]): Promise<void> {
  const chat = document.querySelector<HTMLElement & { attach(files: File[]): Promise<void> }>("pronk-chat")!;
  await chat.attach(files.map(({ name, text }) => new File([text], name)));
  await new Promise((done) => setTimeout(done, 100));
}

export async function press(selector: string): Promise<void> {
  const root = document.querySelector("pronk-chat")?.shadowRoot;
  const button = document.querySelector<HTMLElement>(selector) ?? root?.querySelector<HTMLElement>(selector);
  if (!button) throw new Error(`no ${selector} on this page`);
  button.click();
  await new Promise((done) => setTimeout(done, 400));
}

/** Scrolls until it is in view. */
export async function scrollToStaged(selector: string): Promise<void> {
  document.querySelector(selector)!.scrollIntoView({ block: "start" });
}

/** Puts conversations with these first questions into the list. */
export async function importStaged(questions: string[]): Promise<void> {
  const conversations = questions.map((content) => ({ messages: [{ role: "user", content }] }));
  const button = document.querySelector<HTMLElement>("#open-list")!;
  const shown = () => document.querySelector<HTMLInputElement>("[data-action=import]");
  const opened = !shown();
  if (opened) button.click();
  while (!shown()) await new Promise((done) => setTimeout(done, 20));
  const files = new DataTransfer();
  files.items.add(new File([JSON.stringify({ conversations })], "all.json"));
  Object.assign(shown()!, { files: files.files }).dispatchEvent(new Event("change"));
  await new Promise((done) => setTimeout(done, 300));
  button.click();
  await new Promise((done) => setTimeout(done, 100));
}

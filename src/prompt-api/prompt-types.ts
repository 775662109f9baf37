// What the browser's Prompt API takes (webmachinelearning.github.io/prompt-api, as of November 2026), as far as it applies
// to a text model: types only.

/** A piece of a message. What is not text is refused (`NotSupportedError`). */
export interface PromptContent {
  /** The kind of piece. */
  type: "text" | "image" | "audio" | "tool-call" | "tool-response";
  /** Its words. */
  value: unknown;
}

/** A message of a session. */
export interface PromptMessage {
  /** `system` comes first, and in `initialPrompts` only; elsewhere it is refused (`TypeError`, `NotSupportedError`). */
  role: "system" | "user" | "assistant";
  /** What it says; pieces are joined by line breaks. */
  content: string | readonly PromptContent[];
  /** Default false. True, on a last message of the assistant's: the answer continues its words. */
  prefix?: boolean;
}

/** What is said: the words of a user's message, or messages. */
export type PromptInput = string | readonly PromptMessage[];

/** A tool for a session: when the model calls it, it is run here, and its result is told to the model. */
export interface PromptTool {
  /** 1 to 64 letters, digits, _ or -. */
  name: string;
  /** What it does, for the model to read. */
  description: string;
  /** JSON Schema of its argument, to which calls are kept. */
  inputSchema: object;
  /** Runs it. If it rejects, the model is told the error as the result. */
  execute(input: unknown): Promise<string>;
}

/** What a session is asked to read or write. */
export interface PromptExpectation {
  /** Anything but `text` makes the model unavailable. */
  type: string;
  /** Ignored: which languages a model speaks is not known. */
  languages?: readonly string[];
}

/** Options of a session that availability is asked for. */
export interface LanguageModelCoreOptions {
  /** As `temperature` in requests. Default: the model's own. */
  temperature?: number;
  /** As `top_k` in requests. Default: the model's own. */
  topK?: number;
  /** What it reads. Default: text. */
  expectedInputs?: readonly PromptExpectation[];
  /** What it writes. Default: text. */
  expectedOutputs?: readonly PromptExpectation[];
  /** What the model may call. Default: nothing. */
  tools?: readonly PromptTool[];
}

/** Reports the download while a session is made. */
export interface CreateMonitor extends EventTarget {
  /** `loaded` goes from 0 to 1. */
  addEventListener(
    type: "downloadprogress",
    listener: (
      event: Event & { /** 0 to 1. */ readonly loaded: number; /** Always 1. */ readonly total: number },
    ) => void,
    options?: AddEventListenerOptions | boolean,
  ): void;
  addEventListener(...all: Parameters<EventTarget["addEventListener"]>): void;
}

/** How a session is made. */
export interface LanguageModelCreateOptions extends LanguageModelCoreOptions {
  /** Ends the load, and later the session, with its reason. */
  signal?: AbortSignal;
  /** Called before the download begins, with what reports on it. */
  monitor?: (monitor: CreateMonitor) => void;
  /** What was said before. */
  initialPrompts?: readonly PromptMessage[];
}

/** How a prompt is answered. */
export interface LanguageModelPromptOptions {
  /** Ends the answer with its reason; nothing of it stays in the session. */
  signal?: AbortSignal;
  /** What the answer is kept to: a JSON Schema, or a RegExp without flags that must match all of it. */
  responseConstraint?: object | RegExp;
  /** Not needed: the constraint is never told to the model, and takes no room. */
  omitResponseConstraintInput?: boolean;
}

/** Whether sessions can be made: `downloadable` needs a download first, `downloading` is one under way. */
export type Availability = "unavailable" | "downloadable" | "downloading" | "available";

// What the browser's Prompt API takes (webmachinelearning.github.io/prompt-api, as of November 2026), as far as a model of text can
// be asked it: types only.

/** A piece of a message. What is not text is refused (`NotSupportedError`). */
export interface PromptContent {
  /** The kind of piece. */
  type: "text" | "image" | "audio" | "tool-call" | "tool-response";
  /** Its words. */
  value: unknown;
}

/** A message of a session. */
export interface PromptMessage {
  /** `system` stands first, and in `initialPrompts` only; elsewhere it is refused (`TypeError`, `NotSupportedError`). */
  role: "system" | "user" | "assistant";
  /** What it says; pieces are joined by line breaks. */
  content: string | readonly PromptContent[];
  /** Default false. True, on the last message, which is the assistant's: the answer goes on from its words. */
  prefix?: boolean;
}

/** What is said: a message of the user's, or messages. */
export type PromptInput = string | readonly PromptMessage[];

/** What a session may be given to work with: what the model calls is called here, and its result told to the model. */
export interface PromptTool {
  /** 1 to 64 letters, digits, _ or -. */
  name: string;
  /** What it does, for the model to read. */
  description: string;
  /** JSON Schema of its argument, to which calls are kept. */
  inputSchema: object;
  /** Does it. What is rejected is told to the model as the result. */
  execute(input: unknown): Promise<string>;
}

/** What a session is asked to read or write. */
export interface PromptExpectation {
  /** Anything but `text` makes the model unavailable. */
  type: string;
  /** Not looked at: what languages a model speaks is not known. */
  languages?: readonly string[];
}

/** How a session is to be, as far as availability goes. */
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

/** Tells of the download while a session is made. */
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
  /** Is given what tells of the download, before it begins. */
  monitor?: (monitor: CreateMonitor) => void;
  /** What was said before. */
  initialPrompts?: readonly PromptMessage[];
}

/** How something is asked. */
export interface LanguageModelPromptOptions {
  /** Ends the answer with its reason; nothing of it stays in the session. */
  signal?: AbortSignal;
  /** What the answer is kept to: a JSON Schema, or a RegExp without flags that all of it matches. */
  responseConstraint?: object | RegExp;
  /** Not needed: the constraint is never told to the model, and takes no room. */
  omitResponseConstraintInput?: boolean;
}

/** Whether sessions can be made: `downloadable` takes a download, which goes on while it is `downloading`. */
export type Availability = "unavailable" | "downloadable" | "downloading" | "available";

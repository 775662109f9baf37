// Strings <-> ids: one interface, whatever file the vocabulary came from (tokenizer.json, tokenizer.model, GGUF, llama2.c).

/**
 * Whether the special token found at [start, end) of the text (UTF-16 units) may become its id. With a filter,
 * user-defined pieces that look like tags (`<...>`, `[...]`) are asked about too, so nobody can type one by hand.
 */
export type SpecialFilter = (start: number, end: number, id: number) => boolean;

export interface EncodeOptions {
  /** Prepend the beginning-of-sequence id. Default false. */
  addBos?: boolean;
  /** Let special tokens written out in the text (`<s>`, `<|im_end|>`) become their ids. Default false: they are plain text. */
  parseSpecial?: boolean | SpecialFilter;
}

export interface Tokenizer {
  readonly vocabSize: number;
  readonly bosId: number | undefined;
  readonly eosId: number | undefined;
  readonly unkId: number | undefined;
  /** Whether this model's texts begin with the beginning-of-sequence id (Llama's do, Qwen's do not). */
  readonly startsWithBos: boolean;
  /** Each call is one segment with its own dummy prefix, as SentencePiece does. */
  encode(text: string, options?: EncodeOptions): number[];
  /** Special tokens are left out unless asked for. */
  decode(ids: Iterable<number>, options?: { keepSpecial?: boolean }): string;
  isSpecial(id: number): boolean;
  /**
   * The bytes of text that the id stands for anywhere, a leading space included: one piece's may not be whole
   * characters. Undefined for special tokens and ids without a piece.
   */
  bytesOf(id: number): Uint8Array | undefined;
  /** The id of a piece exactly as in the vocabulary (`</s>`, `▁the`), or undefined. */
  idOf(piece: string): number | undefined;
  /** A decoder for a stream of ids; `promptIds` lets it know whether the leading space belongs to the text. */
  stream(promptIds?: readonly number[]): StreamDecoder;
}

export interface StreamDecoder {
  /** Text that is certain now: never half a character. May be "". */
  push(id: number): string;
  /** What is left at the end, incomplete bytes as U+FFFD. */
  flush(): string;
}

/** A message as a dialog takes it. */
export interface ChatMessage {
  /** Whose it is. */
  role: "system" | "user" | "assistant" | "tool";
  /** What it says. */
  content: string;
  /** What the assistant thought before it said that; for templates that take it. */
  reasoning_content?: string;
  /** Who speaks, or which tool. */
  name?: string;
  /** What the assistant called, beside its text. */
  tool_calls?: readonly ToolCall[];
  /** Which call a tool's message answers. */
  tool_call_id?: string;
}

/** A function that the model may call, as templates take it. */
export interface Tool {
  type: "function";
  function: { name: string; description: string; parameters: Record<string, unknown> };
}

/**
 * How a model writes its calls: `begin`, each as `open` name `middle` arguments in JSON `close`, `between` two of them, `end`. An
 * id of Mistral's nine letters stands in it as `callIdMark`.
 */
export interface CallForm {
  begin: string;
  open: string;
  middle: string;
  close: string;
  /** Undefined where there is room for one call only. */
  between: string | undefined;
  end: string;
}

export const callIdMark = "\uFDD1";

/** What a template is told besides the messages. */
export interface DialogContext {
  /** Only where the dialog has a form of calls. */
  tools?: readonly Tool[];
  /** By the template's own names for them. */
  named?: Readonly<Record<string, unknown>>;
}

/** A call in one of the assistant's messages. */
export interface ToolCall {
  /** Which the tool's message answers: 1 to 128 letters, digits, or any of _ . : - */
  id?: string;
  /** The kind of tool. */
  type: "function";
  /** What was called. */
  function: {
    /** 1 to 128 letters, digits, or any of _ . : - */
    name: string;
    /** JSON; templates may be given the parsed value. */
    arguments: string | object;
  };
}

export interface ThoughtMarks {
  open: string;
  close: string;
}

/** How a conversation becomes ids. */
export interface ChatDialog {
  /** `llama-2` for the built-in dialog, `template` for the repository's own Jinja template. */
  readonly kind: "llama-2" | "template";
  /**
   * Ids of the whole conversation, ready for the assistant's next words: of a new answer, or of the last message if that is
   * the assistant's. Throws PronkError bad-request.
   */
  encode(messages: readonly ChatMessage[], context?: DialogContext): number[];
  /** What its template writes around thoughts, where it does. */
  readonly thoughts: ThoughtMarks | undefined;
  /** Whether it writes calls and their results (else they are refused), and how it writes calls of tools that it is told of. */
  tools(): { turns: boolean; form: CallForm | undefined };
}

/** What SentencePiece's vocabularies and byte-level ones each do in their own way. */
export interface StretchCoder {
  /** Appends the ids of a stretch; `offset` is its place in the whole text. */
  encode(text: string, offset: number, parseSpecial: EncodeOptions["parseSpecial"], ids: number[]): void;
  /** `textOf` gives what special tokens and the like say; undefined for pieces that stand for themselves. */
  stream(textOf: (id: number) => string | undefined): StreamDecoder;
  /** What a piece stands for. */
  bytesOf(id: number): Uint8Array;
}

/** Renders a conversation, open for the assistant's next words. */
export type RenderChat = (messages: readonly ChatMessage[], context?: DialogContext) => string;

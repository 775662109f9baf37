// An answer's text in its parts as it comes: a thought, words, and calls of functions. What might begin a mark is held back until
// that is decided, so half a mark is never taken for words; what turns out to be none is words.

import type { CallForm, ThoughtMarks } from "../text/tokenizer.ts";
import { callIdMark } from "../text/tokenizer.ts";
import type { AnswerDelta } from "./chat-completions.ts";
import { CallText } from "./call-text.ts";

export interface AnswerParts {
  calls?: {
    form: CallForm;
    /** What may be called. */
    names: ReadonlySet<string>;
    isParallel: boolean;
  };
  /** `isOpen`: the answer begins within it. */
  thought?: ThoughtMarks & { isOpen: boolean };
}

/** What a form's first call begins with, whatever is called; "" where that is JSON alone. */
export const markerOf = ({ begin, open }: CallForm): string =>
  (begin + open).replace(/(\[\s*)?\{\s*("[^"]*"\s*:\s*"[^"]*",\s*)*"[^"]*"\s*:\s*"$/, "").trim();

type State = "start" | "thought" | "words" | "name" | "call" | "behind";

export class AnswerReader {
  readonly #calls: AnswerParts["calls"];
  readonly #thought: AnswerParts["thought"];
  readonly #marker: string;
  readonly #isObject: boolean; // calls are objects with name and arguments
  readonly #between: readonly string[]; // what may follow a call, the longest first
  readonly #begins: string; // where there is no marker: a call, or a list of them
  #state: State = "start";
  #held = "";
  #raw = ""; // what looks like a call, not reported so far
  #call: CallText | undefined;
  #isTold = false; // that call is reported
  #count = 0;
  #trims = false; // white space until something follows
  #deltas: AnswerDelta[] = [];
  #saysNothing = true;

  constructor({ calls, thought }: AnswerParts) {
    this.#calls = calls;
    this.#thought = thought;
    this.#marker = calls ? markerOf(calls.form) : "";
    this.#isObject = calls !== undefined && /"\s*$/.test(calls.form.open);
    const { close = "", between: apart = "", end = "" } = calls?.form ?? {};
    const tags = [close.slice(close.lastIndexOf("}") + 1), apart, end].map((text) => text.trim());
    const between = [...new Set([...tags, ",", ";", "]"])].filter((text) => text !== "" && !text.includes(callIdMark));
    this.#between = between.toSorted((a, b) => b.length - a.length);
    this.#begins = calls?.form.begin.trim() === "[" ? "[" : "{";
    if (thought?.isOpen) [this.#state, this.#trims] = ["thought", true];
  }

  /** Calls reported so far. */
  get calls(): number {
    return this.#count;
  }

  get isThinking(): boolean {
    return this.#state === "thought";
  }

  /** There was a call, and there may be no other. */
  get isOver(): boolean {
    return this.#count > 0 && this.#call === undefined && !this.#mayCallAgain;
  }

  get #mayCallAgain(): boolean {
    return Boolean(this.#calls?.isParallel);
  }

  push(text: string): AnswerDelta[] {
    this.#held += text;
    while (this.#step());
    this.#tellArguments();
    return this.#taken();
  }

  /** What is left. `isCut`: the answer had no end of its own, so what looks like the beginning of a call is not words. */
  finish(isCut: boolean): AnswerDelta[] {
    const rest = this.#raw + this.#held;
    this.#held = this.#raw = "";
    const isHalf = isCut && (this.#state === "call" || this.#state === "name" || rest.length > 1);
    if (this.#state === "thought") this.#think(rest);
    else if (this.#state === "start" || this.#state === "words") {
      if (!(isHalf && this.#isBegun(rest))) this.#say(rest);
    } else if (this.#state !== "behind" && !this.#isTold && !isHalf) this.#say(rest);
    return this.#taken();
  }

  #isBegun(rest: string): boolean {
    const begun = rest.trim();
    return [this.#marker, this.#thought?.open ?? ""].some((mark) => mark !== "" && mark.startsWith(begun));
  }

  #taken(): AnswerDelta[] {
    const deltas = this.#deltas;
    this.#deltas = [];
    return deltas;
  }

  /** Reads on while the state lasts. False: more text is needed. */
  #step(): boolean {
    switch (this.#state) {
      case "start":
        return this.#begin();
      case "thought":
        return this.#goOnThinking();
      case "words":
        return this.#goOnSaying();
      case "name":
        return this.#readName();
      case "call":
        return this.#readCall();
      case "behind":
        return this.#goOnBehind();
    }
  }

  #begin(): boolean {
    const begun = this.#held.trimStart();
    if (begun === "") return false;
    const open = this.#thought?.open;
    if (open !== undefined && this.#saysNothing) {
      if (begun.startsWith(open)) {
        this.#held = begun.slice(open.length);
        [this.#state, this.#trims] = ["thought", true];
        return true;
      }
      if (open.startsWith(begun)) return false;
    }
    if (this.#calls && this.#marker === "" && begun.startsWith(this.#begins)) {
      this.#raw = this.#held.slice(0, this.#held.length - begun.length);
      this.#held = begun;
      return this.#beginCall();
    }
    this.#state = "words";
    return true;
  }

  #goOnThinking(): boolean {
    const { close } = this.#thought!;
    const at = this.#held.indexOf(close);
    if (at < 0) {
      const kept = Math.max(beginningOf(close, this.#held), this.#held.length - this.#held.trimEnd().length);
      // A mark may begin after white space: both wait.
      const until = this.#held.slice(0, this.#held.length - kept).trimEnd().length;
      this.#think(this.#held.slice(0, until));
      this.#held = this.#held.slice(until);
      return false;
    }
    this.#think(this.#held.slice(0, at).trimEnd());
    this.#held = this.#held.slice(at + close.length);
    [this.#state, this.#trims, this.#saysNothing] = ["start", true, false];
    return true;
  }

  #goOnSaying(): boolean {
    if (this.#marker === "") {
      this.#say(this.#held);
      this.#held = "";
      return false;
    }
    const at = this.#held.indexOf(this.#marker);
    const until = at < 0 ? this.#held.length - beginningOf(this.#marker, this.#held) : at;
    this.#say(this.#held.slice(0, until));
    this.#held = this.#held.slice(until);
    if (at < 0) return false;
    this.#raw = this.#marker;
    this.#held = this.#held.slice(this.#marker.length);
    return this.#beginCall();
  }

  #beginCall(): boolean {
    this.#isTold = false;
    if (this.#isObject) [this.#state, this.#call] = ["call", new CallText()];
    else this.#state = "name";
    return true;
  }

  /** In a form that has it before the arguments. */
  #readName(): boolean {
    const { middle } = this.#calls!.form;
    const end = middle.trim();
    const at = this.#held.indexOf(end);
    const name = (
      at < 0 ? this.#held.slice(0, this.#held.length - beginningOf(end, this.#held)) : this.#held.slice(0, at)
    ).trim();
    if (!/^[\w.:-]{0,128}$/.test(name) || (at >= 0 && name === "")) return this.#isNone();
    if (at < 0) return false;
    this.#raw += this.#held.slice(0, at + end.length);
    this.#held = this.#held.slice(at + end.length);
    [this.#state, this.#call] = ["call", new CallText(name)];
    return true;
  }

  #readCall(): boolean {
    const call = this.#call!;
    let at = 0;
    // A list of calls begins with a bracket.
    if (this.#isObject && (this.#marker !== "" || this.#begins === "[") && !this.#raw.includes("{"))
      at = /^[\s[]*/.exec(this.#held)![0].length;
    for (; at < this.#held.length && call.standing === "open"; at++) {
      call.push(this.#held[at]);
      if (!this.#isTold) this.#tellArguments(); // at once, so that it does not matter how the text was cut
    }
    this.#raw += this.#held.slice(0, at);
    this.#held = this.#held.slice(at);
    const isStrange = this.#marker === "" && call.name !== undefined && !this.#calls!.names.has(call.name);
    if (!this.#isTold && (call.standing === "bad" || isStrange)) return this.#isNone();
    if (call.standing === "open") return false;
    if (!this.#isTold && call.standing === "whole") {
      const given = call.take();
      if (given === "" && this.#marker === "") return this.#isNone();
      this.#tell(given || "{}");
    }
    this.#tellArguments();
    this.#call = undefined;
    this.#raw = "";
    this.#state = "behind";
    return true;
  }

  /** What looked like a call was words. */
  #isNone(): boolean {
    this.#say(this.#raw);
    this.#raw = "";
    this.#call = undefined;
    this.#state = "words";
    return true;
  }

  #goOnBehind(): boolean {
    const rest = this.#held.trimStart();
    const marks = [...this.#between, this.#marker];
    if (marks.some((text) => text.length > rest.length && text.startsWith(rest))) return false;
    const tag = this.#between.find((text) => rest.startsWith(text));
    this.#held = tag === undefined ? rest : rest.slice(tag.length);
    if (tag !== undefined) return true;
    if (!this.#mayCallAgain) {
      this.#held = "";
      return false;
    }
    const goesOn = this.#marker === "" ? rest.startsWith("{") : rest.startsWith(this.#marker) || rest.startsWith("{");
    if (goesOn && !rest.startsWith(this.#marker || "{")) return this.#beginCall();
    if (goesOn) {
      this.#raw = this.#marker;
      this.#held = rest.slice(this.#marker.length);
      return this.#beginCall();
    }
    [this.#state, this.#trims] = ["words", true];
    return true;
  }

  #tellArguments(): void {
    const call = this.#call;
    if (!call || (this.#marker === "" && !this.#calls!.names.has(call.name ?? ""))) return;
    const given = call.take();
    if (given === "") return;
    const last = this.#deltas.at(-1)?.tool_calls?.[0];
    if (this.#isTold && last) last.function.arguments += given;
    else if (this.#isTold)
      this.#deltas.push({ tool_calls: [{ index: this.#count - 1, function: { arguments: given } }] });
    else this.#tell(given);
  }

  #tell(given: string): void {
    const called = { name: this.#call!.name!, arguments: given };
    this.#deltas.push({ tool_calls: [{ index: this.#count++, id: newCallId(), type: "function", function: called }] });
    this.#isTold = true;
  }

  #say(text: string): void {
    const words = this.#trims ? text.trimStart() : text;
    if (words === "") return;
    this.#trims = false;
    this.#saysNothing = false;
    const last = this.#deltas.at(-1);
    if (last?.content !== undefined) last.content += words;
    else this.#deltas.push({ content: words });
  }

  #think(text: string): void {
    const thought = this.#trims ? text.trimStart() : text;
    if (thought === "") return;
    this.#trims = false;
    this.#deltas.push({ reasoning_content: thought });
  }
}

/** Length of the longest end of `text` that begins `mark`. */
function beginningOf(mark: string, text: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--)
    if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Nine letters and digits, as Mistral's templates want them back: one of 13 thousand million million. */
function newCallId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => letters[byte % letters.length]).join("");
}

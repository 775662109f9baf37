// One call of a function as a model writes it, read as it comes: a JSON object with the function's name and its arguments in
// either order, or the arguments alone after a name that was read before. The arguments are passed on as they stand, so they
// are the model's own text.

const space = /\s/;
const nameKeys = ["name", "function"];
const argumentKeys = ["arguments", "parameters"];
const otherKeys = ["id", "type"];

/** `bad`: no call, whatever follows. */
export type CallStanding = "open" | "whole" | "bad";

export class CallText {
  standing: CallStanding = "open";
  /** The function's, once it is known. */
  name: string | undefined;
  #given = ""; // arguments not yet taken
  #place: "start" | "key" | "colon" | "value" | "behind" = "start";
  #key = "";
  #value = "";
  #depth = 0; // within the value
  #isInString = false;
  #isEscaped = false;

  /** With `name`, only arguments are read. */
  constructor(name?: string) {
    this.name = name;
    if (name !== undefined) [this.#place, this.#key] = ["value", "arguments"];
    this.#isAlone = name !== undefined;
  }

  readonly #isAlone: boolean;

  /** Reads a character; none may be given after the call's end. */
  push(character: string): void {
    this.standing = this.#read(character);
  }

  /** Arguments that came since; "" before the name is known. */
  take(): string {
    if (this.name === undefined) return "";
    const given = this.#given;
    this.#given = "";
    return given;
  }

  #read(character: string): CallStanding {
    switch (this.#place) {
      case "start":
        if (character === "{") this.#place = "key";
        else if (!space.test(character)) return "bad";
        return "open";
      case "key":
        return this.#readKey(character);
      case "colon":
        if (character === ":") this.#place = "value";
        else if (!space.test(character)) return "bad";
        return "open";
      case "value":
        return this.#readValue(character);
      case "behind":
        if (character === ",") [this.#place, this.#key] = ["key", ""];
        else if (character === "}") return this.#end();
        else if (!space.test(character)) return "bad";
        return "open";
    }
  }

  #readKey(character: string): CallStanding {
    if (this.#key === "") {
      if (character === '"') this.#key = character;
      else if (character === "}") return this.#end();
      else if (!space.test(character)) return "bad";
      return "open";
    }
    this.#key += character;
    if (character !== '"') return this.#key.length > 20 ? "bad" : "open";
    this.#key = this.#key.slice(1, -1);
    this.#place = "colon";
    return [...nameKeys, ...argumentKeys, ...otherKeys].includes(this.#key) ? "open" : "bad";
  }

  #readValue(character: string): CallStanding {
    if (this.#value === "" && space.test(character)) return "open";
    const isScalar = /^[^"{[]/.test(this.#value);
    if (isScalar && this.#depth === 0 && /[\s,}]/.test(character)) {
      this.#endValue();
      return this.#place === "behind" ? this.#read(character) : "whole";
    }
    this.#value += character;
    if (argumentKeys.includes(this.#key)) {
      if (!/^["{n]/.test(this.#value)) return "bad"; // an object, or one in a string, or null
      if (this.#value.startsWith("{")) this.#given += character;
    }
    if (this.#isEscaped) this.#isEscaped = false;
    else if (this.#isInString) {
      if (character === "\\") this.#isEscaped = true;
      else if (character === '"') this.#isInString = false;
    } else if (character === '"') this.#isInString = true;
    else if (character === "{" || character === "[") this.#depth++;
    else if (character === "}" || character === "]") this.#depth--;
    if (this.#depth < 0) return "bad";
    if (isScalar || this.#isInString || this.#isEscaped || this.#depth > 0 || /^[^"{[]/.test(this.#value))
      return "open";
    return this.#endValue();
  }

  #endValue(): CallStanding {
    const value = this.#value;
    this.#value = "";
    this.#place = "behind";
    if (nameKeys.includes(this.#key)) {
      const name = textIn(value);
      if (name === undefined || !/^[\w.:-]{1,128}$/.test(name)) return "bad";
      this.name = name;
    }
    // Arguments in a string, as OpenAI has them: some models write what they were shown.
    if (argumentKeys.includes(this.#key) && !value.startsWith("{")) {
      const given = value === "null" ? "{}" : textIn(value)?.trim();
      if (!given?.startsWith("{")) return "bad";
      this.#given += given;
    }
    return this.#isAlone ? "whole" : "open";
  }

  #end(): CallStanding {
    return this.name === undefined ? "bad" : "whole";
  }
}

function textIn(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

// A pattern's tree as steps that linear-pattern.ts runs. What can't be run in time that depends on the text alone is refused
// here: counts that would make it long, and repetitions of what may be empty.

import { CharacterSet } from "./character-set.ts";
import { type PatternNode, widthOf } from "./pattern-node.ts";

/** What keeps a tree from being run, in words for a message. */
export class TooComplex extends Error {}

export type Step =
  | { kind: "take"; set: CharacterSet } // a character
  | { kind: "split"; first: number; second: number; index: number } // on at `first`; if that fails, at `second`
  | { kind: "jump"; to: number }
  | { kind: "atomic"; program: Program }
  | { kind: "next"; set: CharacterSet; negated: boolean } // looks at one character
  | { kind: "ahead"; program: Program; negated: boolean }
  | { kind: "behind"; choices: { program: Program; width: number }[]; negated: boolean } // width in characters
  | { kind: "found" };

export interface Program {
  steps: Step[];
  /** How many of them are splits; those have the indexes from 0 up. */
  splits: number;
}

const mostSteps = 1000; // the longest published pattern has about 150

/** Throws TooComplex. */
export function compilePattern(root: PatternNode): Program {
  return new Compiler().program(root);
}

class Compiler {
  #steps = 0; // of all programs
  readonly #sets = new Map<string, CharacterSet>();

  program(root: PatternNode): Program {
    const program: Program = { steps: [], splits: 0 };
    this.#write(program, root);
    this.#add(program, { kind: "found" });
    return program;
  }

  #write(program: Program, node: PatternNode): void {
    switch (node.kind) {
      case "set":
        return void this.#add(program, { kind: "take", set: this.#set(node.source) });
      case "sequence":
        return node.parts.forEach((part) => this.#write(program, part));
      case "either":
        return this.#writeChoices(program, node.choices);
      case "repeat":
        return this.#writeRepeat(program, node);
      case "atomic":
        return void this.#add(program, { kind: "atomic", program: this.program(node.of) });
      case "look": {
        const { of, behind, negated } = node;
        if (behind) this.#writeBehind(program, of, negated);
        else if (of.kind === "set") this.#add(program, { kind: "next", set: this.#set(of.source), negated });
        else this.#add(program, { kind: "ahead", program: this.program(of), negated });
      }
    }
  }

  #writeChoices(program: Program, choices: readonly PatternNode[]): void {
    const ends: { to: number }[] = [];
    choices.forEach((choice, place) => {
      if (place === choices.length - 1) return this.#write(program, choice);
      const split = this.#split(program);
      split.first = program.steps.length;
      this.#write(program, choice);
      ends.push(this.#add(program, { kind: "jump", to: 0 }));
      split.second = program.steps.length;
    });
    for (const end of ends) end.to = program.steps.length;
  }

  #writeRepeat(program: Program, { of, min, max, lazy }: PatternNode & { kind: "repeat" }): void {
    const [least, most] = widthOf(of);
    const endless = max === Infinity;
    if (endless && least === 0) throw new TooComplex("a repetition of what may be empty");
    const needed = most === 0 ? Math.min(min, 1) : min; // once is as good as often
    const more = most === 0 ? Math.min(max, 1) - needed : max - min;
    const aim = (split: { first: number; second: number }, on: number, out: number) =>
      Object.assign(split, lazy ? { first: out, second: on } : { first: on, second: out });
    for (let count = 0; count < needed - (endless ? 1 : 0); count++) this.#write(program, of);
    if (endless && needed > 0) {
      const body = program.steps.length;
      this.#write(program, of);
      const split = this.#split(program);
      aim(split, body, program.steps.length);
    } else if (endless) {
      const head = program.steps.length;
      const split = this.#split(program);
      this.#write(program, of);
      this.#add(program, { kind: "jump", to: head });
      aim(split, head + 1, program.steps.length);
    } else {
      const splits = Array.from({ length: Math.min(more, mostSteps) }, () => {
        const split = this.#split(program);
        const on = program.steps.length;
        this.#write(program, of);
        return { split, on };
      });
      for (const { split, on } of splits) aim(split, on, program.steps.length);
    }
  }

  #writeBehind(program: Program, of: PatternNode, negated: boolean): void {
    const choices = (of.kind === "either" ? of.choices : [of]).map((choice) => {
      const [width, most] = widthOf(choice);
      if (width !== most) throw new TooComplex("a look behind of no certain length");
      return { program: this.program(choice), width };
    });
    this.#add(program, { kind: "behind", choices, negated });
  }

  #split(program: Program): Step & { kind: "split" } {
    return this.#add(program, { kind: "split", first: 0, second: 0, index: program.splits++ });
  }

  #add<Kind extends Step>(program: Program, step: Kind): Kind {
    if (++this.#steps > mostSteps) throw new TooComplex(`more than ${mostSteps} steps`);
    program.steps.push(step);
    return step;
  }

  #set(source: string): CharacterSet {
    const set = this.#sets.get(source) ?? new CharacterSet(source);
    this.#sets.set(source, set);
    return set;
  }
}

// Rows of published data sets as questions, worded as lm-evaluation-harness puts them to a model (lm_eval/tasks, 0.4.13, no
// examples before them). The words are part of the measurement: others give other numbers. Fields are checked by name.

import { PronkError } from "../errors.ts";
import type { ChoiceItem } from "./choices.ts";

/** The tasks, by the harness's names; `choices` is pronk's own plain form. */
export type TaskName = keyof typeof tasks;

type Entry = Readonly<Record<string, unknown>>;

class Fields {
  readonly #entry: Entry;
  readonly #where: string;

  constructor(entry: Entry, where: string) {
    this.#entry = entry;
    this.#where = where;
  }

  has(field: string): boolean {
    return this.#entry[field] !== undefined;
  }

  text(field: string): string {
    const value = this.#entry[field];
    return typeof value === "string" ? value : this.fail(field, "a text", value);
  }

  texts(field: string): string[] {
    const value = this.#entry[field];
    const isList = Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string");
    return isList ? value : this.fail(field, "a list of texts", value);
  }

  object(field: string): Fields {
    const value = this.#entry[field];
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return new Fields(value as Entry, `${this.#where}, "${field}"`);
    return this.fail(field, "an object", value);
  }

  /** 0 to `below` - 1, as a number, its digits or true and false. */
  index(field: string, below: number): number {
    const value = this.#entry[field];
    const index = typeof value === "boolean" || (typeof value === "string" && value.trim()) ? Number(value) : value;
    if (Number.isInteger(index) && (index as number) >= 0 && (index as number) < below) return index as number;
    return this.fail(field, `a whole number from 0 to ${below - 1}`, value);
  }

  /** Places in a list whose entries are 1. */
  ones(field: string, length: number): number[] {
    const value = this.#entry[field];
    if (!Array.isArray(value) || value.length !== length || !value.includes(1))
      return this.fail(field, `${length} numbers 0 or 1, at least one of them 1`, value);
    return value.flatMap((one, i) => (one === 1 ? [i] : []));
  }

  /** Where one of `names` stands among them. */
  named(field: string, names: readonly string[]): number {
    const at = names.indexOf(this.text(field).trim());
    return at >= 0 ? at : this.fail(field, `one of ${names.join(", ")}`, this.#entry[field]);
  }

  fail(field: string, expected: string, found: unknown): never {
    const shown = JSON.stringify(found)?.slice(0, 80) ?? "nothing";
    const message = `${this.#where}: "${field}" should be ${expected}; it is ${shown}.`;
    throw new PronkError("bad-request", message, { field, expected, found: shown });
  }
}

/** Choices after one context, with a space between. */
const behind = (context: string, choices: readonly string[], gold: ChoiceItem["gold"]): ChoiceItem => ({
  context,
  continuations: choices.map((choice) => ` ${choice}`),
  choices,
  gold,
});

const tasks = {
  choices: (row: Fields) => {
    const choices = row.texts("choices");
    return behind(row.text("context"), choices, row.index("gold", choices.length));
  },
  mmlu: (row: Fields) => {
    const choices = row.texts("choices");
    if (choices.length !== 4) row.fail("choices", "four texts", choices);
    const letters = ["A", "B", "C", "D"];
    const subject = row.has("subject") ? row.text("subject").replaceAll("_", " ") : "";
    const about = subject && `The following are multiple choice questions (with answers) about ${subject}.\n\n`;
    const listed = choices.map((choice, i) => `\n${letters[i]}. ${choice}`).join("");
    return behind(`${about}${row.text("question").trim()}${listed}\nAnswer:`, letters, row.index("answer", 4));
  },
  hellaswag: (row: Fields) => {
    const text = `${row.text("activity_label")}: ${row.text("ctx_a")} ${capitalized(row.text("ctx_b"))}`;
    const endings = row.texts("endings").map(withoutBrackets);
    return behind(withoutBrackets(text), endings, row.index("label", endings.length));
  },
  arc: (row: Fields) => {
    const choices = row.object("choices");
    const gold = row.named("answerKey", choices.texts("label"));
    return behind(`Question: ${row.text("question")}\nAnswer:`, choices.texts("text"), gold);
  },
  winogrande: (row: Fields) => {
    const [before, ...after] = row.text("sentence").split("_");
    if (after.length === 0) row.fail("sentence", "a text with a _ for the option", row.text("sentence"));
    const beginnings = [row.text("option1"), row.text("option2")].map((option) => before + option);
    const end = ` ${after.join("_").trim()}`;
    const gold = row.named("answer", ["1", "2"]);
    return { context: beginnings, continuations: beginnings.map(() => end), choices: beginnings, gold };
  },
  piqa: (row: Fields) =>
    behind(`Question: ${row.text("goal")}\nAnswer:`, [row.text("sol1"), row.text("sol2")], row.index("label", 2)),
  boolq: (row: Fields) => {
    const context = `${row.text("passage")}\nQuestion: ${row.text("question")}?\nAnswer:`;
    return behind(context, ["no", "yes"], row.index(row.has("label") ? "label" : "answer", 2));
  },
  openbookqa: (row: Fields) => {
    const choices = row.object("choices");
    return behind(row.text("question_stem"), choices.texts("text"), row.named("answerKey", choices.texts("label")));
  },
  truthfulqa_mc1: (row: Fields) =>
    behind(truthful(row.text("question")), row.object("mc1_targets").texts("choices"), 0),
  truthfulqa_mc2: (row: Fields): ChoiceItem => {
    const targets = row.object("mc2_targets");
    const choices = targets.texts("choices");
    const gold = targets.ones("labels", choices.length);
    return { ...behind(truthful(row.text("question")), choices, gold), score: "mass" };
  },
} satisfies Record<string, (row: Fields) => ChoiceItem>;

/** All of them. */
export const taskNames = Object.keys(tasks) as TaskName[];

/** What tells a data set's rows from others'. TruthfulQA's stand for two tasks, so they are not here. */
const marks: readonly [field: string, task: TaskName][] = [
  ["context", "choices"],
  ["ctx_a", "hellaswag"],
  ["question_stem", "openbookqa"],
  ["answerKey", "arc"],
  ["sentence", "winogrande"],
  ["goal", "piqa"],
  ["passage", "boolq"],
  ["choices", "mmlu"],
];

/**
 * The items of a JSONL text: a data set's rows as published, one a line, or `{ context, choices, gold }`. Their fields tell
 * which task they are of, unless `task` names it. Errors: `bad-request` with the line.
 */
export function readItems(jsonl: string, task?: TaskName): ChoiceItem[] {
  return jsonl.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const where = `Line ${i + 1} of the task`;
    const row = objectIn(line, where);
    const fields = new Fields(row, where);
    const known = task ?? marks.find(([field]) => row[field] !== undefined)?.[1];
    if (known) return [tasks[known](fields)];
    const expected = "a row of a data set that is known, or the name of its task beside it";
    return fields.fail("task", `${expected} (${taskNames.join(", ")})`, Object.keys(row));
  });
}

function objectIn(line: string, where: string): Entry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // told below
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Entry;
  throw new PronkError("bad-request", `${where} is no JSON object. A task has one on each line (JSONL).`, {
    field: "task",
    expected: "one JSON object a line",
    found: line.slice(0, 80),
  });
}

/** As Python's `str.capitalize`. */
const capitalized = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();

/** HellaSwag's texts of WikiHow have marks in brackets. */
const withoutBrackets = (text: string) =>
  text
    .trim()
    .replaceAll(" [title]", ". ")
    .replace(/\[.*?\]/g, "")
    .replaceAll("  ", " ");

/** TruthfulQA's question after the six that its authors put before each (Lin et al. 2021, `QA_PRIMER`). */
const truthful = (question: string) =>
  [
    ["What is human life expectancy in the United States?", "Human life expectancy in the United States is 78 years."],
    [
      "Who was president of the United States in 1955?",
      "Dwight D. Eisenhower was president of the United States in 1955.",
    ],
    ["Which party did he belong to?", "He belonged to the Republican Party."],
    ["What is the square root of banana?", "I have no comment."],
    ["How does a telescope work?", "Telescopes use lenses or mirrors to focus light and make objects appear closer."],
    ["Where were the 1992 Olympics held?", "The 1992 Olympics were held in Barcelona, Spain."],
  ]
    .map(([asked, answer]) => `Q: ${asked}\nA: ${answer}\n\n`)
    .join("") + `Q: ${question}\nA:`;

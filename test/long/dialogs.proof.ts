// Nobody can type a control token: random conversations full of them, through published templates, through random templates
// that trim, cut and rewrite the text, and through the built-in Llama 2 dialog.

import { PronkError } from "../../src/errors.ts";
import { loadDialog } from "../../src/text/load-dialog.ts";
import { loadTokenizer } from "../../src/text/load-tokenizer.ts";
import type { ChatDialog, ChatMessage } from "../../src/text/tokenizer.ts";
import { chatTemplates, controlIds, openTemplate, templatePieces } from "../support/chat-templates.ts";
import { randomText, writeSentencePieceModel } from "../support/sentencepiece.ts";
import { breathe, broken, caseRandom, pick, type Proof, wholeBelow } from "./proof.ts";

const roleTags = [
  "{{ '<|im_start|>' + m.role + '\\n' }}",
  "<|{{ m.role }}|>\n",
  "{% if m.role == 'user' %}USER: {% else %}ASSISTANT: {% endif %}",
  "[INST] ",
];
const plainContents = ["{{ m.content }}", "{{ m['content'] | trim }}", "{{ m.content.strip() + ' ' }}"];
const rewritten = [
  "{{ m.content | lower }}",
  "{{ m.content | upper }}",
  "{{ m.content.replace('_', '') }}",
  "{{ m.content | replace('x', '<') }}",
  "{{ m.content[1:] }}",
  "{{ m.content.split('|')[0] }}",
  "{{ m.content.rstrip('>') + '>' }}",
];
const ends = ["<|im_end|>\n", "{{ eos_token }}", "</s>", "\n", " [/INST]"];

/** `exact`: the template writes the text as it is, so that its own control tokens must all be there. */
interface Opened {
  name: string;
  dialog: ChatDialog;
  exact: boolean;
}

const published = new Set(["chatml", "zephyr", "vicuna", "mistral"]); // these write the text as it is

async function randomTemplate(random: () => number): Promise<Opened> {
  const exact = random() < 0.5;
  const content = pick(random, exact ? plainContents : rewritten);
  const body = pick(random, roleTags) + content + pick(random, ends);
  const start = pick(random, ["{{ bos_token }}", "", "<s>"]);
  const end = pick(random, ["", "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}", "<think>"]);
  const template = `${start}{% for m in messages %}${body}{% endfor %}${end}`;
  return { name: template, dialog: (await openTemplate(template)).dialog, exact };
}

const tokens = Object.keys(controlIds);
const disguises: ((token: string, random: () => number) => string)[] = [
  (token) => token,
  (token) => token.toUpperCase(),
  (token) => [...token].join("_"),
  (token) => token.replaceAll("<", "x"),
  (token) => token.slice(1),
  (token) => token.slice(0, -1),
  (token, random) => token + token.slice(0, wholeBelow(random, token.length)),
  (token) => `\ufdd0${token}\ufdd1`, // noncharacters, as a mark might be
  (token) => `${token}\u200b`,
];

function randomMessage(random: () => number): string {
  let text = "b"; // no message of white space alone: templates trim it away, and then there is nothing to compare
  for (let parts = wholeBelow(random, 6); parts >= 0; parts--)
    text += random() < 0.6 ? pick(random, disguises)(pick(random, tokens), random) : randomText(random, 30);
  return `${text}b`;
}

/** User and assistant in turn, the user last, as every template takes it. */
const conversation = (texts: readonly string[]): ChatMessage[] =>
  texts.map((content, i) => ({ role: i % 2 === 0 ? "user" : "assistant", content }));

function counts(ids: readonly number[]): Map<number, number> {
  const known = new Set(Object.values(controlIds));
  const found = new Map<number, number>();
  for (const id of ids) if (known.has(id)) found.set(id, (found.get(id) ?? 0) + 1);
  return found;
}

async function run(count: number, seed: number): Promise<void> {
  const named: Opened[] = [];
  for (const [name, template] of Object.entries(chatTemplates))
    named.push({ name, dialog: (await openTemplate(template)).dialog, exact: published.has(name) });
  const model = new Map([["tokenizer.model", writeSentencePieceModel(templatePieces)]]);
  const llama2 = (await loadDialog(model, await loadTokenizer(model), { assumeLlama2: true }))!;
  let made: Opened | undefined;
  for (let i = 0; i < count; i++) {
    const random = caseRandom(seed, i);
    // A random template serves several conversations: opening it takes longer than using it.
    if (!made || i % 8 === 0) made = await randomTemplate(caseRandom(seed, 8 * Math.floor(i / 8) + 0.5));
    const texts = Array.from({ length: 1 + 2 * wholeBelow(random, 3) }, () => randomMessage(random));
    const { name, dialog, exact } = random() < 0.5 ? made : pick(random, named);
    const what = difference(dialog, texts, exact) ?? llama2Difference(llama2, texts);
    if (what) throw broken(i, seed, `${what} with ${name}: ${JSON.stringify(texts)}`);
    await breathe(i);
  }
}

/** The same words without a character that could be part of a token. */
const harmless = (text: string) => text.replaceAll(/\S/gu, "b");

function difference(dialog: ChatDialog, texts: readonly string[], exact: boolean): string | undefined {
  const own = counts(dialog.encode(conversation(texts.map(harmless))));
  const found = counts(dialog.encode(conversation(texts)));
  for (const id of new Set([...own.keys(), ...found.keys()])) {
    const [expected, got] = [own.get(id) ?? 0, found.get(id) ?? 0];
    // Where the template acts on the text, its own tokens may stay text too; a message's never become tokens.
    if (got > expected || (exact && got < expected)) return `token ${id} occurs ${got} times, not ${expected},`;
  }
  return undefined;
}

/** The built-in dialog refuses its tags in what a user says; the rest stays text, an answer's tags too. */
function llama2Difference(dialog: ChatDialog, texts: readonly string[]): string | undefined {
  const tagged = texts.some((text, i) => i % 2 === 0 && /\[\/?INST\]|<<\/?SYS>>/.test(text));
  try {
    const found = counts(dialog.encode(conversation(texts)));
    if (tagged) return "tags are not refused";
    const turns = (texts.length + 1) / 2;
    const expected = [...(turns > 0 ? [[1, turns]] : []), ...(turns > 1 ? [[2, turns - 1]] : [])];
    const got = [...found].toSorted(([a], [b]) => a - b);
    return JSON.stringify(got) === JSON.stringify(expected) ? undefined : `built-in dialog has ${JSON.stringify(got)}`;
  } catch (error) {
    if (tagged && error instanceof PronkError && error.code === "bad-request") return undefined;
    throw error;
  }
}

export const dialogsProof: Proof = {
  name: "dialogs",
  says: "No text of a message becomes a control token, whatever the template does to it",
  unit: "conversations",
  slice: 1500,
  full: 100_000,
  run,
};

// Answers constrained to random schemas: from what a constraint allows, tokens are drawn as by a model with no idea of the
// schema. Every answer that ends is JSON and valid, by ajv; and nearly all end.
// A model prefers to close what it began: if a token that holds a quote or a closing bracket, or the end, is allowed, one of
// those is drawn two times in three; else any that is allowed.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../cli/built.ts";
import { Constraint } from "../../src/constrain/constraint.ts";
import { buildTrie, type VocabularyTrie } from "../../src/constrain/vocabulary-trie.ts";
import { loadTokenizer } from "../../src/text/load-tokenizer.ts";
import type { Tokenizer } from "../../src/text/tokenizer.ts";
import { randomSchema } from "../support/random-schemas.ts";
import { invalidity } from "../support/validator.ts";
import { breathe, broken, caseRandom, pick, type Proof } from "./proof.ts";
import { hasBit } from "../support/token-bits.ts";

export interface SchemasReport {
  runs: number;
  passed: number;
  failed: number;
  /** Ended within 512 tokens. */
  finished: number;
  /** Processor time, median and longest, until the first mask was there, without the vocabulary's tree. */
  compileMs: [median: number, longest: number];
  /** For a mask not known before. */
  maskMs: number;
  tokens: number;
  failures: string[];
}

const mostTokens = 512;
const wantedShare = 0.95;

interface Words {
  tokenizer: Tokenizer;
  trie: VocabularyTrie;
  endId: number;
  closing: ReadonlySet<number>;
}

const folders = ["public/models/tiny", "test/fixtures/tokenizer-llama3", "test/fixtures/tokenizer-sentencepiece"];

export async function loadWords(folder: string): Promise<Words> {
  const bytes = new Uint8Array(readFileSync(join(root, folder, "tokenizer.json")));
  const tokenizer = await loadTokenizer(new Map([["tokenizer.json", bytes]]));
  const trie = buildTrie(tokenizer);
  const endId = tokenizer.eosId ?? tokenizer.vocabSize - 1;
  const closes = (id: number) =>
    id === endId || trie.bytesOf[id]?.some((byte) => '"]}'.includes(String.fromCharCode(byte)));
  const ids = Array.from({ length: tokenizer.vocabSize }, (_, id) => id);
  return { tokenizer, trie, endId, closing: new Set(ids.filter(closes)) };
}

export async function runSchemas(count: number, seed: number): Promise<SchemasReport> {
  const vocabularies = await Promise.all(folders.map(loadWords));
  const report: SchemasReport = { runs: 0, passed: 0, failed: 0, finished: 0, compileMs: [0, 0], maskMs: 0, tokens: 0, failures: [] }; // prettier-ignore
  const compileMs: number[] = [];
  for (let index = 0; index < count; index++) {
    const random = caseRandom(seed, index);
    const schema = randomSchema(random);
    const words = pick(random, vocabularies);
    report.runs++;
    try {
      const { text, ids, firstMs, maskMs } = drawAnswer(schema, words, random);
      compileMs.push(firstMs);
      report.tokens += ids.length;
      report.maskMs += maskMs;
      if (text !== undefined) {
        report.finished++;
        const invalid = invalidity(schema, JSON.parse(text));
        if (invalid !== undefined) throw new Error(`${invalid}: ${text}`);
      }
      report.passed++;
    } catch (error) {
      report.failed++;
      report.failures.push(broken(index, seed, `${(error as Error).message}\n${JSON.stringify(schema)}`).message);
    }
    await breathe(index);
  }
  if (report.finished < wantedShare * report.runs) {
    report.failed++;
    report.failures.push(`${report.finished} of ${report.runs} ended within ${mostTokens} tokens`);
  }
  compileMs.sort((a, b) => a - b);
  const rounded = (ms: number) => Math.round(ms * 100) / 100;
  report.compileMs = [rounded(compileMs[compileMs.length >> 1]), rounded(compileMs.at(-1)!)];
  report.maskMs = rounded(report.maskMs / report.tokens);
  return report;
}

/** `text` if it ended. */
export function drawAnswer(schema: unknown, { tokenizer, trie, endId, closing }: Words, random: () => number) {
  const started = process.cpuUsage();
  const constraint = new Constraint({ schema }, trie, { endIds: [endId], field: "schema" });
  const ids: number[] = [];
  let mask = constraint.mask(constraint.start);
  const firstMs = cpuMs(started);
  let maskMs = 0;
  for (let state = constraint.start; ids.length < mostTokens;) {
    const id = draw(mask, closing, random);
    if (id === undefined) throw new Error(`nothing is allowed after ${JSON.stringify(tokenizer.decode(ids))}`);
    if (id === endId) return { text: tokenizer.decode(ids), ids, firstMs, maskMs };
    ids.push(id);
    state = constraint.next(state, id)!;
    const before = process.cpuUsage();
    mask = constraint.mask(state);
    maskMs += cpuMs(before);
  }
  return { text: undefined, ids, firstMs, maskMs };
}

function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

function draw(mask: Uint32Array, closing: ReadonlySet<number>, random: () => number): number | undefined {
  const allowed: number[] = [];
  for (let id = 0; id < mask.length * 32; id++) if (hasBit(mask, id)) allowed.push(id);
  const closes = random() < 2 / 3 ? allowed.filter((id) => closing.has(id)) : [];
  return pick(random, closes.length > 0 ? closes : allowed);
}

export const schemasProof: Proof = {
  name: "schemas",
  says: "answers that are kept to random schemas end, and are valid JSON as ajv finds it",
  unit: "schemas",
  slice: 40,
  full: 1000,
  async run(count, seed) {
    const { failures } = await runSchemas(count, seed);
    if (failures.length > 0) throw new Error(failures.slice(0, 3).join("\n"));
  },
};

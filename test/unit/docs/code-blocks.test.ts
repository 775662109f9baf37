// Code in documents works as shown. Each block marked `js now` in docs/coming-from-*.md and docs/prompt-api.md, and each example
// in a docstring, compiles against the published types, and runs, as it stands, over the API with a scripted model. Each `ts`
// block of the README and of the other pages compiles.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../../cli/built.ts";
import { PronkError } from "../../../src/errors.ts";
import { languageModel } from "../../../src/prompt-api/index.ts";
import { fakeEngine } from "../../support/fake-engine.ts";
import { withTypedSource } from "../../../tools/typed-source.ts";

interface Block {
  name: string;
  code: string;
}

const pages = readdirSync(join(root, "docs")).filter((name) => /^(coming-from-.*|prompt-api)\.md$/.test(name));
const blocksOf = (page: string, mark: string) =>
  [...readFileSync(join(root, "docs", page), "utf8").matchAll(/^```js (\w+)\n([^]*?)^```$/gm)].filter(([, kind]) => kind === mark); // prettier-ignore
const fromPages = pages.flatMap((page) =>
  blocksOf(page, "now").map(([, , code], at): Block => ({ name: `${page} ${at + 1}`, code })),
);
const fromDocstrings = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .flatMap((path) =>
    [...readFileSync(join(root, "src", path), "utf8").matchAll(/^ \* ```ts\n([^]*?)^ \* ```$/gm)].map(
      ([, lines]): Block => ({ name: `src/${path}`, code: lines.replace(/^ \* ?/gm, "") }),
    ),
  );
const blocks = [...fromPages, ...fromDocstrings];
const compiledOnly = ["README.md", ...readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)].flatMap((path) =>
  [...readFileSync(join(root, path), "utf8").matchAll(/^```ts\n([^]*?)^```$/gm)].map(
    ([, code], at): Block => ({ name: `${path} ${at + 1}`, code }),
  ),
); // prettier-ignore

/** What the pages take for granted. */
const givens = `import type { RequestMessage } from "pronk";
declare const messages: RequestMessage[];
declare const show: (words: unknown) => void;
declare const stopped: () => boolean;
declare const input: { files: File[] };
`;

/** What the README and other pages take for granted: what comes earlier on the page. */
const globals = `import type { createEngine as CreateEngine, Engine, PronkError as Thrown, RequestMessage, serveFetch as ServeFetch } from "pronk";
import type { OpenAI as Client } from "openai";
declare global {
  const createEngine: typeof CreateEngine;
  const serveFetch: typeof ServeFetch;
  const PronkError: typeof Thrown;
  const OpenAI: typeof Client;
  const engine: Engine;
  const messages: RequestMessage[];
  const apiKey: string;
  const showThatTextLeaves: (address: string) => void;
}
`;

test("each page sets old code against new", () => {
  expect(pages).toHaveLength(4);
  for (const page of pages.filter((name) => name.startsWith("coming")))
    expect([page, blocksOf(page, "before").length]).toEqual([page, blocksOf(page, "now").length]);
});

test("all code compiles against the published types", () => {
  const folder = "node_modules/.cache/docs";
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, "globals.ts"), globals);
  const compiled = [...blocks, ...compiledOnly];
  const paths = compiled.map(({ code }, at) => {
    const path = `${folder}/block-${at}.ts`;
    const head = at < blocks.length ? givens : 'import "./globals.ts";\n';
    writeFileSync(join(root, path), head + code);
    return path;
  });
  expect(compiledOnly.length).toBeGreaterThan(8);
  const published = {
    pronk: [join(root, "src/index.ts")],
    "pronk/prompt-api": [join(root, "src/prompt-api/index.ts")],
  };
  const faults = withTypedSource(
    paths,
    ({ program }) =>
      paths.flatMap((path, at) =>
        program.getSemanticDiagnostics(join(root, path)).map(({ text }) => `${compiled[at].name}: ${text}`),
      ),
    { paths: published, noUnusedLocals: false },
  );
  expect(faults).toEqual([]);
});

const answers: Record<string, string> = {
  "who?": "a llama",
  "Who are you?": "A llama.",
  "And in one word?": "Llama.",
  "Was that polite?": "true",
};

/** The entries with a scripted model in place of a load, which reports half a download. */
function entries() {
  const asked: unknown[] = [];
  const deleted: string[] = [];
  const { engine } = fakeEngine(
    (prompt) => {
      const [, question] = /u:([^|]*)\|(?:a:)?$/.exec(prompt) ?? [];
      if (question === undefined) return " there was a llama";
      return question === "json" ? '{"name":"Ana"}' : question === "decide" ? "yes" : answers[question];
    },
    { contextLength: 2000 },
  );
  const createEngine = async (model: unknown, options: { onProgress?: (event: object) => void } = {}) => {
    asked.push(model);
    options.onProgress?.({ phase: "download", loadedBytes: 1, totalBytes: 2 });
    return engine;
  };
  const models = {
    list: async () => [{ id: "hub:a/b@c", label: "a/b", sizeBytes: 7 }],
    delete: async (id: string) => void deleted.push(id),
  };
  const refused = async (model: unknown) => {
    throw new PronkError("network", `There is no ${JSON.stringify(model)} on the hub.`);
  };
  const pronk = {
    createEngine: (model: unknown, options: object) =>
      model === "no/such-model" ? refused(model) : createEngine(model, options),
    models,
    PronkError,
  };
  return { pronk, "pronk/prompt-api": { languageModel: () => languageModel({ engine }) }, asked, deleted };
}

/** What a block prints, run as it stands except for its imports. */
async function run({ code }: Block, question: string) {
  const modules = entries();
  const shown: unknown[] = [];
  const body = code.replace(/^import (\{[^}]*\}) from ("[^"]*");$/gm, "const $1 = modules[$2];");
  expect(body).not.toContain("import ");
  const globals = {
    modules,
    messages: [{ role: "user", content: question }],
    show: (words: unknown) => void shown.push(words),
    stopped: () => false,
    input: { files: [new File(["x"], "model.gguf")] },
  };
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<void>;
  await new AsyncFunction(...Object.keys(globals), body)(...Object.values(globals));
  return { shown: shown.join(""), ...modules };
}

const block = (name: string): Block => {
  const found = blocks.find((one) => one.name === name);
  if (!found) throw new Error(`There is no block ${name}.`);
  return found;
};

test.each([
  ["coming-from-webllm.md 1", "who?", /^download 50 %a llama\d+\.\d tokens\/s$/],
  ["coming-from-webllm.md 2", "json", /^Ana$/],
  ["coming-from-webllm.md 3", "", /^a\/b: 7 bytes$/],
  ["coming-from-transformers-js.md 1", "who?", /^download 50 %a llamaa llama$/],
  ["coming-from-transformers-js.md 2", "", /^Once upon a time there was a llama$/],
  ["coming-from-transformers-js.md 3", "", /^A llama$/],
  ["coming-from-wllama.md 1", "", /^download 50 % there was a llama$/],
  ["coming-from-wllama.md 2", "decide", /^yes$/],
  ["coming-from-wllama.md 3", "", /./],
  ["src/create-engine.ts", "", /^A llama\.$/],
  ["src/models.ts", "", /^a\/b: 7 bytes$/],
  ["src/errors.ts", "", /^network: There is no "no\/such-model" on the hub\.$/],
  ["prompt-api.md 1", "", /^A llama\.Llama\.true\d+ of 2000 tokens$/],
])("%s runs", async (name, question, expected) => {
  const { shown, deleted } = await run(block(name), question);
  expect(shown).toMatch(expected);
  if (name === "coming-from-webllm.md 3") expect(deleted).toEqual(["hub:a/b@c"]);
});

test("all of them are run", () => expect(blocks).toHaveLength(13));

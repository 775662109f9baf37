// Enforces the direction of imports between the rooms of src/: reads every import and compares it with the table below.
// Arrows never go back; a new arrow is a decision about the house, made here and in src/README.md.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

interface Room {
  /** Rooms whose code it may use. */
  uses: string[];
  /** Other rooms whose types it may name. */
  names?: string[];
}

// What `open` lists is open to all. A top-level file of src/ is a room of that name.
const rooms: Record<string, Room> = {
  source: { uses: [] },
  store: { uses: ["source"] },
  format: { uses: ["source"] },
  quant: { uses: ["format"], names: ["gpu"] }, // what constants a decode has, as made from its WGSL
  load: { uses: ["source", "store", "format", "quant"] },
  text: { uses: [], names: ["format"] }, // GGUF's metadata as plain data
  constrain: { uses: [], names: ["text"] }, // a vocabulary's bytes
  gpu: { uses: ["quant"] }, // layouts only: it knows nothing of Llama
  model: { uses: ["format", "quant", "gpu"] },
  generate: { uses: ["model", "gpu", "text"] },
  api: { uses: ["text", "generate", "constrain"], names: ["format", "quant", "gpu", "source"] },
  // source: only to start the thread that hashes; generate: what is remembered of answers and cache, for the next worker
  worker: { uses: ["api", "source", "generate"], names: ["gpu"] },
  http: { uses: ["api"] },
  endpoint: { uses: ["api", "source", "questions.ts"] }, // source: its patience with a network, and how addresses are shown
  bench: { uses: ["format", "quant", "gpu", "model", "generate", "drafting.ts"] }, // an entry of its own; nothing uses it
  eval: { uses: ["index.ts", "api", "format", "model"] }, // an entry of its own; nothing uses it
  element: { uses: ["index.ts"] },
  "prompt-api": { uses: ["index.ts"] }, // an entry of its own; nothing uses it
  "index.ts": {
    uses: ["api", "create-engine.ts", "http", "models.ts", "questions.ts", "source", "format"],
    names: ["gpu", "quant", "text", "inspect.ts", "preflight.ts"],
  },
  "create-engine.ts": { uses: ["api", "worker", "source", "engine.ts", "http", "endpoint"] },
  "inspect.ts": { uses: ["api", "source", "store", "format", "quant", "load", "model", "gpu", "text"] },
  "models.ts": { uses: ["api", "source", "store", "quant", "load"] },
  "preflight.ts": { uses: ["api", "source", "store", "format", "quant", "load", "model", "gpu"] },
  "questions.ts": { uses: ["api", "gpu", "inspect.ts", "preflight.ts"], names: ["source"] },
  "engine-cache.ts": { uses: ["api", "source", "store", "generate"] },
  "loras.ts": { uses: ["api", "source", "generate", "load", "model"] },
  "drafting.ts": { uses: ["api", "source", "generate", "text"] },
  "tuned.ts": { uses: ["store", "gpu", "model"] },
  "smaller-setups.ts": { uses: ["api", "load", "model", "quant"] },
  "engine.ts": {
    uses: [
      "api",
      "source",
      "store",
      "format",
      "quant",
      "load",
      "text",
      "gpu",
      "model",
      "generate",
      "drafting.ts",
      "engine-cache.ts",
      "loras.ts",
      "smaller-setups.ts",
      "tuned.ts",
    ],
  },
};

/** Files that may do what their room may not. */
const exceptions: Record<string, string[]> = {
  "src/worker/host.ts": ["engine.ts", "gpu"], // the engine, off the main thread
  "src/worker/shared-host.ts": ["engine.ts", "gpu"], // likewise, for all tabs
};

const open = [
  "errors.ts",
  "json-bytes.ts",
  "message-shape.ts",
  "on-demand.ts",
  "random-id.ts",
  "site-data.ts",
  "trusted-types.ts",
  "versions.ts",
  "waiting.ts",
];

interface Import {
  from: string; // path in the repository
  to: string; // likewise; or a package's name
  typeOnly: boolean;
}

const imports = ["src", "demo", "cli"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => importsOf(`${folder}/${name.replaceAll("\\", "/")}`)),
);

function importsOf(from: string): Import[] {
  const text = readFileSync(join(root, from), "utf8").replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
  const statements = /(?:^|\n)\s*(?:import|export)\s(?<clause>[^;"]*?from\s*)?"(?<path>[^"]+)"/g;
  const calls = /(?:import\(|new URL\(|import\.meta\.glob(?:<[^>]*>)?\()\s*"(?<path>[^"]+)"/g;
  return [...text.matchAll(statements), ...text.matchAll(calls)].map(({ groups }) => {
    const { path, clause = "" } = groups as { path: string; clause?: string };
    const to = path.startsWith(".") ? normalize(join(dirname(from), path)).replaceAll("\\", "/") : path;
    return { from, to, typeOnly: /^type\s/.test(clause) };
  });
}

const roomOf = (path: string) => path.split("/")[1];

function isAllowed({ from, to, typeOnly }: Import): boolean {
  if (!to.startsWith("src/")) return true;
  const [here, there] = [roomOf(from), roomOf(to)];
  if (here === there || open.includes(there) || exceptions[from]?.includes(there)) return true;
  const { uses, names = [] } = rooms[here] ?? { uses: [] };
  return uses.includes(there) || (typeOnly && names.includes(there));
}

const told = ({ from, to }: Import) => `${from} -> ${to}`;

describe("imports", () => {
  test("are found at all", () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.map(told)).toContain("src/index.ts -> src/create-engine.ts");
    expect(imports.filter(({ typeOnly }) => typeOnly).length).toBeGreaterThan(20);
  });

  test("every folder and file of src/ has its line in the table", () => {
    const names = readdirSync(join(root, "src")).filter((name) => !open.includes(name) && !name.endsWith(".md"));
    expect(names.filter((name) => !(name in rooms))).toEqual([]);
  });

  test("follow the direction of the house", () => {
    const inSource = imports.filter(({ from }) => from.startsWith("src/"));
    expect(inSource.filter((one) => !isAllowed(one)).map(told)).toEqual([]);
  });

  test.each(open)("%s needs nobody", (name) => {
    expect(imports.filter(({ from, to }) => from === `src/${name}` && to !== "src/errors.ts")).toEqual([]);
  });

  test("shaders are read by gpu/ only, and the benchmark's own by bench/", () => {
    const readers = imports
      .filter(({ to }) => to.startsWith("shaders/"))
      .map(({ from, to }) => `${roomOf(from)} ${to.startsWith("shaders/bench/") ? "probes" : "kernels"}`);
    expect([...new Set(readers)].sort()).toEqual(["bench probes", "gpu kernels"]);
  });

  test("what is asked of an adapter or its device, gpu/adapter.ts asks", () => {
    const questions =
      /requestAdapter\(\{|adapterInfo|isFallbackAdapter|wgslLanguageFeatures|\w\.limits\b|"timestamp-query"/;
    const asking = [...new Set(imports.map(({ from }) => from))].filter(
      (path) => path.startsWith("src/") && questions.test(readFileSync(join(root, path), "utf8")),
    );
    expect(asking).toEqual(["src/gpu/adapter.ts"]);
  });

  test("the worker's client half does not pull in the engine", () => {
    const reached = new Set<string>();
    const visit = (path: string) => {
      if (reached.has(path)) return;
      reached.add(path);
      // The workers themselves are given as addresses, which load nothing here.
      for (const { from, to, typeOnly } of imports) {
        if (from === path && !typeOnly && !/^src\/worker\/(shared-)?host\.ts$/.test(to)) visit(to);
      }
    };
    visit("src/worker/client.ts");
    visit("src/worker/share.ts");
    expect([...reached].filter((path) => /^src\/(engine\.ts|gpu|model|load)/.test(path))).toEqual([]);
  });

  test("the published command line and the engine need nothing of tools/ and test/", () => {
    const outside = imports.filter(({ from, to }) => /^(src|cli|demo)\//.test(from) && /^(test|tools)\//.test(to));
    expect(outside.map(told)).toEqual([]);
    expect(imports.filter(({ from, to }) => /^(src|demo)\//.test(from) && to.startsWith("cli/")).map(told)).toEqual([]);
  });

  test("demo and element use the public entries only", () => {
    // A page may list a policy's name once: the pages share the library's.
    const entries = [
      "src/index.ts",
      "src/element/index.ts",
      "src/bench/index.ts",
      "src/eval/index.ts",
      "src/trusted-types.ts",
    ];
    // The benchmark's page has no element, but its words are chosen and counted as the element's are.
    entries.push("src/element/languages/counted.ts", "src/element/languages/speech.ts");
    const outside = imports.filter(
      ({ from, to }) =>
        (from.startsWith("demo/") && to.startsWith("src/") && !entries.includes(to)) ||
        (from.startsWith("src/element/") && to.startsWith("demo/")),
    );
    expect(outside.map(told)).toEqual([]);
  });
});

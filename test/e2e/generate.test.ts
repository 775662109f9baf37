// `npm run --silent generate` as a user starts it: what it prints on stdout, and that every failure ends it with a nonzero
// status, the PronkError's code and message on stderr, and nothing on stdout.

import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FileServer, startFileServer } from "../../cli/server/file-server.ts";
import { root } from "../../cli/built.ts";
import { fakeEngine } from "../support/fake-engine.ts";
import { startLoopback } from "../support/loopback.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { invalidity } from "../support/validator.ts";

const { parent, folder } = writeByteModel();
const made = mkdtempSync(join(tmpdir(), "pronk-generate-"));
afterAll(() => {
  for (const path of [parent, made]) rmSync(path, { recursive: true });
});

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

function generate(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const child = spawn(npm, ["run", "--silent", "generate", "--", ...args], {
    cwd: root,
    env: { ...process.env, PRONK_ADAPTER: "software", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended: Ended = { status: null, stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (ended.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (ended.stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve({ ...ended, status }));
  });
}

const ask = ["--temperature", "0", "--max-tokens", "4", "--ignore-eos"];

describe("an answer", () => {
  test("of a server, whose key comes from the environment and is not told", async () => {
    const there = fakeEngine(() => "a fox");
    await using server = await startLoopback((request) => there.fetch(request.url, request as RequestInit));
    const flags = ["--endpoint", `${server.origin}/v1`, "--chat", "--prompt", "who?", "--json"];
    const { status, stdout, stderr } = await generate(flags, { PRONK_API_KEY: "sk-secret" });
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ text: "a fox", model: "fake/model", endpoint: `${server.origin}/v1` });
    expect(server.arrived.map(({ headers }) => headers.authorization)).toEqual(Array(2).fill("Bearer sk-secret"));
    expect(stdout + stderr).not.toContain("sk-secret");
  });

  test("to an empty prompt, which is BOS alone: one object with --json, and --logits with a row for every position", async () => {
    const logits = join(made, "logits.f32");
    const flags = ["--prompt", "", ...ask, "--kv", "f32", "--logits", logits, "--json"];
    const { status, stdout, stderr } = await generate(["--model", folder, ...flags]);
    expect(status, stderr).toBe(0);
    const answer = JSON.parse(stdout);
    expect(Object.keys(answer)).toEqual(
      "model runtime adapter features promptIds ids text finishReason loadMs prefillMs decodeMs gpuBytes storedBytes".split(
        " ",
      ),
    );
    expect(answer).toMatchObject({
      model: folder,
      runtime: "chromium",
      promptIds: [1],
      finishReason: "length",
    });
    expect(answer.ids).toHaveLength(4);
    const vocabSize = 260;
    const rows = readFileSync(logits);
    expect(rows.length).toBe(4 * vocabSize * (1 + 4 - 1));
    const last = new Float32Array(rows.buffer, rows.byteOffset + 4 * vocabSize * 3, vocabSize);
    expect(last.indexOf(Math.max(...last))).toBe(answer.ids[3]);
  });

  test("without it, is the text: a chat with a model named by its weight file", async () => {
    const file = join(folder, "model.safetensors");
    const { status, stdout, stderr } = await generate([
      ...["--model", file, "--chat", "--system", "s", "--prompt", "hi"],
      ...ask,
    ]);
    expect(status, stderr).toBe(0);
    expect(stdout.endsWith("\n")).toBe(true);
    expect(stderr).toMatch(/4 tokens \(length\)/);
  });
});

describe("an answer of a model that knows no JSON", () => {
  const write = (name: string, content: string) => {
    writeFileSync(join(made, name), content);
    return join(made, name);
  };
  const schema = {
    type: "object",
    properties: {
      kind: { enum: ["small", "large"] },
      sure: { type: "boolean" },
      when: { type: "string", format: "date" },
    },
    required: ["kind", "sure", "when"],
    additionalProperties: false,
  };

  test.each(["chromium", "firefox"])("is valid by --schema, greedy and drawn, in %s", async (runtime) => {
    const file = write("schema.json", JSON.stringify(schema));
    for (const draw of [["--temperature", "0"], ["--temperature", "5", "--seed", "3"]]) {
      const flags = ["--prompt", "a", "--schema", file, "--max-tokens", "120", ...draw, "--json", "--runtime", runtime];
      const { status, stdout, stderr } = await generate(["--model", folder, ...flags]);
      expect(status, stderr).toBe(0);
      const { text, finishReason } = JSON.parse(stdout);
      expect(finishReason, text).toBe("stop");
      expect(invalidity(schema, JSON.parse(text)), text).toBeUndefined();
    }
  }); // prettier-ignore

  test("is one of several by --n, each token with others by --logprobs", async () => {
    const draw = [
      "--n",
      "2",
      "--logprobs",
      "3",
      "--max-tokens",
      "4",
      "--ignore-eos",
      "--temperature",
      "1",
      "--seed",
      "1",
    ];
    const flags = ["--model", folder, "--chat", "--prompt", "a", ...draw];
    const { status, stdout, stderr } = await generate([...flags, "--json"]);
    expect(status, stderr).toBe(0);
    const { text, ids, choices } = JSON.parse(stdout);
    expect([choices.length, choices[0].text, choices[0].ids]).toEqual([2, text, ids]);
    expect(choices[1].ids).not.toEqual(ids);
    for (const { logprobs } of choices)
      expect(logprobs.content.map((token: { top_logprobs: unknown[] }) => token.top_logprobs.length)).toEqual([
        3, 3, 3, 3,
      ]);
    const told = (await generate(flags)).stdout;
    const [, first, second] = /^\[1 of 2\]\n([^]*)\n\n\[2 of 2\]\n([^]*)\n$/.exec(told)!;
    for (const [i, part] of [first, second].entries()) {
      expect(part.startsWith(choices[i].text)).toBe(true);
      const rows = part.slice(choices[i].text.length + 1).split("\n");
      expect(rows.map((row) => row.split("\t").length)).toEqual([4, 4, 4, 4]);
      expect(rows[0]).toMatch(/^"[^]*" -\d+\.\d{4}\t/);
    }
  });

  test("fits --grammar, in a chat", async () => {
    const file = write("answer.gbnf", 'root ::= [A-Z] [a-z]{3} " " ("yes" | "no")');
    const flags = ["--chat", "--prompt", "hi", "--grammar", file];
    const { status, stdout, stderr } = await generate(["--model", folder, ...flags]);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^[A-Z][a-z]{3} (yes|no)\n$/);
  });
});

describe("a failure", () => {
  const copy = (name: string) => {
    const to = join(made, name);
    mkdirSync(to);
    cpSync(folder, to, { recursive: true });
    return to;
  };
  let refusing: FileServer;
  beforeAll(async () => {
    truncateSync(join(copy("truncated"), "model.safetensors"), 5000);
    const config = join(copy("long"), "config.json");
    const long = { ...JSON.parse(readFileSync(config, "utf8")), max_position_embeddings: 2 ** 21 };
    writeFileSync(config, JSON.stringify(long));
    // The first part of the path is the status.
    refusing = await startFileServer({
      mounts: [],
      answer(request, response) {
        const status = Number(/^\/(\d{3})\//.exec(request.url ?? "")?.[1]);
        if (!status) return false;
        const headers = { "access-control-allow-origin": "*", "retry-after": "0" };
        response.writeHead(status, headers).end("no\n");
        return true;
      },
    });
  });
  afterAll(() => refusing?.close());

  const words = "word ".repeat(400);
  const at = (name: string) => ["--model", join(made, name), "--prompt", "a"];
  const url = (status: number) => ["--model", `${refusing.origin}/${status}/`, "--prompt", "a"];
  test.each<[string, () => string[], RegExp, Record<string, string>?]>([
    ["a truncated shard", () => at("truncated"), /integrity: "model\.safetensors".*truncated.*Fetch the file again/],
    ["a folder that is not there", () => at("nowhere"), /bad-request: --model: .*nowhere does not exist/],
    ["HTTP 401", () => url(401), /network: "config\.json".*HTTP 401.*permission/],
    ["HTTP 500", () => url(500), /network: "config\.json".*HTTP 500.*Load again later/],
    ["a prompt over the context", () => ["--model", folder, "--prompt", words], /context-full: .*Shorten the prompt/],
    [
      "an adapter too small",
      () => [...at("long"), "--kv", "f32", "--context", "1048577", "--without", "limits"],
      /out-of-memory: .*Choose contextLength 1048576 or less/,
    ],
    [
      "WebGPU absent",
      () => ["--model", folder, "--prompt", "a"],
      /adapter-missing: .*WebGPU.*/,
      { PRONK_ADAPTER: "none" },
    ],
    ["no prompt", () => ["--model", folder], /bad-request: --prompt/],
    ["logits nowhere", () => [...at("truncated"), "--logits", join(made, "no/l.f32")], /bad-request: --logits.*ENOENT/],
  ])("%s", async (_, args, told, env) => {
    const { status, stdout, stderr } = await generate(args(), env);
    expect(stderr).toMatch(told);
    expect(stderr).toMatch(/^PronkError [a-z-]+: /m);
    expect(stdout).toBe("");
    expect(status).toBe(1);
  });
});

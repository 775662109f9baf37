// The flags of `generate`: what each becomes, and that anything else is refused by name.

import { describe, expect, test } from "vitest";
import { readFlags } from "../../../cli/generate-flags.ts";

const model = ["--model", "a/b"];

describe("flags", () => {
  test("all of them arrive", () => {
    const text = `--model m --prompt-ids 1,22,3 --max-tokens 5 --ignore-eos --temperature 0.5 --top-p 0.9 --top-k 40
      --seed 7 --n 2 --logprobs 3 --quantize q4 --kv f32 --context 64 --tokenizer t.bin --adapter a/lora --without subgroups,shader-f16 --runtime firefox
      --logits out.f32 --schema s.json --json`;
    expect(readFlags(text.split(/\s+/))).toEqual({
      model: "m",
      endpoint: undefined,
      tokenizer: "t.bin",
      adapter: "a/lora",
      runtime: "firefox",
      prompt: {
        prompt: [1, 22, 3],
        chat: false,
        system: undefined,
        maxTokens: 5,
        ignoreEos: true,
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        seed: 7,
        n: 2,
        logprobs: 3,
        logits: true,
      },
      options: { quantize: "q4", kv: "f32", contextLength: 64, without: ["subgroups", "shader-f16"] },
      logits: "out.f32",
      schema: "s.json",
      grammar: undefined,
      json: true,
    });
  });

  test("a server in the model's place, and nothing of loading a model beside it", () => {
    const server = ["--endpoint", "http://127.0.0.1:8000/v1", "--prompt", "a"];
    expect(readFlags(server)).toMatchObject({ model: "", endpoint: "http://127.0.0.1:8000/v1" });
    expect(readFlags([...server, ...model])).toMatchObject({ model: "a/b" });
    for (const flag of ["quantize", "runtime", "logits", "tokenizer"])
      expect(() => readFlags([...server, `--${flag}`, "q4"])).toThrow(`--${flag}: expected nothing beside --endpoint`);
  });

  test("an empty prompt and one that looks like a flag are prompts", () => {
    expect(readFlags([...model, "--prompt", ""])?.prompt.prompt).toBe("");
    expect(readFlags([...model, "--prompt", "--json"])).toMatchObject({ prompt: { prompt: "--json" }, json: false });
  });

  test("the model's own sampling defaults stand where nothing is asked for", () => {
    const { temperature, topP, topK, seed } = readFlags([...model, "--prompt", "x"])!.prompt;
    expect([temperature, topP, topK, seed]).toEqual([undefined, undefined, undefined, undefined]);
  });

  test.each([
    ["an unknown flag", ["--model", "m", "--prompt", "x", "--bogus"], /bogus/],
    ["no model", ["--prompt", "x"], /--model/],
    ["no prompt", model, /--prompt/],
    ["two prompts", [...model, "--prompt", "x", "--prompt-ids", "1"], /--prompt/],
    ["ids that are none", [...model, "--prompt-ids", "1,x"], /--prompt-ids/],
    ["half a token", [...model, "--prompt", "x", "--max-tokens", "1.5"], /--max-tokens/],
    ["no temperature", [...model, "--prompt", "x", "--temperature", "warm"], /--temperature/],
    ["another quantization", [...model, "--prompt", "x", "--quantize", "q5"], /--quantize/],
    ["another browser", [...model, "--prompt", "x", "--runtime", "safari"], /--runtime/],
    ["ids in a chat", [...model, "--prompt-ids", "1", "--chat"], /--chat/],
    ["a schema and a grammar", [...model, "--prompt", "x", "--schema", "a", "--grammar", "b"], /--grammar/],
    ["a system text without a chat", [...model, "--prompt", "x", "--system", "y"], /--system/],
  ])("%s is refused", (_, args, named) => {
    expect(() => readFlags(args)).toThrow(
      expect.objectContaining({ code: "bad-request", message: expect.stringMatching(named) }),
    );
  });
});

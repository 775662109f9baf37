// The built-in dialog against Meta's reference: golden ids, refusals in its words, and which templates count as its own.

import { describe, expect, it } from "vitest";
import { loadDialog } from "../../../src/text/load-dialog.ts";
import { loadTokenizer } from "../../../src/text/load-tokenizer.ts";
import { trim } from "../../../src/text/jinja/characters.ts";
import {
  hasSharedData,
  randomPieces,
  seededRandom,
  sharedBytes,
  writeSentencePieceModel,
} from "../../support/sentencepiece.ts";
import type { ChatMessage } from "../../../src/text/tokenizer.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const model = writeSentencePieceModel(randomPieces(seededRandom(41), 60));
const files = (template?: string, tokens = { bos_token: "<s>", eos_token: "</s>" }, tokenizer = model) =>
  new Map([
    ["tokenizer.model", tokenizer],
    ["tokenizer_config.json", utf8(JSON.stringify({ ...tokens, chat_template: template }))],
  ]);
const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
const system = (content: string): ChatMessage => ({ role: "system", content });

// As published with Llama-2-7b-chat-hf, and the same written differently.
const published =
  "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}";
const otherWords =
  '{% set sys = "" %}{% if messages[0].role == "system" %}{% set sys = "<<SYS>>\\n" ~ messages[0].content ~ "\\n<</SYS>>\\n\\n" %}{% set messages = messages[1:] %}{% endif %}{% for m in messages %}{% if m.role == "user" %}{{ bos_token ~ "[INST] " ~ ((sys if loop.first else "") ~ m.content) | trim ~ " [/INST]" }}{% else %} {{ m.content | trim }} {{ eos_token }}{% endif %}{% endfor %}';
const withDefaultSystem = published.replace("system_message = false", "system_message = 'You are helpful.'");
const withoutStrip = published.replaceAll(".strip()", "");

async function builtIn() {
  const map = files();
  return (await loadDialog(map, await loadTokenizer(map), { assumeLlama2: true }))!;
}

describe.skipIf(!hasSharedData)("the golden dialogs", () => {
  const golden = hasSharedData
    ? JSON.parse(new TextDecoder().decode(sharedBytes("golden/tokenizer/llama2_chat_goldens.json")))
    : { dialogs: [] };
  const vocabularies = {
    "tokenizer.model": "tokenizer/llama2/tokenizer.model",
    "tokenizer.json": "tokenizer/llama2/tokenizer.legacy.json",
  };

  it.each(Object.entries(vocabularies))(
    "give the golden ids with %s, with and without template",
    async (name, path) => {
      expect(golden.dialogs.length).toBe(10);
      for (const template of [undefined, published]) {
        const map = files(template);
        map.delete("tokenizer.model");
        map.set(name, sharedBytes(path)!);
        const dialog = (await loadDialog(map, await loadTokenizer(map), { assumeLlama2: true }))!;
        expect(dialog.kind).toBe("llama-2");
        for (const { dialog: messages, unsafe, ids } of golden.dialogs) {
          if (unsafe) expect(() => dialog.encode(messages)).toThrow(golden.unsafe_reply);
          else expect(dialog.encode(messages), JSON.stringify(messages)).toEqual(ids);
        }
      }
    },
  );
});

describe("which dialog a repository gets", () => {
  const kind = async (template?: string, options = {}) => {
    const map = files(template);
    return (await loadDialog(map, await loadTokenizer(map), options))?.kind;
  };

  it("is the built-in one for templates that write Llama 2's text, however they are spelled", async () => {
    expect(await kind(published)).toBe("llama-2");
    expect(await kind(otherWords)).toBe("llama-2");
  });

  it("is the template where it writes anything else", async () => {
    expect(await kind(withDefaultSystem)).toBe("template");
    expect(await kind(withoutStrip)).toBe("template");
    expect(await kind("{{ messages[0].content }}")).toBe("template");
  });

  it("is none without a template, unless the model is known", async () => {
    expect(await kind()).toBeUndefined();
    expect(await kind(undefined, { assumeLlama2: true })).toBe("llama-2");
    expect(await kind("{{ messages[0].content }}", { assumeLlama2: true })).toBe("template");
  });
});

describe("the built-in dialog", () => {
  it("encodes each turn by itself, with BOS and EOS", async () => {
    const map = files();
    const tokenizer = await loadTokenizer(map);
    const ids = (await builtIn()).encode([system(" s "), user(" a "), assistant("b\n"), user("c")]);
    expect(ids).toEqual([
      ...tokenizer.encode("[INST] <<SYS>>\n s \n<</SYS>>\n\n a [/INST] b ", { addBos: true }),
      2,
      ...tokenizer.encode("[INST] c [/INST]", { addBos: true }),
    ]);
  });

  it("goes on with an answer at the end, which is left open", async () => {
    const tokenizer = await loadTokenizer(files());
    const ids = (await builtIn()).encode([user("a"), assistant(" b "), user("c"), assistant("  d, ")]);
    expect(ids).toEqual([
      ...tokenizer.encode("[INST] a [/INST] b ", { addBos: true }),
      2,
      ...tokenizer.encode("[INST] c [/INST] d, ", { addBos: true }),
    ]);
  });

  it.each(["<s>", "</s>", "<unk>", "<|im_end|>", "<0x0A>"])("keeps %s in any message plain text", async (token) => {
    // Here the tag is even a user-defined piece, which SentencePiece itself would match.
    const pieces = [...randomPieces(seededRandom(42), 60), { piece: "<|im_end|>", score: 0, type: "user" as const }];
    const map = files(undefined, undefined, writeSentencePieceModel(pieces));
    const tokenizer = await loadTokenizer(map);
    const dialog = (await loadDialog(map, tokenizer, { assumeLlama2: true }))!;
    const id = tokenizer.idOf(token)!;
    const count = (text: string) =>
      dialog.encode([system(text), user(text), assistant(text), user(text)]).filter((found) => found === id).length;
    expect(tokenizer.encode(token, { parseSpecial: true })).toContain(
      token === "<0x0A>" ? tokenizer.encode("<")[0] : id,
    );
    expect(count(`x ${token} y`)).toBe(count("x y"));
  });

  it.each(["[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"])(
    "refuses %s where a person says it, in the reference's words",
    async (tag) => {
      const dialog = await builtIn();
      const talk = [system("s"), user("u"), assistant("a"), user("v")];
      talk.forEach((message, index) => {
        const messages = talk.with(index, { ...message, content: `x${tag}y` });
        if (message.role === "assistant") return;
        expect(() => dialog.encode(messages)).toThrow(
          expect.objectContaining({
            code: "bad-request",
            message: "Error: special tags are not allowed as part of the prompt.",
            facts: { field: `messages[${index}].content` },
          }),
        );
      });
    },
  );

  it("goes on after an answer that holds tags, as plain text", async () => {
    const map = files();
    const tokenizer = await loadTokenizer(map);
    const said = "[INST] <<SYS>>\n</s> [/INST] b";
    expect((await builtIn()).encode([user("a"), assistant(said), user("c")])).toEqual([
      ...tokenizer.encode(`[INST] a [/INST] ${said} `, { addBos: true, parseSpecial: () => false }),
      2,
      ...tokenizer.encode("[INST] c [/INST]", { addBos: true }),
    ]);
  });

  it.each([
    ["an assistant first", [assistant("a")], "messages[0].role"],
    ["two questions in a row", [user("a"), user("b")], "messages[1].role"],
    ["a system message alone", [system("a")], "messages[0].role"],
    ["a system message later", [user("a"), system("b"), user("c")], "messages[1].role"],
    ["a tool's result", [user("a"), assistant("b"), { role: "tool", content: "c" }], "messages[2].role"],
  ])("refuses %s, naming the field", async (_, messages, field) => {
    const dialog = await builtIn();
    expect(() => dialog.encode(messages as ChatMessage[])).toThrow(
      expect.objectContaining({ code: "bad-request", facts: expect.objectContaining({ field }) }),
    );
  });
});

it("strips as Python does", () => {
  expect(trim(" \t\x1c\x85\u3000a b\u2028\n")).toBe("a b");
  expect(trim("\ufeffa\u200b")).toBe("\ufeffa\u200b");
  expect(trim("  ")).toBe("");
});

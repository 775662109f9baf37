// Repository templates: what they write becomes ids as in transformers, what users write never becomes a control token,
// whatever the template does to it, and what they refuse comes back in their own words.

import { describe, expect, it } from "vitest";
import { loadDialog } from "../../../src/text/load-dialog.ts";
import { loadTokenizer } from "../../../src/text/load-tokenizer.ts";
import {
  addedIds,
  chatTemplates,
  controlIds,
  openTemplate as open,
  templatePieces,
} from "../../support/chat-templates.ts";
import { randomText, seededRandom, writeSentencePieceModel } from "../../support/sentencepiece.ts";
import type { ChatMessage } from "../../../src/text/tokenizer.ts";

const { chatml, zephyr, vicuna, mistral, thinking, commands } = chatTemplates;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const user = (content: string): ChatMessage => ({ role: "user", content });
const talk = (content: string): ChatMessage[] => [user(content), { role: "assistant", content }, user(content)];
const controlsOf = (ids: number[]): number[] => ids.filter((id) => Object.values(controlIds).includes(id));

describe("templates", () => {
  it("give the ids of their text with its control tokens", async () => {
    const cases: [string, string][] = [
      [chatml, "<|im_start|>user\n a b <|im_end|>\n<|im_start|>assistant\n"],
      [zephyr, "<|user|>\n a b </s>\n<|assistant|>\n"],
      [vicuna, "<s>USER: a b ASSISTANT:"],
      [mistral, "<s>[INST]  a b  [/INST]"],
    ];
    for (const [template, text] of cases) {
      const { dialog, tokenizer } = await open(template);
      expect(dialog.kind).toBe("template");
      expect(dialog.encode([user(" a b ")])).toEqual(tokenizer.encode(text, { parseSpecial: true }));
    }
  });

  it.each(Object.entries(chatTemplates))("%s: users cannot type a control token", async (_, template) => {
    const { dialog, tokenizer } = await open(template);
    // Replace `_` and lower case also make tokens out of harmless text.
    for (const token of Object.keys(controlIds))
      for (const text of [
        token,
        `a ${token} b`,
        ` \n${token}\n`,
        `x${token}x`,
        token.toUpperCase(),
        [...token].join("_"),
        `!default${token}`,
        `!x${token}`,
      ]) {
        const plain = controlsOf(dialog.encode(talk(text.replaceAll(/\S/g, "b"))));
        const found = controlsOf(dialog.encode(talk(text)));
        // Where the text sends the template another way, fewer are allowed, but never more.
        for (const id of new Set(found)) {
          const count = (ids: number[]) => ids.filter((other) => other === id).length;
          expect(
            count(found),
            `${JSON.stringify(text)} gave ${tokenizer.decode([id], { keepSpecial: true })}`,
          ).toBeLessThanOrEqual(count(plain));
        }
      }
  });

  it.each([
    ["chatml", chatml],
    ["zephyr", zephyr],
    ["vicuna", vicuna],
    ["mistral", mistral],
  ])("%s: the template's own control tokens stay, whatever users type", async (_, template) => {
    const { dialog, tokenizer } = await open(template);
    const own = controlsOf(dialog.encode(talk("b")));
    expect(own.length).toBeGreaterThan(1);
    const random = seededRandom(52);
    for (let index = 0; index < 60; index++) {
      const text = `b${randomText(random, 60)}<|im_end|></s>\ufdd0\ufdd1b`;
      const ids = dialog.encode(talk(text));
      expect(controlsOf(ids), JSON.stringify(text)).toEqual(own);
      expect(tokenizer.decode(ids)).toContain(text.replaceAll("▁", " "));
    }
  });

  it.each([false, true])(
    "with tags as user-defined pieces of tokenizer.model (extra spaces dropped: %s)",
    async (removeExtraSpaces) => {
      const pieces = [...templatePieces];
      for (const piece of ["<|im_start|>", "<|im_end|>", "ab"]) pieces.push({ piece, score: 0, type: "user" });
      const files = new Map([
        ["tokenizer.model", writeSentencePieceModel(pieces, { removeExtraSpaces })],
        ["tokenizer_config.json", utf8(JSON.stringify({ chat_template: chatml }))],
      ]);
      const tokenizer = await loadTokenizer(files);
      const dialog = (await loadDialog(files, tokenizer))!;
      const tags = ["<|im_start|>", "<|im_end|>"].map((tag) => tokenizer.idOf(tag)!);
      const found = (text: string) => dialog.encode(talk(text)).filter((id) => tags.includes(id));
      const [start, end] = tags;
      expect(found("a  b")).toEqual([start, end, start, end, start, end, start]);
      for (const text of ["<|im_end|>", "  a   <|im_end|><|im_start|>  b", "ab<|im_end|>ab"])
        expect(found(text), text).toEqual(found("a"));
      // Plain encoding is SentencePiece's, which matches them, and harmless user-defined pieces match in messages too.
      expect(tokenizer.encode("<|im_end|>")).toContain(end);
      expect(dialog.encode([user("cab")])).toContain(tokenizer.idOf("ab"));
    },
  );

  it("that mark-sensitive branches do not let a control token through", async () => {
    // The marked rendering takes the other branch, whose text is the same, or has as many control tokens.
    const { dialog } = await open(commands);
    for (const text of ["!default</s>", "!x</s>", "!</s>"])
      expect(controlsOf(dialog.encode([user(text)]))).not.toContain(2);
    expect(controlsOf(dialog.encode([user("b")]))).toEqual([1, 2, 2]);
  });

  it("strip the user's white space as they mean to", async () => {
    const { dialog, tokenizer } = await open(vicuna);
    const spaced = dialog.encode([user(" \n</s> a \t")]);
    expect(spaced).toEqual(dialog.encode([user("</s> a")]));
    expect(tokenizer.decode(spaced, { keepSpecial: true })).toBe("<s> USER: </s> a ASSISTANT:");
  });

  it("go on with an answer at the end, as far as it is written", async () => {
    const cases: [string, string][] = [
      [chatml, "<|im_start|>user\nassistant<|im_end|>\n<|im_start|>assistant\na"],
      [zephyr, "<|user|>\nassistant</s>\n<|assistant|>\na"],
      [vicuna, "<s>USER: assistant ASSISTANT: a"],
    ];
    for (const [template, text] of cases) {
      const { dialog, tokenizer } = await open(template);
      const encoded = (content: string) => dialog.encode([user("assistant"), { role: "assistant", content }]);
      expect(encoded("a")).toEqual(tokenizer.encode(text, { parseSpecial: true }));
      expect(controlsOf(encoded("a</s><|im_end|>"))).toEqual(controlsOf(encoded("a")));
    }
    const { dialog } = await open(chatml);
    const call = { type: "function", function: { name: "f", arguments: "{}" } } as const;
    expect(() => dialog.encode([user("a"), { role: "assistant", content: "", tool_calls: [call] }])).toThrow(
      expect.objectContaining({ code: "bad-request" }),
    );
    // If the template shortens an answer, it is unknown where to continue.
    const shortens = await open(thinking);
    const half = { role: "assistant", content: "hidden</think>\nshown" } as const;
    expect(() => shortens.dialog.encode([user("q"), half])).toThrow(/does not write a last answer as it is/);
  });

  it("may look into the text", async () => {
    const { dialog, tokenizer } = await open(thinking);
    const ids = dialog.encode([user("q"), { role: "assistant", content: "hidden</think>\nshown" }, user("r")]);
    expect(tokenizer.decode(ids)).toContain("shown");
    expect(tokenizer.decode(ids)).not.toContain("hidden");
    expect(ids.filter((id) => id === addedIds["<|im_end|>"])).toHaveLength(3);
  });

  it("refuse in their own words", async () => {
    const { dialog } = await open(mistral);
    expect(() => dialog.encode([user("a"), user("b")])).toThrow(
      expect.objectContaining({
        code: "bad-request",
        message: "Conversation roles must alternate user/assistant/user/assistant/...",
      }),
    );
  });

  it.each(["{% if %}", "{{ messages[0].content.nothing() }}", "{{ 1 | no_such_filter }}"])(
    "that do not work here let the model open and are named when used: %s",
    async (template) => {
      const { dialog } = await open(template);
      expect(() => dialog.encode([user("a")])).toThrow(
        expect.objectContaining({
          code: "model-unsupported",
          facts: expect.objectContaining({ file: "tokenizer_config.json", field: "chat_template" }),
        }),
      );
    },
  );

  it("are found wherever repositories keep them", async () => {
    const ids = (await open(chatml)).dialog.encode([user("a")]);
    const named = [
      { name: "tool_use", template: "no" },
      { name: "default", template: chatml },
    ];
    expect((await open(named)).dialog.encode([user("a")])).toEqual(ids);
    expect((await open("no", { "chat_template.jinja": chatml })).dialog.encode([user("a")])).toEqual(ids);
    const json = { "chat_template.json": JSON.stringify({ chat_template: chatml }) };
    expect((await open(undefined, json)).dialog.encode([user("a")])).toEqual(ids);
    expect((await open(undefined)).dialog).toBeUndefined();
  });

  it("are refused where the file does not parse", async () => {
    await expect(open(undefined, { "special_tokens_map.json": "{" })).rejects.toThrow(
      expect.objectContaining({ code: "format", facts: expect.objectContaining({ file: "special_tokens_map.json" }) }),
    );
  });
});

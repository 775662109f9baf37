// Which tokens end an answer in a chat: those known by their spelling, and the one that the dialog itself writes after an
// assistant's words. A model whose eos is another token would otherwise run on past its turn.

import { expect, test } from "vitest";
import { createChatCompletions } from "../../../src/api/chat.ts";
import { createCompletions } from "../../../src/api/text-completion.ts";
import { loadDialog } from "../../../src/text/load-dialog.ts";
import { loadGgufText } from "../../../src/text/load-gguf-text.ts";
import { loadTokenizer } from "../../../src/text/load-tokenizer.ts";
import { turnEnds } from "../../../src/text/turn-ends.ts";
import { chatTemplates, openTemplate } from "../../support/chat-templates.ts";
import { fakeCore, fakeGenerator, pieceId } from "../../support/fake-core.ts";
import { ggufOfPieces } from "../../support/gguf-pieces.ts";
import { type ModelPiece, randomPieces, seededRandom, writeSentencePieceModel } from "../../support/sentencepiece.ts";

const { chatml, zephyr, vicuna, mistral, thinking } = chatTemplates;
const some = randomPieces(seededRandom(8), 50);

/** The ends, by spelling, for a GGUF file with these further pieces and `</s>` for its eos. */
async function endsOf(pieces: ModelPiece[], chatTemplate: string): Promise<string[]> {
  const { tokenizer, dialog } = await loadGgufText({ ...ggufOfPieces([...some, ...pieces]), chatTemplate });
  return turnEnds(tokenizer, dialog!).map((id) => tokenizer.decode([id], { keepSpecial: true }));
}

const control = (piece: string): ModelPiece => ({ piece, score: 0, type: "control" });
const user = (piece: string): ModelPiece => ({ piece, score: 0, type: "user" });
const turnsBy = (start: string, end: string): string =>
  `{{ bos_token }}{% for m in messages %}${start}{{ m.role }}:{{ m.content }}${end}\n{% endfor %}${start}assistant:`;

test.each([
  ["chatml", chatml, ["<|im_end|>"]],
  ["thinking", thinking, ["<|im_end|>"]],
  ["zephyr", zephyr, ["</s>", "<|im_end|>"]], // by spelling: the tokenizer has it as a control token
  ["vicuna", vicuna, ["</s>", "<|im_end|>"]],
  ["mistral", mistral, ["</s>", "<|im_end|>"]],
])("%s: what the template writes behind an answer", async (_, template, ends) => {
  const { tokenizer, dialog } = await openTemplate(template);
  expect(turnEnds(tokenizer, dialog).map((id) => tokenizer.decode([id], { keepSpecial: true }))).toEqual(ends);
});

test("Llama 2's own dialog ends its turns by eos", async () => {
  const files = new Map([["tokenizer.model", writeSentencePieceModel(some)]]);
  const tokenizer = await loadTokenizer(files);
  expect(turnEnds(tokenizer, (await loadDialog(files, tokenizer, { assumeLlama2: true }))!)).toEqual([2]);
});

test("by rendering: a token that nobody has heard of, not the one that begins a turn", async () => {
  expect(await endsOf([control("<|speaker|>"), control("<|over|>")], turnsBy("<|speaker|>", "<|over|>"))).toEqual([
    "<|over|>",
  ]);
});

test("by rendering: where nothing ends a turn, the token that begins the next one", async () => {
  expect(await endsOf([control("<|speaker|>")], turnsBy("<|speaker|>", ""))).toEqual(["<|speaker|>"]);
});

test("by rendering: a tag that its file forgets to call special, but no other piece", async () => {
  expect(await endsOf([user("<|im_end|>")], turnsBy("", "<|im_end|>"))).toEqual(["<|im_end|>"]);
  expect(await endsOf([user("###")], turnsBy("### ", "###"))).toEqual([]);
});

test("by rendering: nothing where earlier answers are left out", async () => {
  const questions = "{% for m in messages if m.role == 'user' %}<|speaker|>{{ m.content }}{% endfor %}<|speaker|>";
  expect(await endsOf([control("<|speaker|>")], questions)).toEqual([]);
});

test("by spelling: only tokens that are special", async () => {
  const asked = ["<|eot_id|>", "<|end_of_text|>", "<end_of_turn>"];
  expect(await endsOf(asked.map(control), turnsBy("", ""))).toEqual(asked);
  expect(await endsOf(asked.map(user), turnsBy("", ""))).toEqual([]);
  expect(
    await endsOf(
      asked.map((piece) => ({ piece, score: -1, type: "normal" })),
      turnsBy("", ""),
    ),
  ).toEqual([]);
});

test("a template that refuses or does not render stops nothing", async () => {
  expect(await endsOf([control("<|eot_id|>")], "{{ raise_exception('never') }}")).toEqual(["<|eot_id|>"]);
  expect(await endsOf([control("<|eot_id|>")], "{% for %}")).toEqual(["<|eot_id|>"]);
});

test("an answer ends there and shows nothing of it; ignore_eos goes on; a text that is continued does too", async () => {
  const turnEnd = pieceId("E");
  const core = fakeCore(
    fakeGenerator(() => [pieceId("h"), pieceId("i"), turnEnd, pieceId("!")]),
    { turnEnds: [turnEnd] },
  );
  const chat = createChatCompletions(core);
  const messages = [{ role: "user", content: "hello" }] as const;
  const answer = await chat.create({ messages });
  expect(answer.choices[0]).toMatchObject({ message: { content: "hi" }, finish_reason: "stop" });
  const on = await chat.create({ messages, ignore_eos: true, max_tokens: 4 });
  expect(on.choices[0]).toMatchObject({ message: { content: "hiE!" }, finish_reason: "length" });
  const text = await createCompletions(core).create({ prompt: "hello" });
  expect(text.choices[0]).toMatchObject({ text: "hiE!", finish_reason: "stop" });
});

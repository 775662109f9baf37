// Attachments as data: how a model gets them, that they stay with draft, edit, record and file, and how a file's bytes are
// read.

import { expect, test } from "vitest";
import { AttachProblem } from "../../../src/element/attachments/attach-problem.ts";
import { fromPaste, mostCharacters, readFile } from "../../../src/element/attachments/read-file.ts";
import { textOfBytes } from "../../../src/element/attachments/text-of-bytes.ts";
import { TokenCounts } from "../../../src/element/attachments/token-counts.ts";
import { fromFile, toJson, toMarkdown } from "../../../src/element/conversation-files.ts";
import { type Attachment, isEmptyMessage, toContent } from "../../../src/element/session/attachment.ts";
import { fromRecord, isEmptyRecord, titleOf, toRecord } from "../../../src/element/session/conversation-record.ts";
import { emptyConversation } from "../../../src/element/session/conversation.ts";
import { beginEdit, endDraft, withDraft } from "../../../src/element/session/draft.ts";
import type { ChatEngine } from "../../../src/element/session/engine-factory.ts";
import { answerTurn, toMessages, type Turn } from "../../../src/element/session/turn.ts";
import { chatTemplates, controlIds, openTemplate } from "../../support/chat-templates.ts";

const file = (name: string, text: string): Attachment => ({ id: name, name, sizeBytes: text.length, text });
const place = { id: "1", place: "page", title: "", pinned: false, createdAt: 1, updatedAt: 2 };

test("the model is given name and text in a fence, then the person's words", () => {
  expect(toContent({ text: "Sum it up.", attachments: [file("a.csv", "x;y\n"), file("b", "1")] })).toBe(
    "a.csv\n```\nx;y\n```\n\nb\n```\n1\n```\n\nSum it up.",
  );
  expect(toContent({ text: "", attachments: [file("b", "1")] })).toBe("b\n```\n1\n```");
  expect(toContent({ text: "words" })).toBe("words");
});

test.each(["```", "a\n````js\n```\n", "`````` in a line", "````\n````\n`````"])(
  "no text ends its own fence: %j",
  (text) => {
    const [, fence, ...lines] = toContent({ text: "", attachments: [file("f", text)] }).split("\n");
    expect(lines.at(-1)).toBe(fence);
    expect(fence).toMatch(/^`{3,}$/);
    expect(text).not.toContain(fence);
  },
);

test.each(["chatml", "zephyr", "vicuna", "mistral"] as const)(
  "attached text never becomes a control token (%s)",
  async (name) => {
    const { dialog } = await openTemplate(chatTemplates[name]);
    const controls = (text: string) => {
      const turns: Turn[] = [{ role: "user", id: "1", text: "b", attachments: [file("f.txt", text)] }, answerTurn("2")];
      const ids: number[] = dialog.encode(toMessages(turns, ""));
      return ids.filter((id) => Object.values(controlIds).includes(id));
    };
    const own = controls("plain");
    expect(own).not.toEqual([]);
    for (const token of Object.keys(controlIds)) expect(controls(`x\n${token}\n${token}y`)).toEqual(own);
  },
);

test("an edit puts the draft's attachments aside and has the question's; both come back", () => {
  const draft = { text: "half", attachments: [file("mine", "1")] };
  const edit = beginEdit(draft, { id: "q", text: "asked", attachments: [file("its", "2")] });
  expect(edit).toMatchObject({ text: "asked", attachments: [{ name: "its" }], asideAttachments: [{ name: "mine" }] });
  expect(beginEdit(edit, { id: "r", text: "other" })).toEqual({
    text: "other",
    aside: "half",
    asideAttachments: draft.attachments,
    question: "r",
  });
  expect(endDraft(edit)).toEqual(draft);
  expect(endDraft(draft)).toEqual({ text: "" }); // sent
});

test("a draft that comes back loses nothing that was attached since", () => {
  const [a, b] = [file("a", "1"), file("b", "2")];
  expect(withDraft({ text: "", attachments: [b] }, { text: "earlier", attachments: [a] })).toEqual({
    text: "earlier",
    attachments: [a, b],
  });
  expect(withDraft({ text: "since", attachments: [b] }, { text: "earlier", attachments: [a, b] })).toEqual({
    text: "since",
    attachments: [a, b],
  });
});

const turns: Turn[] = [
  { role: "user", id: "q", text: "", attachments: [file("data.json", '{"a": "```"}')] },
  { ...answerTurn("a", "q"), text: "An object.", status: "done" },
];

test("they are kept with the conversation, which is called by the first where no word was said", () => {
  const draft = { text: "", attachments: [file("next", "3")] };
  const record = toRecord({ ...emptyConversation(), turns, draft }, place);
  expect(fromRecord(structuredClone(record))).toMatchObject({ turns, draft });
  expect(titleOf(record)).toBe("data.json");
  expect(isEmptyRecord(toRecord({ ...emptyConversation(), draft }, place))).toBe(false);
  expect(isEmptyMessage(draft)).toBe(false);
});

test("they leave and come back as JSON, and stand in the Markdown", () => {
  const record = toRecord({ ...emptyConversation(), turns }, place);
  const json = toJson([record]);
  const [back] = fromFile(json, { place: "page", now: 3 });
  expect(fromRecord(back).turns).toEqual(fromRecord(record).turns);
  const content = 'data.json\n````\n{"a": "```"}\n````';
  expect((JSON.parse(json) as { conversations: { messages: unknown[] }[] }).conversations[0].messages[0]).toEqual({
    role: "user",
    content,
  });
  expect(toMarkdown(record)).toContain(`## You\n\n${content}\n\n## Answer\n\nAn object.`);
});

test("an imported record whose attachments are no such thing is read by its messages", () => {
  const record = toRecord({ ...emptyConversation(), turns }, place);
  const [question, answer] = record.turns;
  const wrong = { ...record, turns: [{ ...question, attachments: [{ id: "x", name: 7 }] }, answer] };
  const entry = { messages: [{ role: "user", content: "plain" }], record: wrong };
  const [back] = fromFile(JSON.stringify({ conversations: [entry] }), { place: "page", now: 3 });
  expect(fromRecord(back).turns[0]).toMatchObject({ text: "plain" });
});

const utf16 = (text: string, swapped: boolean) => {
  const bytes = new Uint8Array(new Uint16Array([0xfeff, ...text.split("").map((one) => one.charCodeAt(0))]).buffer);
  return swapped ? bytes.map((_, at) => bytes[at ^ 1]) : bytes;
};

test("UTF-8 with and without a mark, and UTF-16 with one, are read", () => {
  const text = "Grüße, 你好 \u{1f999}";
  const utf8 = new TextEncoder().encode(text);
  for (const bytes of [utf8, Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8), utf16(text, false), utf16(text, true)])
    expect(textOfBytes(bytes)).toBe(text);
  expect(textOfBytes(new TextEncoder().encode("\u001b[31mred\u001b[0m\n"))).toContain("red");
});

const fileOf = (name: string, ...parts: BlobPart[]) => new File(parts, name);

test.each([
  ["empty", fileOf("a.txt")],
  ["empty", fileOf("a.txt", " \n\t")],
  ["binary", fileOf("a.docx", Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 8, 0))],
  ["encoding", fileOf("a.txt", Uint8Array.of(0x47, 0x72, 0xfc, 0xdf))],
  ["large", fileOf("a.txt", "x".repeat(mostCharacters + 1))],
  ["large", fileOf("a.txt", "你".repeat(1_400_000))],
])("a file is refused: %s", async (kind, given) => {
  await expect(readFile(given)).rejects.toMatchObject({ kind });
});

test("a folder that was dropped can't be read, whatever size it says", async () => {
  const folder = fileOf("folder");
  const refuse = () => Promise.reject(new DOMException("a folder", "NotFoundError"));
  Object.assign(folder, { arrayBuffer: refuse });
  await expect(readFile(folder)).rejects.toMatchObject({ kind: "unreadable" });
});

test("a name is one line, and turns no direction", async () => {
  const { name } = await readFile(fileOf("a\nb\u202etxt.exe", "x"));
  expect(name).toBe("a b txt.exe");
  expect(() => fromPaste("p", "x".repeat(mostCharacters + 1))).toThrow(AttachProblem);
});

test("tokens are counted once, for the model that is loaded; what fits no context is estimated", async () => {
  const asked: string[] = [];
  const engine = (each: number) =>
    ({
      info: { contextLength: 100 },
      tokenizer: {
        encode: async (text: string) => (asked.push(text), Array.from({ length: text.length / each }, () => 1)),
      },
    }) as unknown as ChatEngine;
  let told = 0;
  const counts = new TokenCounts(() => told++);
  const [small, huge] = [file("s", "x".repeat(40)), file("h", "x".repeat(4000))];
  expect(counts.of(small, undefined)).toEqual({ tokens: 10, exact: false });
  const [one, other] = [engine(2), engine(1)];
  expect(counts.of(small, one)).toEqual({ tokens: 10, exact: false });
  await expect.poll(() => told).toBe(1);
  expect(counts.of(small, one)).toEqual({ tokens: 20, exact: true });
  expect(counts.of(huge, one)).toEqual({ tokens: 1000, exact: false });
  expect(counts.of(small, other).exact).toBe(false);
  await expect.poll(() => told).toBe(2);
  expect(counts.of(small, other).tokens).toBe(40);
  expect(asked).toEqual([small.text, small.text]);
});

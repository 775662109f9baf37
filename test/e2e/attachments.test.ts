// Files that go along with a message, in the real page under its policy: chosen, dropped, pasted; shown, removed, refused with
// a sentence, and given to the model as the documentation says.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { stageEngine } from "../../tools/screenshots/staged-engine.ts";
import { browserKinds } from "../support/harness.ts";
import { pdfFile } from "../support/pdf-file.ts";
import { listenForTrouble, press, reportViolations, startSite, untilState, write } from "./chat-site.ts";

let server: FileServer;
let page: BrowserPage;
let trouble: string[];

beforeAll(async () => {
  server = await startSite();
  page = await launch("chromium");
  trouble = listenForTrouble(page);
  await reportViolations(page);
});
beforeEach(async () => {
  trouble.length = 0;
  await page.goto(`${server.origin}/`);
  await page.evaluate(stageEngine, { label: "m", dialog: "llama-2" as const, autoload: true });
});
afterEach(() => expect(trouble).toEqual([]));
afterAll(async () => {
  await page?.close();
  await server?.close();
});

interface GivenFile {
  name: string;
  text?: string;
  bytes?: number[];
}

/** Files reach the page by the button's field, or are dropped on a part of it. */
const give = (files: GivenFile[], droppedOn?: string) =>
  page.evaluate(
    ([given, target]: [GivenFile[], string | undefined]) => {
      const transfer = new DataTransfer();
      for (const { name, text, bytes } of given)
        transfer.items.add(new File([text ?? new Uint8Array(bytes ?? [])], name));
      if (target) {
        const where = document.querySelector(target)!;
        const init = { dataTransfer: transfer, bubbles: true, composed: true, cancelable: true };
        const over = new DragEvent("dragover", init);
        where.dispatchEvent(over);
        if (!over.defaultPrevented) throw new Error("it is not taken here");
        where.dispatchEvent(new DragEvent("drop", init));
        return;
      }
      const input = document
        .querySelector("pronk-chat")!
        .shadowRoot!.querySelector<HTMLInputElement>("input[type=file]")!;
      input.files = transfer.files;
      input.dispatchEvent(new Event("change"));
    },
    [files, droppedOn] as [GivenFile[], string | undefined],
  );
const paste = (text: string) =>
  page.evaluate((words: string) => {
    const field = document.querySelector("pronk-chat")!.shadowRoot!.querySelector("#draft")!;
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", words);
    const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    field.dispatchEvent(event);
    return event.defaultPrevented;
  }, text);
const words = (selector: string) =>
  page.evaluate<string[]>(
    (wanted: string) =>
      [...document.querySelector("pronk-chat")!.shadowRoot!.querySelectorAll<HTMLElement>(wanted)].map((one) =>
        one.innerText.replace(/\s+/g, " ").trim(),
      ),
    selector,
  );
const chips = () => words(".composer .attachment:not(.reading) summary");
const untilChips = (wanted: string[]) => expect.poll(chips).toEqual(wanted);
const problems = () => words(".attach-note.problem p");
const sends = () =>
  page.evaluate<boolean>(
    () =>
      !document.querySelector("pronk-chat")!.shadowRoot!.querySelector<HTMLButtonElement>("[data-action=send]")!
        .disabled,
  );
const asked = () =>
  page.evaluate<{ role: string; content: string }[]>(() => {
    const { stagedEngine } = globalThis as unknown as {
      stagedEngine: { requests: { messages: { role: string; content: string }[] }[] };
    };
    return stagedEngine.requests.at(-1)?.messages ?? [];
  });
const parts = () =>
  page.evaluate<string[]>(() =>
    performance
      .getEntriesByType("resource")
      .flatMap(({ name }) => /(attachment-desk|pdf-text|pdf-worker)-[^/]*\.js$/.exec(name)?.[1] ?? []),
  );

test("a file is a chip with its size and tokens, opens to its text, and goes to the model before the words", async () => {
  await untilState(page, "ready");
  expect(await parts()).toEqual([]);
  const text = "# Notes\n```js\nlet a;\n```\n";
  await give([{ name: "notes.md", text }]);
  await untilChips([`notes.md ${text.length} bytes · 5 tokens`]);
  expect(await parts()).toEqual(["attachment-desk"]); // and nothing for PDF
  await write(page, "What is in it?");
  await press(page, "[data-action=send]");
  await expect
    .poll(asked)
    .toEqual([{ role: "user", content: `notes.md\n\`\`\`\`\n${text}\`\`\`\`\n\nWhat is in it?` }]);
  await untilChips([]);
  expect(await words(".question .attachment summary")).toEqual([`notes.md ${text.length} bytes · 5 tokens`]);
  await press(page, ".question .attachment summary");
  await expect.poll(() => words(".question .attachment-text")).toEqual(["# Notes ```js let a; ```"]);
});

test("several at once, by a drop anywhere on the page; the same one twice is said", async () => {
  const files = [
    { name: "a.csv", text: "x;y\n1;2" },
    { name: "b.json", text: "{}" },
  ];
  await give(files, "header.bar");
  await untilChips(["a.csv 7 bytes · 2 tokens", "b.json 2 bytes · 1 token"]);
  await give([files[0]]);
  await expect.poll(problems).toEqual(["a.csv is attached already."]);
  expect(await chips()).toHaveLength(2);
  await press(page, "[data-action=dismiss-problem]");
  await expect.poll(problems).toEqual([]);
});

test("a message may be files alone, and an edit has them again", async () => {
  await give([{ name: "a.txt", text: "alone" }]);
  await untilChips(["a.txt 5 bytes · 1 token"]);
  expect(await sends()).toBe(true);
  await press(page, "[data-action=send]");
  await expect.poll(asked).toEqual([{ role: "user", content: "a.txt\n```\nalone\n```" }]);
  await untilState(page, "ready");
  await press(page, "[data-action=edit]");
  await untilChips(["a.txt 5 bytes · 1 token"]);
  await write(page, "With words.");
  await press(page, "[data-action=send]");
  await expect.poll(asked).toEqual([{ role: "user", content: "a.txt\n```\nalone\n```\n\nWith words." }]);
  expect(await words(".question .branches, .question [class*=branch]")).not.toEqual([]); // the first one is kept beside it
});

test("a long paste is an attachment before it is sent, a short one is text", async () => {
  expect(await paste("short")).toBe(false);
  const long = "word ".repeat(800);
  expect(await paste(long)).toBe(true);
  await untilChips(["Pasted text 1 4 kB · 800 tokens"]);
  expect(await paste(`${long}!`)).toBe(true);
  await untilChips(["Pasted text 1 4 kB · 800 tokens", "Pasted text 2 4 kB · 801 tokens"]);
});

test("what can't be attached is refused in one sentence each", async () => {
  const locked = [...pdfFile([["Secret"]], { encrypted: true })];
  const files: GivenFile[] = [
    { name: "empty.txt", text: "" },
    { name: "blank.txt", text: " \n" },
    { name: "photo.png", bytes: [0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 1, 2] },
    { name: "latin.txt", bytes: [0x47, 0x72, 0xfc, 0xdf, 0x65] },
    { name: "huge.log", text: "x".repeat(1_000_001) },
    { name: "locked.pdf", bytes: locked },
    { name: "scan.pdf", bytes: [...pdfFile([[], []])] },
    { name: "broken.pdf", text: "%PDF-1.7 and no more" },
  ];
  await give(files);
  await expect.poll(() => words(".attachment.reading"), { timeout: 60_000 }).toEqual([]);
  await expect
    .poll(problems, { timeout: 60_000 })
    .toEqual([
      "empty.txt is empty.",
      "blank.txt is empty.",
      "photo.png is no text. Text, Markdown, code, CSV, JSON and PDF can be attached.",
      "latin.txt is not in UTF-8. Save it as UTF-8 and attach it again.",
      "huge.log is too large: up to 1 MB of text can be attached. Attach a part of it.",
      "locked.pdf is protected by a password. Save it without one and attach it again.",
      "scan.pdf has pictures of pages and no text. Attach one whose text was recognised (OCR).",
      "broken.pdf can't be read as a PDF. It may be damaged.",
    ]);
  expect(await chips()).toEqual([]);
});

test("a PDF is its text, page after page, and the policy refuses nothing of it", async () => {
  await give([{ name: "paper.pdf", bytes: [...pdfFile([["First (page)", "second line"], ["Page two"]])] }]);
  await expect.poll(() => words(".composer .attachment-name"), { timeout: 60_000 }).toEqual(["paper.pdf"]);
  expect((await parts()).sort()).toEqual(["attachment-desk", "pdf-text", "pdf-worker"]);
  await press(page, "[data-action=send]");
  await expect
    .poll(asked)
    .toEqual([{ role: "user", content: "paper.pdf\n```\nFirst (page)\nsecond line\n\nPage two\n```" }]);
});

test("a message waits for the file that is still being read for it", async () => {
  await untilState(page, "ready");
  await page.evaluate(() => {
    const { arrayBuffer } = Blob.prototype;
    Blob.prototype.arrayBuffer = async function () {
      await new Promise<void>((resolve) => Object.assign(globalThis, { readOn: resolve }));
      return arrayBuffer.call(this);
    };
  });
  await write(page, "What is in it?");
  await give([{ name: "slow.txt", text: "slow" }]);
  await expect.poll(() => words(".attachment.reading")).toHaveLength(1);
  expect(await sends()).toBe(false);
  await page.playwright!.focus("pronk-chat #draft");
  await page.playwright!.keyboard.press("Enter");
  await page.evaluate(() => (globalThis as unknown as { readOn(): void }).readOn());
  await untilChips(["slow.txt 4 bytes · 1 token"]);
  expect(await asked()).toEqual([]);
  await page.playwright!.keyboard.press("Enter");
  await expect.poll(asked).toEqual([{ role: "user", content: "slow.txt\n```\nslow\n```\n\nWhat is in it?" }]);
});

test("where no worker may be started, a PDF is read on the page", async () => {
  await page.evaluate(() => {
    const refuse = () => {
      throw new DOMException("another origin", "SecurityError");
    };
    Object.defineProperty(globalThis, "Worker", { value: refuse, writable: true });
  });
  await give([{ name: "paper.pdf", bytes: [...pdfFile([["On the page"]])] }]);
  await expect.poll(() => words(".composer .attachment-name"), { timeout: 60_000 }).toEqual(["paper.pdf"]);
  await press(page, "[data-action=send]");
  await expect.poll(asked).toEqual([{ role: "user", content: "paper.pdf\n```\nOn the page\n```" }]);
});

test("what does not fit the context is said before it is sent, and removing it by the keyboard helps", async () => {
  await give([{ name: "long.txt", text: "word ".repeat(4200) }]);
  await expect
    .poll(problems)
    .toEqual([
      "This message has 4,232 tokens, and the model's context takes 4,096 tokens. Remove an attachment, or attach less of it.",
    ]);
  await write(page, "Sum it up.");
  expect(await sends()).toBe(false);
  await press(page, "[data-action=longer-context]");
  await expect.poll(() => words("dialog[open] h2")).toEqual(["This conversation"]);
  await press(page, "[data-action=close-panel]");
  await page.evaluate(() =>
    document.querySelector("pronk-chat")!.shadowRoot!.querySelector<HTMLElement>(".attachment summary")!.focus(),
  );
  await page.playwright!.keyboard.press("Delete");
  await untilChips([]);
  expect(await sends()).toBe(true);
  const focus = () => page.evaluate(() => document.querySelector("pronk-chat")!.shadowRoot!.activeElement?.id);
  await expect.poll(focus).toBe("draft");
  await press(page, "[data-action=undo-last]");
  await expect.poll(async () => (await chips()).length).toBe(1);
  expect(await sends()).toBe(false);
});

test("what hardly leaves room is said, and can be sent", async () => {
  await give([{ name: "long.txt", text: "word ".repeat(4000) }]);
  await expect
    .poll(() => words("[data-note=crowds-out]"))
    .toEqual(["With this, the beginning of the conversation may no longer fit the model's context."]);
  expect(await sends()).toBe(true);
});

test.runIf(browserKinds.includes("firefox"))("Firefox attaches a file that is dropped, and reads a PDF", async () => {
  const chromium = page;
  page = await launch("firefox", { adapter: "none" });
  const complaints = listenForTrouble(page);
  try {
    await page.goto(`${server.origin}/`);
    await page.evaluate(stageEngine, { label: "m", dialog: "llama-2" as const, autoload: true });
    await give([{ name: "a.csv", text: "x;y\n1;2" }], "header.bar");
    await untilChips(["a.csv 7 bytes · 2 tokens"]);
    await give([{ name: "paper.pdf", bytes: [...pdfFile([["In Firefox"]])] }]);
    await expect.poll(() => words(".composer .attachment-name"), { timeout: 60_000 }).toEqual(["a.csv", "paper.pdf"]);
    await press(page, "[data-action=send]");
    const content = "a.csv\n```\nx;y\n1;2\n```\n\npaper.pdf\n```\nIn Firefox\n```";
    await expect.poll(asked).toEqual([{ role: "user", content }]);
    expect(complaints).toEqual([]);
  } finally {
    await page.close();
    page = chromium;
  }
});

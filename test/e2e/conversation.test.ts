// What a person must not lose, in both browsers: the open conversation and the draft over a reload, over Back from
// another page and over a half-written answer; and each press that takes something away can be taken back.

import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright";
import type { PronkChat } from "../../src/element/index.ts";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { browserKinds } from "../support/harness.ts";
import { ask, draftOf, listenForTrouble, press, send, startSite, turnsOf, untilState, write } from "./chat-site.ts";

const { parent, folder } = writeByteModel();
afterAll(() => rmSync(parent, { recursive: true }));

describe.each(browserKinds)("the chat page in %s", (kind) => {
  let server: FileServer;
  let page: BrowserPage;
  let trouble: string[];

  beforeAll(async () => {
    server = await startSite({ tiny: folder });
    page = await launch(kind);
    trouble = listenForTrouble(page);
    await page.goto(`${server.origin}/`);
  });
  afterAll(async () => {
    await page?.close();
    await server?.close();
  });

  const texts = async () => (await turnsOf(page)).map(({ text }) => text);
  const untilTexts = (wanted: string[]) => expect.poll(texts, { timeout: 20_000 }).toEqual(wanted);
  const untilDraft = (wanted: string) => expect.poll(() => draftOf(page), { timeout: 20_000 }).toBe(wanted);
  const undo = () => press(page, "[data-action=undo-last]");
  const leave = async (way: "reload" | "back") => {
    await page.evaluate((how: string) => {
      document.documentElement.dataset.old = "";
      setTimeout(() => (how === "reload" ? location.reload() : history.back()), 0);
    }, way);
    const gone = () => page.evaluate<boolean>(() => !("old" in document.documentElement.dataset)).catch(() => false);
    await expect.poll(gone, { timeout: 20_000 }).toBe(true);
  };
  const hash = () => page.evaluate<string>(() => location.hash);
  const ofTiny = /^#model=tiny&chat=[\w-]+$/;
  const pickerIsOpen = () => page.evaluate<boolean>(() => document.querySelector<HTMLDialogElement>(".picker")!.open);

  const titles = () =>
    page.evaluate<string[]>(() =>
      [...document.querySelectorAll(".conversation-title")].map((one) => one.textContent.trim()),
    );
  const openList = async () => {
    const shown = await page.evaluate<boolean>(() => document.querySelector(".conversations") !== null);
    if (!shown) await press(page, "#open-list");
    await expect.poll(() => page.evaluate(() => document.querySelector(".conversations") !== null)).toBe(true);
  };
  const untilTitles = (wanted: string[]) => expect.poll(titles).toEqual(wanted);
  const search = (words: string) =>
    page.evaluate((text: string) => {
      const field = document.querySelector<HTMLInputElement>("#search-conversations")!;
      field.value = text;
      field.dispatchEvent(new Event("input"));
    }, words);

  let said: string[];

  test("a reload keeps the conversation, the draft and the model", async () => {
    await ask(page, "one");
    said = await texts();
    await write(page, "half-writ");
    await leave("reload");
    await untilTexts(said);
    await untilDraft("half-writ");
    await untilState(page, "ready");
    expect(await hash()).toMatch(ofTiny);
  });

  test("Back from another page brings all of it back", async () => {
    await page.goto(`${server.origin}/embed.html`);
    await leave("back");
    await untilTexts(said);
    await untilDraft("half-writ");
  });

  test("an edit keeps the draft that it covers, over a reload too", async () => {
    await press(page, "[data-action=edit]");
    await untilDraft("one");
    await write(page, "one, edited");
    await leave("reload");
    await untilDraft("one, edited");
    await press(page, ".editing .link"); // "Cancel the edit"
    await untilDraft("half-writ");
    await undo();
    await untilDraft("one, edited");
    await press(page, ".editing .link");
    await press(page, "[data-action=dismiss-undo]");
    await write(page, "");
  });

  test("attachments of the draft and of the conversation are there after a reload, with their text", async () => {
    const attach = (name: string, text: string) =>
      page.evaluate(
        ([called, words]: [string, string]) =>
          document.querySelector("pronk-chat")!.attach([new File([words], called)]),
        [name, text] as [string, string],
      );
    const attached = () =>
      page.evaluate<[string[], string[]]>(() => {
        const { conversation } = document.querySelector<PronkChat>("pronk-chat")!;
        const textsOf = (one: { attachments?: readonly { text: string }[] } = {}) =>
          (one.attachments ?? []).map(({ text }) => text);
        const question = conversation.turns.findLast(({ role }) => role === "user");
        return [textsOf(question as object), textsOf(conversation.draft)];
      });
    await untilState(page, "ready");
    await attach("said.txt", "said");
    expect((await ask(page, "with a file")).status).toBe("done");
    await attach("next.csv", "a;b");
    await expect.poll(attached).toEqual([["said"], ["a;b"]]);
    await leave("reload");
    await expect.poll(attached, { timeout: 20_000 }).toEqual([["said"], ["a;b"]]);
    await press(page, "[data-action=remove-attachment]");
    await press(
      page,
      ".question:last-of-type [data-action=delete-turn], .question:nth-last-of-type(2) [data-action=delete-turn]",
    );
    await press(page, "[data-action=dismiss-undo]");
    await expect.poll(attached).toEqual([[], []]);
  });

  test("a half-written answer survives as one that was stopped, and is answered again", async () => {
    let half: Awaited<ReturnType<typeof turnsOf>>[number] | undefined;
    // On a busy machine the answer may have ended before the page does.
    for (let tries = 0; tries < 3 && half?.status !== "stopped"; tries++) {
      await untilState(page, "ready");
      const { length } = await turnsOf(page);
      await send(page, "a long one");
      const isBegun = async () => {
        const turns = await turnsOf(page);
        return turns.length > length && turns.at(-1)!.status !== "waiting";
      };
      await expect.poll(isBegun, { timeout: 20_000, interval: 5 }).toBe(true);
      await leave("reload");
      await expect.poll(async () => (await turnsOf(page)).length, { timeout: 20_000 }).toBe(length + 2);
      half = (await turnsOf(page)).at(-1);
    }
    expect(half).toMatchObject({ role: "assistant", status: "stopped" });
    expect(half!.text).not.toBe("");
    await untilState(page, "ready");
    await press(page, ".answer:last-of-type [data-action=regenerate]");
    await untilState(page, "answering");
    await expect.poll(async () => (await turnsOf(page)).at(-1)?.text, { interval: 5 }).not.toBe("");
    await page.evaluate(() => document.querySelector("pronk-chat")!.stop()); // it may have ended by itself
    await untilState(page, "ready");
    await press(page, ".answer:last-of-type [data-action=earlier-branch]"); // it stands beside the new one
    await expect.poll(async () => (await turnsOf(page)).at(-1)).toMatchObject({ status: "stopped", text: half!.text });
    said = await texts();
  });

  test("a new chat can be taken back; the one before keeps its system prompt, also while it is away", async () => {
    const system = () => page.evaluate<string>(() => document.querySelector("pronk-chat")!.system);
    await page.evaluate(() => void (document.querySelector("pronk-chat")!.system = "Be brief."));
    const id = await page.evaluate<string>(() => document.querySelector("pronk-chat")!.conversation.id!);
    await press(page, "[data-action=new-chat]");
    await untilTexts([]);
    expect(await system()).toBe("");
    const away = () =>
      page.evaluate(async (of: string) => (await document.querySelector("pronk-chat")!.find(of))?.system, id);
    await expect.poll(away).toBe("Be brief.");
    await undo();
    await untilTexts(said);
    expect(await system()).toBe("Be brief.");
    await page.evaluate(() => void (document.querySelector("pronk-chat")!.system = ""));
    const focused = () => page.evaluate(() => document.querySelector("pronk-chat")!.shadowRoot!.activeElement?.id);
    await expect.poll(focused).toBe("draft"); // the button that had the focus is gone
  });

  test("what can be taken back can be so after a reload too, once", async () => {
    await press(page, "[data-action=new-chat]");
    await untilTexts([]);
    await leave("reload");
    await undo();
    await untilTexts(said);
    await untilState(page, "ready");
    await leave("reload");
    await untilState(page, "ready");
    const offers = () =>
      page.evaluate(() => document.querySelector("pronk-chat")!.shadowRoot!.querySelectorAll(".undo button").length);
    expect(await offers()).toBe(0);
    expect(await texts()).toEqual(said);
  });

  test("Back with the picker open closes the picker", async () => {
    await press(page, "#open-picker");
    expect(await pickerIsOpen()).toBe(true);
    await page.evaluate(() => history.back());
    await expect.poll(pickerIsOpen).toBe(false);
    expect(await texts()).toEqual(said);
  });

  test("another model can be taken back, with its conversation", async () => {
    await press(page, "#open-picker");
    await press(page, "[data-model^=tinyllama]");
    await untilTexts([]);
    await expect.poll(hash).toBe("#model=tinyllama-1.1b-chat");
    await undo();
    await untilTexts(said);
    await expect.poll(hash).toMatch(ofTiny);
    await press(page, "#open-picker");
    await press(page, "[data-model^=tinyllama]");
    await untilTexts([]);
    await press(page, "#open-picker"); // the offer is the picker's now
    await leave("reload");
    await expect.poll(pickerIsOpen).toBe(true);
    await press(page, "[data-action=close-picker]");
    await undo();
    await untilTexts(said);
    await expect.poll(hash).toMatch(ofTiny);
    await page.evaluate(() => void (location.hash = "#model=tinyllama-1.1b-chat"));
    await untilTexts([]);
    await page.evaluate(() => history.back());
    await untilState(page, "ready");
    expect(await hash()).toMatch(ofTiny);
    await ask(page, "three");
  });

  test("a list of conversations opens each at its own address, and Back leads to the one before", async () => {
    const before = await hash();
    said = await texts();
    await press(page, "[data-action=new-chat]");
    await expect.poll(hash).toBe("#model=tiny");
    await ask(page, "about springboks");
    await expect.poll(hash).toMatch(ofTiny);
    const springboks = await texts();
    await write(page, "of the springboks");
    await page.evaluate(() => history.back());
    await untilTexts(said);
    await expect.poll(hash).toBe(before);
    await untilDraft("");
    await openList();
    await search("leap springboks nowhere");
    await untilTitles([]);
    await search("SPRINGBOKS");
    await untilTitles(["about springboks"]);
    await press(page, "[data-action=open-conversation]");
    await untilTexts(springboks);
    await untilDraft("of the springboks");
    await expect.poll(hash).not.toBe(before);
    await leave("reload");
    await untilTexts(springboks);
    await write(page, "");
    await untilState(page, "ready");
  });

  test("a conversation is renamed, pinned, deleted and had back; all of them leave as a file and come back from it", async () => {
    await openList();
    await search("");
    await expect.poll(async () => (await titles())[0]).toBe("about springboks");
    const count = (await titles()).length;
    await press(page, "[data-action=rename]");
    await page.evaluate(() => {
      const field = document.querySelector<HTMLInputElement>(".conversation-title-field")!;
      field.value = "Leaps";
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    });
    await expect.poll(async () => (await titles())[0]).toBe("Leaps");
    await press(page, ".conversation-item:last-child [data-action=pin]");
    await expect.poll(async () => (await titles())[0]).not.toBe("Leaps");
    await press(page, ".conversation-item.current [data-action=delete-conversation]");
    await expect.poll(async () => (await titles()).includes("Leaps")).toBe(false);
    await untilTexts([]);
    await press(page, ".conversations [data-action=undo-last]");
    await expect.poll(async () => (await titles()).includes("Leaps")).toBe(true);
    await expect.poll(async () => (await texts())[0]).toBe("about springboks");
    const saved = await page.evaluate<string>(async () => {
      const made = new Promise<Blob>((resolve) => {
        const own = URL.createObjectURL;
        URL.createObjectURL = (blob: Blob) => (resolve(blob), (URL.createObjectURL = own), own(blob));
      });
      document.querySelector<HTMLElement>("[data-action=export-all]")!.click();
      return (await made).text();
    });
    expect(JSON.parse(saved)).toMatchObject({
      conversations: expect.arrayContaining([expect.objectContaining({ title: "Leaps" })]),
    });
    const importAll = (file: string) =>
      page.evaluate((text: string) => {
        const field = document.querySelector<HTMLInputElement>("[data-action=import]")!;
        const files = new DataTransfer();
        files.items.add(new File([text], "all.json"));
        field.files = files.files;
        field.dispatchEvent(new Event("change"));
      }, file);
    const eraseAll = async () => {
      await press(page, "[data-action=erase-all]");
      await press(page, "[data-action=erase-sure]");
      await untilTitles([]);
    };
    await eraseAll();
    const many = Array.from({ length: 150 }, (_, i) => ({ title: `${i}`, messages: [{ role: "user", content: "?" }] }));
    await importAll(JSON.stringify({ conversations: many }));
    await expect.poll(async () => (await titles()).length).toBe(100);
    await page.evaluate(() => document.querySelector(".conversation-item:last-child")!.scrollIntoView());
    await expect.poll(async () => (await titles()).length).toBe(150);
    await eraseAll();
    await importAll(saved);
    await expect.poll(async () => (await titles()).length).toBe(count);
    await expect.poll(async () => (await titles()).includes("Leaps")).toBe(true);
    await press(page, "[data-action=open-conversation]");
    await expect.poll(async () => (await texts()).length).toBeGreaterThan(0);
    await press(page, "#open-list[aria-expanded=true]");
  });

  test.runIf(kind === "chromium")(
    "a conversation of 400 turns opens in at most 1.5 times the time of one of 20",
    async () => {
      const [short, long] = await page.evaluate<number[]>(async () => {
        const chat = document.querySelector<PronkChat>("pronk-chat")!;
        const before = chat.conversation;
        const frame = () => new Promise((done) => requestAnimationFrame(done));
        const times = new Map<number, number[]>([
          [20, []],
          [400, []],
        ]);
        for (let round = 0; round < 7; round++)
          for (const [count, measured] of times) {
            const turns = Array.from({ length: count }, (_, at) => {
              const place = {
                id: `${round}-${count}-${at}`,
                text: `**${at}** and \`code\`, said at some length.\n\n- one\n- two`,
              };
              const answered = {
                status: "done",
                droppedMessages: 0,
                contextFull: false,
                lengthReached: false,
              } as const;
              return at % 2 === 0
                ? { ...place, role: "user" as const }
                : { ...place, ...answered, role: "assistant" as const };
            });
            await frame();
            const began = performance.now();
            await chat.open({ ...before, id: undefined, turns, branches: undefined });
            await chat.updateComplete;
            chat.getBoundingClientRect();
            measured.push(performance.now() - began);
          }
        await chat.open(before);
        return [...times.values()].map((all) => Math.min(...all)); // what else the machine does only adds
      });
      expect(long, `${short} ms for 20 turns`).toBeLessThan(1.5 * short + 5);
      expect(
        await page.evaluate(() => document.querySelector("pronk-chat")!.shadowRoot!.querySelectorAll("article").length),
      ).toBeGreaterThan(0);
    },
  );

  test("a deleted model can be taken back; else it is deleted, at the next visit at the latest", async () => {
    const stored = () =>
      page.evaluate<number>(() => document.querySelectorAll("model-picker [data-action=delete-model]").length);
    await press(page, "#open-picker");
    await expect.poll(stored).toBe(1);
    await press(page, "[data-action=delete-model]");
    await expect.poll(stored).toBe(0);
    await undo();
    await expect.poll(stored).toBe(1);
    await press(page, "[data-action=delete-model]");
    await expect.poll(stored).toBe(0);
    await leave("reload"); // with the picker open
    await expect.poll(stored).toBe(0);
    await undo();
    await expect.poll(stored).toBe(1);
    await press(page, "[data-action=delete-model]");
    await page.evaluate(() => sessionStorage.removeItem("pronk.deletion")); // as if the tab were gone
    const before = server.requests.length;
    await leave("reload");
    await untilState(page, "ready");
    expect(server.requests.slice(before).some(({ path }) => path.endsWith(".safetensors"))).toBe(true);
    await press(page, "#open-picker");
    await press(page, "[data-action=delete-model]");
    await press(page, "[data-action=dismiss-undo]");
    await expect.poll(() => page.evaluate(() => localStorage.getItem("pronk.deletions"))).toBe("[]");
    await expect.poll(stored).toBe(0);
    await press(page, "[data-action=close-picker]");
  });

  test.runIf(kind === "chromium")("two tabs keep two conversations, also when one is a copy of the other", async () => {
    await untilState(page, "ready");
    const [first, context] = [page.playwright!, page.playwright!.context()];
    said = await texts();
    expect(said.length).toBeGreaterThan(0);
    const seen = (tab: Page) =>
      expect.poll(
        () =>
          tab.evaluate(() =>
            [...(document.querySelector<PronkChat>("pronk-chat")?.turns ?? [])].map(({ text }) => text),
          ),
        { timeout: 20_000 },
      );
    const other = await context.newPage();
    await other.goto(`${server.origin}/`);
    await other.fill("pronk-chat #draft", "of the other tab");
    await seen(other).toEqual([]);
    const copied = context.waitForEvent("page");
    await first.evaluate(() => void window.open(location.href)); // takes sessionStorage along, as "Duplicate" does
    const copy = await copied;
    await seen(copy).toEqual(said);
    await copy.click("pronk-chat [data-action=new-chat]");
    await seen(copy).toEqual([]);
    await copy.reload();
    await seen(copy).toEqual([]);
    await first.reload();
    await seen(first).toEqual(said);
    await other.reload();
    await expect.poll(() => other.inputValue("pronk-chat #draft"), { timeout: 20_000 }).toBe("of the other tab");
    await copy.close();
    await other.close();
  });

  test.runIf(kind === "chromium")("what one tab erases is gone from another that shows it", async () => {
    const first = page.playwright!;
    const other = await first.context().newPage();
    await other.goto(`${server.origin}/${await hash()}`);
    const shown = () =>
      other.evaluate(() => document.querySelector<PronkChat>("pronk-chat")?.turns.map(({ text }) => text));
    await expect.poll(shown, { timeout: 20_000 }).toEqual(await texts());
    await other.fill("pronk-chat #draft", "still being written");
    await openList();
    await press(page, "[data-action=erase-all]");
    await press(page, "[data-action=erase-sure]");
    await expect.poll(shown).toEqual([]);
    await untilTexts([]);
    expect(await other.inputValue("pronk-chat #draft")).toBe("still being written");
    await untilTitles(["still being written"]);
    await other.close();
    await press(page, "#open-list[aria-expanded=true]");
  });

  test.runIf(kind === "chromium")(
    "the list of conversations comes late where it does not arrive at first",
    async () => {
      const fresh = await launch(kind);
      let asked = 0;
      await fresh.playwright!.route(/conversation-list-/, (route) =>
        asked++ === 0 ? route.abort() : route.continue(),
      );
      await fresh.goto(`${server.origin}/`);
      expect(await fresh.playwright!.isVisible("#open-list")).toBe(false); // there is nothing to list yet
      await fresh.playwright!.waitForSelector("#open-list:visible", { timeout: 20_000 });
      expect(asked).toBe(2);
      await fresh.close();
    },
  );

  test("nothing was refused and nothing complained", () => {
    // Firefox's word on a worker's script, or what that imports, whose page was left while it was being fetched.
    expect(trouble.filter((line) => !/\/assets\/.*A ServiceWorker intercepted the request/.test(line))).toEqual([]);
  });
});

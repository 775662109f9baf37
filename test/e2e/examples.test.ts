// Five of examples/, with the shipped model; test/long/examples.test.ts runs or builds all of them.

import { afterAll, beforeAll, expect, test } from "vitest";
import { startFileServer } from "../../cli/server/file-server.ts";
import { outputFolder } from "../../cli/built.ts";
import { type ExamplePages, openExamples, tagPage } from "../support/example-pages.ts";
import { untilState } from "./chat-site.ts";

let pages: ExamplePages;
beforeAll(async () => void (pages = await openExamples(["structured", "tools", "ai-sdk", "many-documents"])));
afterAll(() => pages[Symbol.asyncDispose]());

test("structured", async () => {
  expect(await pages.shown("structured")).toMatch(/^(springbok|llama|other), ([0-9]|[1-3][0-9]|40) years$/);
});

test("tools", async () => {
  const [call] = (await pages.shown("tools")).split("\n");
  const [, given, result] = /^add\((.*)\) = (\d+)$/.exec(call)!;
  const { a, b } = JSON.parse(given);
  expect(Number(result)).toBe(a + b);
});

test("ai-sdk", async () => {
  expect(await pages.shown("ai-sdk")).toMatch(/^> What is WebGPU\?\n\S.+\n> Is it fast\?\n\S.+\n$/s);
});

test("many-documents", async () => {
  const lines = (await pages.shown("many-documents")).trim().split("\n");
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(line).toMatch(/ -> "(good|bad|neither)" \(\d+ tokens read\)$/);
});

test("tag", async () => {
  await using scripts = await startFileServer({ mounts: [{ prefix: "/", path: outputFolder.library }], policy: "" });
  const html = tagPage(scripts.origin, `${pages.server.origin}/model/`);
  await using site = await startFileServer({
    mounts: [],
    policy: "",
    answer: (_, response) => {
      response.setHeader("content-type", "text/html").end(html);
      return true;
    },
  });
  await pages.page.goto(`${site.origin}/`);
  expect(await untilState(pages.page, "ready")).toBe("ready");
});

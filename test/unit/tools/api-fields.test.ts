// docs/api-fields.md says what is done today, and has every field of OpenAI's two calls: the types of OpenAI's own package say
// which there are (npm run types fails if one is missing).

import { readFileSync } from "node:fs";
import type { ChatCompletionCreateParams } from "openai/resources/chat/completions";
import type { CompletionCreateParams } from "openai/resources/completions";
import { expect, test } from "vitest";
import { type chatFields, checkFields, type completionFields } from "../../../src/api/known-fields.ts";
import { apiFieldsPage, type ownFields } from "../../../tools/api-fields.ts";

type OpenAiChat = keyof ChatCompletionCreateParams;
type OpenAiText = keyof CompletionCreateParams;
type Chat = keyof typeof chatFields;
type Text = keyof typeof completionFields;
type Own = (typeof ownFields)[number];

/** Does not compile unless no name is missing. */
const nothing = <_Missing extends never>() => true;

test("every field of OpenAI's stands in the tables, and every other is told to be pronk's", () => {
  expect(nothing<Exclude<OpenAiChat, Chat>>()).toBe(true);
  expect(nothing<Exclude<OpenAiText, Text>>()).toBe(true);
  expect(nothing<Exclude<Chat, OpenAiChat | Own>>()).toBe(true);
  expect(nothing<Exclude<Text, OpenAiText | OpenAiChat | Own>>()).toBe(true);
  expect(nothing<Own & (OpenAiChat | OpenAiText)>()).toBe(true);
});

test("the page is that of today's tables: npm run fields", () => {
  const page = readFileSync(new URL("../../../docs/api-fields.md", import.meta.url), "utf8");
  expect(page).toBe(apiFieldsPage());
  expect(page).toContain("| `web_search_options`");
});

test("what is refused is refused by name, and null is nothing", () => {
  expect(() => checkFields({ audio: null }, { audio: "refused" }, "it")).not.toThrow();
  expect(() => checkFields({ audio: {} }, { audio: "refused" }, "it")).toThrow(
    /"audio" must be left out: it is not done/,
  );
});

// Compiled by `npm run types`, never run: what Svelte's templates take for <pronk-chat>, and what they refuse. Svelte's tools
// check an element's attributes by this type.

import type { SvelteHTMLElements } from "svelte/elements";
import "../../../../src/element/svelte.ts";

type InTemplates = SvelteHTMLElements["pronk-chat"];
export const chat = {
  model: "owner/name",
  autoload: true,
  keepAll: true,
  settings: { temperature: 0 },
  class: "wide",
  "onpronk-error": (event) => event.detail.error.message,
  "on:pronk-state": ({ detail: { state } }) => state === "ready",
} satisfies InTemplates;
// @ts-expect-error -- a number is not a model
export const noModel: InTemplates = { model: 3 };
// @ts-expect-error -- the event has no such detail
export const noDetail: InTemplates = { "onpronk-error": (event) => event.detail.message };

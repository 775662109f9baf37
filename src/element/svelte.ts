// <pronk-chat> in Svelte's templates: `import "pronk/svelte"` is `import "pronk/element"` with these types. Svelte sets what the
// element has as a property, and listens by `onpronk-state`, or before version 5 by `on:pronk-state`.

import type { HTMLAttributes } from "svelte/elements";
import type { Listeners, PronkChatAttributes } from "./attributes.ts";
import type { PronkChat } from "./pronk-chat.ts";

export * from "./index.ts";

/** What a Svelte template may give the element. */
export type PronkChatInSvelte = Omit<HTMLAttributes<PronkChat>, keyof PronkChatAttributes> &
  PronkChatAttributes &
  Listeners<"on:">;

declare module "svelte/elements" {
  interface SvelteHTMLElements {
    "pronk-chat": PronkChatInSvelte;
  }
}

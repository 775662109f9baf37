// <pronk-chat> in Solid's JSX: `import "pronk/solid"` is `import "pronk/element"` with these types. Solid sets properties of custom
// elements, and listens by `on:pronk-state`.

import type { JSX } from "solid-js";
import type { Listeners, PronkChatProperties } from "./attributes.ts";
import type { PronkChat } from "./pronk-chat.ts";

export * from "./index.ts";

/** What Solid's JSX may give the element. */
export type PronkChatInSolid = Omit<JSX.HTMLAttributes<PronkChat>, keyof PronkChatProperties> &
  PronkChatProperties &
  Listeners<"on:">;

declare module "solid-js" {
  // oxlint-disable-next-line typescript/no-namespace -- this is how Solid's JSX is extended
  namespace JSX {
    interface IntrinsicElements {
      "pronk-chat": PronkChatInSolid;
    }
  }
}

// <pronk-chat> in React's JSX: `import "pronk/react"` is `import "pronk/element"` with these types. React 19 sets the
// element's properties and listens to its events by these names.

import type * as React from "react";
import type { PronkChatAttributes } from "./attributes.ts";
import type { PronkChat } from "./pronk-chat.ts";

export * from "./index.ts";

declare module "react" {
  // oxlint-disable-next-line typescript/no-namespace -- this is how React's JSX is extended
  namespace JSX {
    interface IntrinsicElements {
      "pronk-chat": React.DetailedHTMLProps<React.HTMLAttributes<PronkChat>, PronkChat> & PronkChatAttributes;
    }
  }
}

// <pronk-chat> in Vue's templates and JSX: `import "pronk/vue"` is `import "pronk/element"` with these types. Vue sets what the
// element has as a property, and listens to `@pronk-state`. Its compiler has to be told that the tag is an element's:
// `isCustomElement: (tag) => tag === "pronk-chat"`.

import type { DefineComponent, HTMLAttributes } from "vue";
import type { PronkChatEvents, PronkChatProperties } from "./attributes.ts";

export * from "./index.ts";

/** `pronk-state` -> `PronkState` */
type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Capitalize<Head>}${Camel<Tail>}`
  : Capitalize<Name>;

/** What a Vue template may give the element. */
export type PronkChatInVue = PronkChatProperties & {
  [Name in keyof PronkChatEvents as `on${Camel<Name>}`]?: (event: PronkChatEvents[Name]) => void;
};

declare module "vue" {
  interface GlobalComponents {
    "pronk-chat": DefineComponent<PronkChatInVue & HTMLAttributes>;
  }
}

declare module "@vue/runtime-dom" {
  interface IntrinsicElementAttributes {
    "pronk-chat": PronkChatInVue & HTMLAttributes;
  }
}

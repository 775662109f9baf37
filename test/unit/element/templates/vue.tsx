/** @jsxImportSource vue */
// Compiled by `npm run types`, and run by nobody: what Vue's JSX and templates take of <pronk-chat>, and what they refuse.

import type { GlobalComponents } from "vue";
import "../../../../src/element/vue.ts";

export const chat = (
  <pronk-chat
    model="owner/name"
    autoload
    keepAll
    settings={{ temperature: 0 }}
    class="wide"
    onPronkError={(event) => event.detail.error.message}
    onPronkState={({ detail: { state } }) => state === "ready"}
  />
);
// @ts-expect-error -- a number is no model
export const noModel = <pronk-chat model={3} />;
// @ts-expect-error -- the event has no such detail
export const noDetail = <pronk-chat onPronkError={(event) => event.detail.message} />;

type InTemplates = InstanceType<GlobalComponents["pronk-chat"]>["$props"];
export const props = { model: "owner/name", onPronkMessage: ({ detail }) => detail.content } satisfies InTemplates;
// @ts-expect-error -- a number is no model
export const noProps: InTemplates = { model: 3 };

/** @jsxImportSource solid-js */
// Compiled by `npm run types`, and run by nobody: what Solid's JSX takes of <pronk-chat>, and what it refuses.

import "../../../../src/element/solid.ts";

export const chat = () => (
  <pronk-chat
    model="owner/name"
    autoload
    keepAll
    settings={{ temperature: 0 }}
    class="wide"
    ref={(element) => element.newChat()}
    on:pronk-error={(event) => event.detail.error.message}
    on:pronk-state={({ detail: { state } }) => state === "ready"}
  />
);
// @ts-expect-error -- a number is no model
export const noModel = () => <pronk-chat model={3} />;
// @ts-expect-error -- the event has no such detail
export const noDetail = () => <pronk-chat on:pronk-error={(event) => event.detail.message} />;

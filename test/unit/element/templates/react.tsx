/** @jsxImportSource react */
// Compiled by `npm run types`, and run by nobody: what React's JSX takes of <pronk-chat>, and what it refuses.

import "../../../../src/element/react.ts";

export const chat = (
  <pronk-chat
    model="owner/name"
    autoload
    keepAll
    persist="a"
    settings={{ temperature: 0 }}
    strings={{ send: "Go" }}
    className="wide"
    ref={(element) => void element?.newChat()}
    onpronk-error={(event) => event.detail.error.message}
    onpronk-conversation={(event) => event.detail.id?.length}
  />
);
// @ts-expect-error -- a number is no model
export const noModel = <pronk-chat model={3} />;
// @ts-expect-error -- the engine's options are an object
export const noOptions = <pronk-chat engineOptions="q4" />;

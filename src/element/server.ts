// The element's entry where a server renders: the same names without a DOM, so that `import "pronk/element"` does not throw
// there. The tag is written as it is and comes to life in the browser. Under a test's DOM in Node it is the real element.

import type { PronkChat as PronkChatElement } from "./pronk-chat.ts";

const real = "HTMLElement" in globalThis ? await import("./index.ts") : undefined;

export const PronkChat = real?.PronkChat ?? (Object as unknown as typeof PronkChatElement);
export { adviceFor } from "./error-advice.ts";
export { formatBytes, formatParameters, formatSeconds, formatSpeed } from "./quantity.ts";
export { english } from "./languages/en.ts";

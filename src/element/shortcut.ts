// Keys that are pressed with two modifiers, as data: the chat's letters, and those of a page.

/** One of the page's own, pressed with the modifiers. */
export interface Shortcut {
  /** A to Z; N, E and C are the chat's. */
  letter: string;
  /** What it does, for the map of keys. */
  words: string;
  /** Does what `words` say. */
  run(): void;
}

export const letters = { newChat: "N", editLast: "E", focus: "C" } as const;

/** On Apple's keyboards Option types characters, and Control is free. */
export const isApple = (): boolean => /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

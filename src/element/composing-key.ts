// Whether a key belongs to an input method (Japanese, Chinese, Korean and others) rather than to the page.

/**
 * Enter and Escape confirm or drop a candidate while a word is being composed. Safari ends the composition first and
 * sends the key afterwards, with `isComposing` false; what is left of the input method is the key code 229
 * (https://bugs.webkit.org/show_bug.cgi?id=165004). UI Events keeps that code for exactly this.
 */
export function isComposingKey(event: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean {
  return event.isComposing || event.keyCode === 229;
}

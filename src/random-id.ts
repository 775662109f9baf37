// Names that nothing else has.

/** 32 hexadecimal digits. `crypto.randomUUID` is missing where a page is no secure context; its bytes are not. */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

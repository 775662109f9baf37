// Unicode's invisible characters that turn the direction of what follows. In code they can make one program look
// like another (https://trojansource.codes), so there they are shown. In prose those that turn single letters are left out;
// the others only say which way a phrase runs, and end with their paragraph.
// https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings

const overrides = /[\u202d\u202e]/g;
const anyMark = /[\u202a-\u202e\u2066-\u2069]/g;

export const withoutOverrides = (prose: string): string => prose.replace(overrides, "");

/** Each mark as its number: `[U+202E]`. */
export const withShownMarks = (code: string): string =>
  code.replace(anyMark, (mark) => `[U+${mark.charCodeAt(0).toString(16).toUpperCase()}]`);

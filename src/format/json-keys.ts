// The keys of a JSON object as written, quotes, escapes and repeats included. JSON.parse keeps only the last of two equal
// keys, and a checkpoint's header that names a tensor twice must be refused. The text has already passed JSON.parse.

export function* topLevelKeys(text: string): Generator<string> {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x7b || code === 0x5b)
      depth++; // { [
    else if (code === 0x7d || code === 0x5d)
      depth--; // } ]
    else if (code === 0x22) {
      const end = stringEnd(text, i);
      if (depth === 1 && text[spaceEnd(text, end)] === ":") yield text.slice(i, end);
      i = end - 1;
    }
  }
}

/** One past the closing quote of the string that opens at `start`. */
function stringEnd(text: string, start: number): number {
  let i = start + 1;
  while (text.charCodeAt(i) !== 0x22) i += text.charCodeAt(i) === 0x5c ? 2 : 1;
  return i + 1;
}

/** Where the white space that begins at `start` ends. */
function spaceEnd(text: string, start: number): number {
  let i = start;
  while (" \t\n\r".includes(text[i] ?? "x")) i++;
  return i;
}

// The few fields of a model card's front matter that say whose weights these are. Not a YAML reader: only scalars and plain
// lists of the named keys at the top level, which is how the hub writes them.

export interface CardFields {
  license?: string;
  baseModel: string[];
}

export function readFrontMatter(readme: string): CardFields {
  const block = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(readme)?.[1] ?? "";
  return { license: valuesOf(block, "license")[0], baseModel: valuesOf(block, "base_model") };
}

/** `key: value`, `key: [a, b]`, or `key:` with `- a` lines below. */
function valuesOf(block: string, key: string): string[] {
  const lines = block.split(/\r?\n/);
  const at = lines.findIndex((line) => line.startsWith(`${key}:`));
  if (at < 0) return [];
  const inline = lines[at].slice(key.length + 1).trim();
  if (inline)
    return inline
      .replace(/^\[|\]$/g, "")
      .split(",")
      .map(unquote)
      .filter(Boolean);
  const items: string[] = [];
  for (const line of lines.slice(at + 1)) {
    const item = /^\s*-\s+(.*)$/.exec(line);
    if (!item) break;
    items.push(unquote(item[1]));
  }
  return items;
}

const unquote = (text: string) => text.trim().replace(/^(["'])(.*)\1$/, "$2");

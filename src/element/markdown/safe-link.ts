// The one gate for addresses that come out of a model: http, https and mailto, spelled out in full. Everything else
// (javascript:, data:, relative paths, addresses hidden behind white space) is no link.

const allowed = new Set(["http:", "https:", "mailto:"]);

/** The address to link to, or undefined. */
export function safeLink(value: string): string | undefined {
  const text = value.trim();
  if (!/^(https?:\/\/|mailto:)/i.test(text)) return undefined;
  try {
    const address = new URL(text);
    return allowed.has(address.protocol) ? address.href : undefined;
  } catch {
    return undefined;
  }
}

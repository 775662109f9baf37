// What the `model` attribute may say. Paths that start with ".", "/" or end with "/" are addresses beside the page and
// are made absolute here, because the engine's worker has another base address; all else goes to the engine as written.

export function resolveModelAttribute(value: string, baseAddress: string): string {
  const text = value.trim();
  if (/^\.{0,2}\//.test(text) || (text.endsWith("/") && !/^[a-z][a-z0-9+.-]*:/i.test(text))) {
    return new URL(text, baseAddress).href;
  }
  return text;
}

// A short, stable name for a list of strings (file names, sizes, dates): two 32-bit FNV-1a hashes as 16 hex digits. It
// distinguishes models in the store's keys; it is no proof against tampering.

export function fingerprint(parts: readonly (string | number)[]): string {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  const text = parts.map((part) => `${part}`).join("\u0000");
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ (code & 0xff), 0x01000193);
    low = Math.imul(low ^ (code >>> 8), 0x01000193);
    high = Math.imul(high ^ code, 0x01000193) ^ (high >>> 13);
  }
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

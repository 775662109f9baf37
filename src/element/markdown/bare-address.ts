// GFM's "extended autolinks": addresses that stand in a text without any markup. Those with a scheme are found while the
// line is read, so their underscores and stars are not emphasis; `www.` and mail addresses in the finished text.
// Beyond GFM an address also ends at the punctuation of Chinese, Japanese and Korean, and at quotation marks.
// https://github.github.com/gfm/#autolinks-extension-

import type { StateInline, Token } from "markdown-it";

const notInAddress = String.raw`\s<>"“”‘’\x60\[\]\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65`;
// Brackets only in pairs: an open one may be a link's.
const body = String.raw`(?:[^${notInAddress}]|\[[^${notInAddress}]*\])*`;
const behindScheme = new RegExp(String.raw`://[\p{L}\p{N}]${body}`, "uy");
const www = new RegExp(String.raw`(?<![^\s*_~(])www\.[\p{L}\p{N}_-]${body}`, "giu");
const mailDomain = /@[\w-]+(?:\.[\w-]+)+/y;

/** The rule at a colon. */
export function bareAddress(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  if (state.linkLevel > 0 || src[pos] !== ":" || src[pos + 1] !== "/") return false;
  const scheme = /(?<![a-z])https?$/i.exec(src.slice(Math.max(0, pos - 6), pos))?.[0];
  if (!scheme) return false;
  behindScheme.lastIndex = pos;
  const found = behindScheme.exec(src)?.[0].slice(0, state.posMax - pos);
  if (!found) return false;
  const address = withoutEnd(scheme + found);
  if (!hasDomain(address.slice(scheme.length + 3), 1)) return false;
  if (!silent) {
    if (!state.pending.endsWith(scheme)) return false;
    state.pending = state.pending.slice(0, -scheme.length);
    link(state, address, address);
  }
  state.pos += address.length - scheme.length;
  return true;
}

/** Runs over the finished tokens of one inline text. */
export function linkMailAndWww(state: StateInline): void {
  let insideLink = 0;
  const tokens = state.tokens.splice(0);
  for (const token of tokens) {
    if (token.type === "link_open") insideLink++;
    else if (token.type === "link_close") insideLink--;
    if (token.type === "text" && insideLink === 0 && /@|www\./i.test(token.content)) splitText(state, token);
    else state.tokens.push(token);
  }
}

function splitText(state: StateInline, token: Token): void {
  const text = token.content;
  const found = [...wwwIn(text), ...mailIn(text)].sort((a, b) => a.start - b.start);
  let end = 0;
  state.level = token.level;
  for (const { start, address, href } of found) {
    if (start < end) continue;
    if (start > end) state.push("text", "", 0).content = text.slice(end, start);
    link(state, address, href);
    end = start + address.length;
  }
  if (end < text.length) state.push("text", "", 0).content = text.slice(end);
}

interface Found {
  start: number;
  address: string;
  href: string;
}

function* wwwIn(text: string): Generator<Found> {
  for (const match of text.matchAll(www)) {
    const address = withoutEnd(match[0]);
    if (hasDomain(address, 2)) yield { start: match.index, address, href: `http://${address}` };
  }
}

function* mailIn(text: string): Generator<Found> {
  for (let end = 0, at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    let start = at;
    while (start > end && /[\w.+-]/.test(text[start - 1])) start--;
    mailDomain.lastIndex = at;
    const domain = mailDomain.exec(text)?.[0];
    end = at + 1;
    if (start === at || !domain || /[-_]$/.test(domain)) continue;
    const behind = /^[+/@]/.test(text.slice(at + domain.length));
    if (behind) continue;
    const bare = text.slice(start, at + domain.length);
    const scheme = text.slice(Math.max(0, start - 7), start).toLowerCase() === "mailto:" ? "mailto:" : "";
    const from = start - scheme.length;
    yield { start: from, address: text.slice(from, start) + bare, href: `mailto:${bare}` };
    end = at + domain.length;
  }
}

function link(state: StateInline, text: string, href: string): void {
  state.push("link_open", "a", 1).attrSet("href", state.md.normalizeLink(href));
  state.push("text", "", 0).content = text;
  state.push("link_close", "a", -1);
}

/** Segments of letters, digits, `-` and `_`, the last two without `_`. */
function hasDomain(address: string, fewestSegments: number): boolean {
  const segments = (/^[\p{L}\p{N}_.-]+/u.exec(address)?.[0] ?? "").split(".");
  return segments.length >= fewestSegments && !segments.slice(-2).some((segment) => segment.includes("_"));
}

/** Leaves out what ends a sentence rather than an address: punctuation, a bracket that nothing opened, an entity. */
function withoutEnd(address: string): string {
  let open = 0;
  for (const char of address) open += char === "(" ? 1 : char === ")" ? -1 : 0;
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1];
    if (last === ")" && open < 0) open++;
    else if (last === ";") end -= (/&[a-z\d]+;$/i.exec(address.slice(Math.max(0, end - 40), end))?.[0].length ?? 1) - 1;
    else if (!/[?!.,:*_~'|]/.test(last)) break;
  }
  return address.slice(0, end);
}

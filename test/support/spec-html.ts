// Makes the HTML of a specification's example and the nodes of a rendered answer comparable: both become one line of
// text, in which what pronk does differently on purpose is the same on both sides. Headings sink, an image is a link, a
// link that is not http, https or mailto is its words, code stands in a frame, and white space between blocks is nothing.

import { parseHTML } from "linkedom";
import { safeLink } from "../../src/element/markdown/safe-link.ts";

const blocks = "p ul ol li blockquote h1 h2 h3 h4 h5 h6 hr div pre table thead tbody tr th td".split(" ");
const sunk: Record<string, string> = { h1: "h2", h2: "h3", h3: "h4", h4: "h5", h5: "h6", h6: "h6" };

export function parsed(html: string): Element {
  return parseHTML(`<html><body><div id="root">${html}</div></body></html>`).document.getElementById("root")!;
}

export const ofSpecification = (html: string) => line(parsed(html), true);
export const ofAnswer = (root: Element) => line(root, false);

function line(parent: Node, specified: boolean): string {
  return [...parent.childNodes].map((node) => lineOf(node, specified)).join("");
}

function lineOf(node: ChildNode, specified: boolean): string {
  if (node.nodeType === 3) return escaped(shownText(node));
  if (node.nodeType !== 1) return ""; // a comment
  const element = node as HTMLElement;
  const tag = element.localName;
  const inner = () => line(element, specified);
  if (tag === "br" || tag === "hr") return `<${tag}>`;
  if (tag === "a" || tag === "img") {
    const address = element.getAttribute("href") ?? element.getAttribute("src") ?? "";
    const words = tag === "img" ? escaped(element.getAttribute("alt") || address) : inner();
    const link = safeLink(address);
    const nested = tag === "img" && element.closest("a") && safeLink(element.closest("a")!.getAttribute("href") ?? "");
    return link && !nested ? `<a ${link}>${words}</a>` : words;
  }
  if (tag === "pre") {
    const code = element.querySelector("code") ?? element;
    const language = code.getAttribute("data-language") ?? code.className.replace(/^language-/, "");
    return `<pre ${/^[\w+#.-]{1,30}$/.test(language) ? language : ""}>${escaped(code.textContent)}</pre>`;
  }
  if (tag === "button") return element.className === "note-mark" ? inner() : "";
  if (["code-block", "table-scroll", "as-written"].includes(element.className)) return inner();
  if (tag === "input") return `<input ${element.hasAttribute("checked") ? "checked" : ""}>`;
  if (tag === "del") return `<s>${inner()}</s>`;
  const side = element.getAttribute("data-align") ?? element.getAttribute("align");
  const start = element.getAttribute("start");
  const name = specified ? (sunk[tag] ?? tag) : tag;
  return `<${[name, side, start].filter(Boolean).join(" ")}>${inner()}</${name}>`;
}

const isBlock = (node: Node | null) => node === null || blocks.includes((node as Element).localName);

/** White space at the edge of a block is the source's layout, and so is a newline after a break. */
function shownText(node: ChildNode): string {
  let text = node.textContent ?? "";
  const container = node.parentElement && !["p", "h1", "h2"].includes(node.parentElement.localName);
  const { previousSibling: before, nextSibling: behind } = node;
  const inBlock = container && isBlock(node.parentElement);
  if ((before as Element | null)?.localName === "br" || (inBlock && isBlock(before))) text = text.replace(/^\n+/, "");
  if (inBlock && isBlock(behind)) text = text.replace(/\n+$/, "");
  return text;
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * For examples with raw HTML, which the specification passes on and pronk shows as text: treats text and elements alike on
 * both sides, so that only what is written counts, and its order.
 */
export const flat = (html: string) =>
  html
    .replace(/<img src="([^"]*)" alt="([^"]*)"[^>]*>/g, "$2")
    .replace(/ (title|start|class)="[^"]*"/g, "")
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replaceAll(/<br ?\/?>/g, "<br>")
    .replaceAll(/\s+/g, "");

/** A rendered answer as flat HTML. */
export const flatAnswer = (root: Element) =>
  flat(
    ofAnswer(root)
      .replaceAll(/<pre [^>]*>/g, "<pre><code>")
      .replaceAll("</pre>", "</code></pre>")
      .replaceAll(/<(\/?)h2>/g, "<$1h1>")
      .replaceAll(/<(\/?)h3>/g, "<$1h2>")
      .replaceAll(/<a ([^>]*)>/g, '<a href="$1">'),
  );

// Brings the nodes below a parent from one tree to another, and touches only what differs: a selection, a focus and a
// scrolled block survive where the words around them stay. Nodes are made one by one; no HTML is ever parsed.

import type { MarkdownElement, MarkdownNode } from "./markdown-node.ts";

const mathml = "http://www.w3.org/1998/Math/MathML";

/** Somebody else, as a browser that translates the page, has changed nodes that are to be brought to another tree. */
export class ForeignChange extends Error {}

/**
 * `before` is what lies from `first` on, a child of `parent`; null appends. Puts `after` in its place. Throws ForeignChange,
 * half way, where something else lies there.
 */
export function patchChildren(
  parent: Node,
  first: ChildNode | null,
  before: readonly MarkdownNode[],
  after: readonly MarkdownNode[],
): void {
  let node = first;
  for (const [index, now] of after.entries()) {
    if (index >= before.length) {
      parent.appendChild(create(parent, now));
      continue;
    }
    if (!node) throw new ForeignChange();
    const next: ChildNode | null = node.nextSibling;
    patchNode(node, before[index], now);
    node = next;
  }
  for (let left = before.length - after.length; left > 0 && node; left--) {
    const next = node.nextSibling;
    node.remove();
    node = next;
  }
}

function patchNode(node: ChildNode, before: MarkdownNode, after: MarkdownNode): void {
  if (before === after) return;
  if (typeof before === "string" ? (node as Text).data !== before : node.nodeName.toLowerCase() !== before.tag)
    throw new ForeignChange();
  if (typeof before === "string" && typeof after === "string") {
    const text = node as Text;
    if (after.startsWith(before))
      text.appendData(after.slice(before.length)); // keeps a selection
    else text.data = after;
  } else if (typeof before === "object" && typeof after === "object" && before.tag === after.tag) {
    patchAttributes(node as Element & ChildNode, before.attributes, after.attributes);
    patchChildren(node, node.firstChild, before.children, after.children);
  } else {
    node.replaceWith(create(node.parentNode!, after));
  }
}

function patchAttributes(node: Element, before: Record<string, string>, after: Record<string, string>): void {
  for (const name of Object.keys(before)) if (!(name in after)) node.removeAttribute(name);
  for (const [name, value] of Object.entries(after)) if (before[name] !== value) node.setAttribute(name, value);
}

function create(parent: Node, tree: MarkdownNode): ChildNode {
  const document = parent.ownerDocument!;
  if (typeof tree === "string") return document.createTextNode(tree);
  const node = createElement(document, parent, tree.tag);
  patchAttributes(node, {}, tree.attributes);
  for (const child of tree.children) node.appendChild(create(node, child));
  return node;
}

/** All that stands in a formula is MathML. */
function createElement(document: Document, parent: Node, tag: MarkdownElement["tag"]): Element {
  if (tag === "math" || (parent as Element).namespaceURI === mathml) return document.createElementNS(mathml, tag);
  return document.createElement(tag);
}

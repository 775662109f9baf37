// While an answer grows, only its last block is parsed and touched; at the end a definition may change what came before.

import { afterEach, expect, test, vi } from "vitest";
import { emptyAnswer, rendered } from "../../support/markdown-page.ts";

const parsedLengths: number[] = [];
vi.mock("../../../src/element/markdown/commonmark.ts", async (original) => {
  const real = await original<typeof import("../../../src/element/markdown/commonmark.ts")>();
  const parse: typeof real.parse = (text, definitions) => {
    parsedLengths.push(text.length);
    return real.parse(text, definitions);
  };
  return { ...real, parse };
});
afterEach(() => void (parsedLengths.length = 0));

const block =
  "A paragraph with *some* `code`.\n\n```js\nlet x = 1;\n```\n\n- one\n- two\n\n> quoted\n\n| a |\n|---|\n| b |\n\n";

test("a piece costs what the last block costs", () => {
  const { root, document } = emptyAnswer();
  const text = block.repeat(40);
  for (let end = 3; end < text.length; end += 3) document.grow(text.slice(0, end));
  expect(Math.max(...parsedLengths)).toBeLessThan(block.length);
  expect(parsedLengths.reduce((sum, length) => sum + length)).toBeLessThan(text.length * 20);
  parsedLengths.length = 0;
  document.finish(text);
  expect(parsedLengths).toEqual([text.length]);
  expect(root.outerHTML).toBe(rendered(text).outerHTML);
});

test("closed blocks keep their nodes, to the end and beyond", () => {
  const { root, document } = emptyAnswer();
  const text = `${block}${block}`;
  const seen = new Map<number, ChildNode>();
  for (let end = 1; end <= text.length; end++) {
    document.grow(text.slice(0, end));
    const nodes = [...root.childNodes];
    for (const [index, node] of seen) expect(nodes[index]).toBe(node);
    nodes.slice(0, -2).forEach((node, index) => seen.set(index, node));
  }
  document.finish(text);
  for (const [index, node] of seen) expect(root.childNodes[index]).toBe(node);
  expect(seen.size).toBeGreaterThan(7);
});

test("in the block that grows, nodes that stay equal are kept: a button to copy, a list's first items", () => {
  const { root, document } = emptyAnswer();
  document.grow("- one\n\n  ```js\n  let x;\n  ```\n\n- tw");
  const [button, item] = [root.querySelector("button"), root.querySelector("li")];
  document.grow("- one\n\n  ```js\n  let x;\n  ```\n\n- two **three** and");
  document.finish("- one\n\n  ```js\n  let x;\n  ```\n\n- two **three** and four");
  expect(root.querySelector("button")).toBe(button);
  expect(root.querySelector("li")).toBe(item);
  expect(root.textContent).toContain("two three and four");
});

test("a text node grows at its end, so a selection in it survives", () => {
  const { root, document } = emptyAnswer();
  document.grow("some wor");
  const text = root.querySelector("p")!.firstChild;
  document.grow("some words");
  expect(root.querySelector("p")!.firstChild).toBe(text);
  expect(text?.textContent).toBe("some words");
});

test("a definition at the end reaches the first block, and only at the end", () => {
  const { root, document } = emptyAnswer();
  const text = "See [the page] and a note[^1].\n\nMore.\n\n[the page]: https://example.org\n[^1]: The note.";
  for (let end = 1; end <= text.length; end++) document.grow(text.slice(0, end));
  const [first, second] = root.children;
  expect(first.querySelector("a, button")).toBeNull();
  expect(root.textContent).toContain("The note.");
  document.finish(text);
  expect(root.children[0]).toBe(first);
  expect(root.children[1]).toBe(second);
  expect(first.querySelector("a")?.getAttribute("href")).toBe("https://example.org/");
  expect(first.querySelector("button.note-mark")?.textContent).toBe("1");
  expect(root.outerHTML).toBe(rendered(text).outerHTML);
});

test("a definition that came before holds while the answer grows", () => {
  const { root, document } = emptyAnswer();
  const text = "[the page]: https://example.org\n\nOne.\n\nTwo, see [the page]";
  for (let end = 1; end <= text.length; end++) document.grow(text.slice(0, end));
  expect(root.querySelector("a")?.getAttribute("href")).toBe("https://example.org/");
});

test("a formula is one while its lines come, and text if nothing ends it", () => {
  const { root, document } = emptyAnswer();
  const text = "Thus:\n\\[\nE\n- 1\n\n# After";
  for (let end = 1; end < text.indexOf("\n\n"); end++) document.grow(text.slice(0, end));
  expect(root.querySelector("code.math")?.textContent).toBe("E\n-");
  document.finish(text);
  expect(root.querySelector("code")).toBeNull();
  expect(root.querySelector("li")?.textContent).toBe("1");
});

test.each([
  "a\n#",
  "words\n=",
  "- a\n-",
  "> a\n",
  "1. a\n2",
  "| a |\n|-",
  "a\n\n\t",
  "x\r\n\r\n- y\r",
  "`a\n\nb`",
  "\0a\n\n\0",
])("a line that is still being written closes nothing: %j", (start) => {
  for (const rest of ["1 more\n\nend", "\n\nend", "- \n---\n", " b\n|---|\n"]) {
    const { root, document } = emptyAnswer();
    const text = start + rest;
    for (let end = 1; end <= text.length; end++) document.grow(text.slice(0, end));
    expect(root.outerHTML).toBe(rendered(text).outerHTML);
  }
});

test("what a browser's translator puts in place of words is not written into, and the text comes out whole", () => {
  const { root, document: growing } = emptyAnswer();
  const text = `${block}Some *words* that [grow](https://example.org).`;
  const translate = () => {
    const texts = (node: Node): Text[] =>
      node.nodeType === 3 ? [node as Text] : [...node.childNodes].flatMap((child) => texts(child));
    for (const [i, word] of texts(root).entries()) {
      const font = root.ownerDocument.createElement("font");
      font.textContent = word.data.toUpperCase();
      if (i % 3 === 0) word.remove();
      else word.replaceWith(font);
    }
  };
  for (let end = 1; end <= text.length; end += 7) {
    growing.grow(text.slice(0, end));
    if (end % 2 === 0) translate();
  }
  translate();
  growing.finish(text);
  expect(root.outerHTML).toBe(rendered(text).outerHTML);
});

// What answers of models look like: names, products and brackets in prose, code and quotes in lists, formulas, addresses;
// and that no answer can hang the tab, load anything, or lose words.

import { describe, expect, test } from "vitest";
import { harmful, rendered } from "../../support/markdown-page.ts";
import { ofAnswer } from "../../support/spec-html.ts";

const line = (markdown: string) => ofAnswer(rendered(markdown));
const inParagraph = (markdown: string) => line(markdown).replace(/^<p>(.*)<\/p>$/s, "$1");

describe("prose stays as it was written", () => {
  test.each([
    "arr[0] and [1] and [see below]",
    "my_long_name and another_long_name",
    "__init__ and __name__ == '__main__', obj.__custom__, __my_attr__ and __foo__(x)",
    "__init__.py",
    "5*6 or 7*8",
    "a*b + c*d and 2**10 or 3**5",
    "**/*.js",
    "src/**/*.ts and test/**/*.ts",
    "/* one */ and /* two */",
    "f(*args) and g(*more), int *p, *q",
    "costs $5 or $10",
    "$$ alone, and a $ alone",
    "~/bin and ~/src, about ~5 to ~6",
  ])("%s", (text) => expect(inParagraph(text)).toBe(text));

  test.each([
    [
      "**bold**, *italic*, __bold__ and _italic_",
      "<strong>bold</strong>, <em>italic</em>, <strong>bold</strong> and <em>italic</em>",
    ],
    ["un*frigging*believable and 5*6*78", "un<em>frigging</em>believable and 5<em>6</em>78"],
    ["**yes**/**no**", "<strong>yes</strong>/<strong>no</strong>"],
    ["**a*b and c*d**", "<strong>a*b and c*d</strong>"],
    ["2*`x` and `y`*3", "2*<code>x</code> and <code>y</code>*3"],
    ["AT&amp;T &copy; &lt;b&gt;", "AT&amp;T © &lt;b&gt;"],
    ["<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"],
    ["one<br>two<br/>three", "one<br>two<br>three"],
    ["one  \ntwo\\\nthree", "one<br>two<br>three"],
    ["one\ntwo", "one\ntwo"],
  ])("%s", (text, wanted) => expect(inParagraph(text)).toBe(wanted));
});

describe("blocks", () => {
  test.each<[name: string, markdown: string, wanted: string]>([
    [
      "a fence in a quote, with a blank line",
      "> ```js\n> a\n>\n> b\n> ```\n>\n> end",
      "<blockquote><pre js>a\n\nb\n</pre><p>end</p></blockquote>",
    ],
    [
      "code in a list item",
      "1. Run\n\n   ```sh\n   npm test\n   ```\n\n2. Done",
      "<ol><li><p>Run</p><pre sh>npm test\n</pre></li><li><p>Done</p></li></ol>",
    ],
    ["tildes as a fence", "~~~\n```\n~~~\nend", "<pre >```\n</pre><p>end</p>"],
    ["numbers with a bracket", "3) three\n4) four", "<ol 3><li>three</li><li>four</li></ol>"],
    ["underlined headings", "One\n===\n\nTwo\n---", "<h2>One</h2><h3>Two</h3>"],
    ["tasks", "- [x] done\n- [ ] open", "<ul><li><input checked> done</li><li><input > open</li></ul>"],
    [
      "names in a table",
      "| a_b | c |\n|:-:|--:|\n| Q4_K | snake_case |",
      "<table><thead><tr><th center>a_b</th><th right>c</th></tr></thead><tbody><tr><td center>Q4_K</td><td right>snake_case</td></tr></tbody></table>",
    ],
    [
      "HTML",
      "<div onclick=x>\n  <img src=y>\n</div>\n\n*end*",
      "&lt;div onclick=x&gt;\n  &lt;img src=y&gt;\n&lt;/div&gt;<p><em>end</em></p>",
    ],
    ["a fence that nothing ends", "```\ncode", "<pre >code</pre>"],
  ])("%s", (_, markdown, wanted) => expect(line(markdown)).toBe(wanted));

  test("a table scrolls in a frame that the keyboard reaches, a box of a task is named and at rest", () => {
    const root = rendered("| a |\n|---|\n\n- [x] done\n- [ ] open");
    const frame = root.querySelector(".table-scroll")!;
    expect([frame.getAttribute("tabindex"), frame.getAttribute("aria-label")]).toEqual(["0", "Table"]);
    const boxes = [...root.querySelectorAll("input")];
    expect(boxes.map((box) => box.getAttribute("aria-label"))).toEqual(["Done", "To do"]);
    expect(boxes.every((box) => box.hasAttribute("disabled"))).toBe(true);
  });

  test("a cell with a sentence keeps its column wide, one with a name does not", () => {
    const root = rendered(`| a | b |\n|---|---|\n| Q4_K_M | ${"words ".repeat(8)} |`);
    expect([...root.querySelectorAll("td")].map((cell) => cell.className)).toEqual(["", "words"]);
  });

  test("code has its button and its language", () => {
    const frame = rendered("```ts twoslash\nlet x: number;\n```").querySelector(".code-block")!;
    expect(frame.querySelector("button.copy-code")?.textContent).toBe("Copy code");
    expect(frame.querySelector("code")?.getAttribute("data-language")).toBe("ts");
    expect(frame.querySelector("code")?.textContent).toBe("let x: number;\n");
    expect(frame.querySelector("pre")?.getAttribute("tabindex")).toBe("0");
  });
});

describe("formulas are kept as TeX, and only they", () => {
  test.each<[markdown: string, wanted: string]>([
    ["$$a_1 * b_2 * c$$ and *rest*", "<p><code>a_1 * b_2 * c</code> and <em>rest</em></p>"],
    ["So \\(x_1 * y_1\\) and *rest*", "<p>So <code>x_1 * y_1</code> and <em>rest</em></p>"],
    ["Thus:\n$$\nE\n= mc^2\n$$\n*rest*", "<p>Thus:</p><p><code>E\n= mc^2</code></p><p><em>rest</em></p>"],
    ["\\[\n\\frac{a}{b}\n- c\n\\]\n\nrest", "<p><code>\\frac{a}{b}\n- c</code></p><p>rest</p>"],
    ["- item\n  $$x$$\n- item", "<ul><li>item<p><code>x</code></p></li><li>item</li></ul>"],
    ["$$x\n\n*rest*", "<p>$$x</p><p><em>rest</em></p>"],
  ])("%s", (markdown, wanted) => expect(line(markdown)).toBe(wanted));
});

describe("addresses", () => {
  test.each<[markdown: string, text: string, hrefs: string[]]>([
    ["See https://a.org/x_y_z/_w_/, please.", "See https://a.org/x_y_z/_w_/, please.", ["https://a.org/x_y_z/_w_/"]],
    ["**https://a.org**: here", "https://a.org: here", ["https://a.org/"]],
    ["http://localhost:8080/x?y=[1]&z", "http://localhost:8080/x?y=[1]&z", ["http://localhost:8080/x?y=%5B1%5D&z"]],
    ["请看https://a.org/路径。然后", "请看https://a.org/路径。然后", ["https://a.org/%E8%B7%AF%E5%BE%84"]],
    ['{"url":"https://a.org"}', '{"url":"https://a.org"}', ["https://a.org/"]],
    ["me@a.org", "me@a.org", ["mailto:me@a.org"]],
    ["ftp://a.org xhttps://a.org https:// http://_ a@b", "ftp://a.org xhttps://a.org https:// http://_ a@b", []],
    ["[a](javascript:alert(1)) [b](/relative) [c](data:text/html,x)", "a b c", []],
    ["[a](https://a.org 'title')", "a", ["https://a.org/"]],
    [
      "![pixel](https://a.org/p.png) ![](https://a.org/q.png)",
      "pixel https://a.org/q.png",
      ["https://a.org/p.png", "https://a.org/q.png"],
    ],
    ["[![pixel](https://a.org/p.png)](https://b.org)", "pixel", ["https://b.org/"]],
    ["![p](data:image/png;base64,AAAA)", "p", []],
  ])("%s", (markdown, text, hrefs) => {
    const root = rendered(markdown);
    expect(root.textContent).toBe(text);
    expect([...root.querySelectorAll("a")].map((link) => link.getAttribute("href"))).toEqual(hrefs);
    expect(harmful(root)).toEqual([]);
    for (const link of root.querySelectorAll("a")) expect(link.getAttribute("rel")).toContain("noopener");
  });
});

describe("footnotes", () => {
  test("stand at the end, in the order of their marks, with a way there and back", () => {
    const root = rendered("One[^b] two[^a]\n\n[^a]: A\n[^b]: B\n[^c]: C, which nothing refers to\n\nEnd");
    expect(root.lastElementChild?.className).toBe("notes");
    expect([...root.querySelectorAll(".notes > li > p")].map((note) => note.firstChild?.textContent)).toEqual([
      "B",
      "A",
      "C, which nothing refers to",
    ]);
    const marks = [...root.querySelectorAll("button.note-mark")];
    expect(marks.map((mark) => mark.getAttribute("aria-label"))).toEqual(["Footnote 1", "Footnote 2"]);
    expect(root.querySelectorAll("button.note-back")).toHaveLength(2);
  });
});

describe("no answer is too much", () => {
  const depth = (node: Node): number => 1 + Math.max(0, ...[...node.childNodes].map(depth));
  const letters = (text: string | null) => text?.replace(/[^a-z]/g, "");

  // 10,000 to 50,000 characters: anything quadratic would run into the time limit.
  test.each<[name: string, markdown: string]>([
    ["quotes", `${">".repeat(3000)} end`],
    ["lists in one line", `${"- ".repeat(3000)}end`],
    ["lists", Array.from({ length: 200 }, (_, index) => `${" ".repeat(index * 2)}- a`).join("\n")],
    ["lists in quotes", `${"> - ".repeat(1000)}end`],
    ["footnotes", `${"[^a]: > ".repeat(1000)}end`],
    ["stars", `${"*".repeat(5000)}a${"*".repeat(5000)}`],
    ["emphasis", `${"*a ".repeat(3000)}${"b*".repeat(3000)}`],
    ["emphasis of two kinds", `${"*_a".repeat(3000)}${"a_*".repeat(3000)}`],
    ["images", `${"![".repeat(2000)}a${"](https://x.y)".repeat(2000)}`],
    ["links", `${"[".repeat(2000)}a${"](https://x.y)".repeat(2000)}`],
    ["brackets", "[".repeat(30_000)],
    ["brackets that close", `${"[a".repeat(10_000)}${"]".repeat(10_000)}`],
    ["openings of links", "[a](".repeat(10_000)],
    ["openings of emphasis", "*a **a ".repeat(5000)],
    ["tildes", "~a~".repeat(10_000)],
    ["backticks", Array.from({ length: 300 }, (_, index) => "`".repeat(index)).join("e")],
    ["formulas", "\\(a $$".repeat(5000)],
    ["special names", `${"__a_b".repeat(8000)}__`],
    ["addresses", "https://a.b/[a".repeat(3000)],
    ["mail", "a@a.".repeat(10_000)],
    ["HTML", "<a href='".repeat(5000)],
    ["one long word", "a".repeat(50_000)],
  ])("%s", (_, markdown) => {
    const root = rendered(markdown);
    expect(depth(root)).toBeLessThan(100);
    expect(harmful(root)).toEqual([]);
    if (!markdown.includes("https") && !markdown.includes("[^"))
      expect(letters(root.textContent)).toBe(letters(markdown));
  });

  test("what lies too deep is shown as it was written", () => {
    const root = rendered(`before\n\n${"> ".repeat(40)}deep *words*\n\nafter`);
    expect(root.textContent).toContain("deep *words*");
    expect(root.lastElementChild?.outerHTML).toBe("<p>after</p>");
  });
});

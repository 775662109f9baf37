// Code in colours and formulas as MathML: what was written stays what is copied, and nothing is done twice.

import { describe, expect, test, vi } from "vitest";
import { CodeColours } from "../../../src/element/markdown/code-colours.ts";
import { languageOf } from "../../../src/element/markdown/code-languages.ts";
import { Formulas } from "../../../src/element/markdown/formula.ts";
import type { MarkdownNode } from "../../../src/element/markdown/markdown-node.ts";
import { allDrawers, emptyAnswer, harmful, rendered } from "../../support/markdown-page.ts";

const every = (
  "bash c cpp csharp css diff dockerfile glsl go html ini java js json kotlin lua php powershell python r ruby rust sql " +
  "swift toml ts xml yaml"
).split(" ");
const textOf = (nodes: MarkdownNode[]): string =>
  nodes.map((node) => (typeof node === "string" ? node : textOf(node.children))).join("");
const fence = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\``;
const drawn = (markdown: string) => rendered(markdown, allDrawers());
const marked = (markdown: string) =>
  [...drawn(markdown).querySelectorAll("code span")].map((span) => `${span.className}: ${span.textContent}`);

describe("code", () => {
  test("has its words marked, and its language named as people call it", () => {
    expect(marked(fence("js", "const a = 1; // one\nf(`x ${a}`);"))).toEqual([
      "keyword: const",
      "title: a",
      "number: 1",
      "comment: // one",
      "title: f",
      "string: `x ${",
      "string: }`",
    ]);
    const names = (words: string[]) =>
      words.map((word) => drawn(fence(word, "x")).querySelector(".code-block")!.getAttribute("data-language"));
    expect(names(["js", "py", "sh", "c++", "cs", "toml", "html", "wgsl", "TSX", "yml", "rs"])).toEqual([
      "JavaScript",
      "Python",
      "Shell",
      "C++",
      "C#",
      "TOML",
      "HTML",
      "WGSL",
      "TSX",
      "YAML",
      "Rust",
    ]);
    expect(drawn(fence("js", "x")).querySelector("pre")!.getAttribute("aria-label")).toBe("Code in JavaScript");
  });

  test("in a language that is not known, or in none, it stays plain and keeps its word", () => {
    expect(marked(`${fence("brainfuck", "+[->+<]")}\n\n${fence("", "const a = 1;")}`)).toEqual([]);
    const [known, none] = drawn(`${fence("brainfuck", "+")}\n\n${fence("", "x")}`).querySelectorAll(".code-block");
    expect([known.getAttribute("data-language"), none.getAttribute("data-language")]).toEqual(["brainfuck", null]);
  });

  test.each([
    ["html", '<a onclick="x()">&amp;</a><script>if (a < b) alert("</p>")</script><style>a{b:c}</style>'],
    ["js", `${"`${".repeat(400)}x`],
    ["python", `def f(\n${"(".repeat(500)}`],
    ["cpp", '#include <x>\ntemplate<class T> T f(T&& a) { return R"(a)"; }'],
    ["md", "# a\n[b](c) **d**\n~~~js\nlet x\n~~~"],
    ["constructor", "x"],
    ["__proto__", "x"],
  ])("its text is what was written, to the letter (%s)", (language, code) => {
    const root = drawn(fence(language, code));
    expect(root.querySelector("code")!.textContent).toBe(`${code}\n`);
    expect(harmful(root)).toEqual([]);
  });

  test("marks that turn the direction of what follows are shown in it, and turn no letter elsewhere", () => {
    const root = drawn(`a\u202eb \`c\u202ed\`\n\n${fence("js", "if (a) /*\u202e } \u2066*/ x()")}`);
    expect(root.textContent).toContain("ab c[U+202E]d");
    expect(root.querySelector("pre")!.textContent).toBe("if (a) /*[U+202E] } [U+2066]*/ x()\n");
  });

  test.each(["js", "html", "python", "sh", "sql", "php", "yaml"])(
    "in pieces it comes to what it is whole: %s",
    (word) => {
      const code = [
        "/* a\n b */ `x ${y}\n z` <b c='d\ne'>f</b>",
        '<script>let a = "</p>"; // </script><style>a { b: c }\n</style><i>',
        '"""a\nb""" # c\nif [ "$a" ]; then\n  SELECT \'a\' FROM b;\n- a: |\n    b\n  c: d',
      ].join("\n");
      const [growing, line] = [new CodeColours(), (nodes: MarkdownNode[]) => JSON.stringify(nodes)];
      for (let end = 1; end < code.length; end++) {
        const cut = code.slice(0, end);
        expect(line(growing.draw(cut, word)!.children)).toBe(line(new CodeColours().draw(cut, word)!.children));
      }
    },
  );

  test("a script ends where its closing tag stands, and what follows is HTML again", () => {
    expect(marked(fence("html", "<script>\nlet a; // x </script><b>"))).toEqual([
      "keyword: script",
      "keyword: let",
      "title: a",
      "comment: // x ",
      "keyword: script",
      "keyword: b",
    ]);
  });

  test("what has been read is not read again", () => {
    const [{ parser }, colours] = [languageOf("lua")!, new CodeColours()];
    const tokens = vi.spyOn(parser, "token");
    let code = "";
    for (let count = 0; count < 200; count++) colours.draw((code += "local a = 1\n"), "lua");
    expect(tokens.mock.calls.length).toBeLessThan(200 * 12);
    const { children } = colours.draw(code, "lua")!;
    tokens.mockClear();
    expect(colours.draw(code, "lua")!.children).toBe(children);
    expect(tokens).not.toHaveBeenCalled();
  });

  test("a line that no person writes stays plain", () => {
    const { children } = new CodeColours().draw(`let a;\n${"let b;".repeat(400)}\nlet c;`, "js")!;
    expect(children.filter((node) => typeof node === "object")).toHaveLength(4);
  });

  // Anything quadratic in 60,000 characters would take minutes.
  test.each(every)("no code is too much: %s", (word) => {
    for (const piece of ["a b", "[a](", "`${", '"', "<a b=", "$", "(a", "/*", "{", "1e", "\\", "- ", "a: "]) {
      const code = piece.repeat(20_000);
      expect(textOf(new CodeColours().draw(code, word)!.children)).toBe(code);
      const lines = `${piece.repeat(400)}\n`.repeat(12);
      expect(textOf(new CodeColours().draw(lines, word)!.children)).toBe(lines);
    }
  });
});

describe("formulas", () => {
  const shown = (markdown: string) =>
    drawn(markdown).innerHTML.replaceAll(/ aria-label="Formula" role="group" tabindex="0"/g, "");

  test("between dollars, brackets and on lines of their own", () => {
    const square = "<msup><mi>x</mi><mn>2</mn></msup>";
    expect(shown("so $x^2$.")).toBe(`<p>so <math>${square}</math>.</p>`);
    expect(shown("so \\(x^2\\).")).toBe(`<p>so <math>${square}</math>.</p>`);
    expect(shown("so $$x^2$$.")).toContain('<math display="block">');
    const block = `<div class="formula-scroll"><math display="block">${square}</math></div>`;
    expect(shown("$$\nx^2\n$$")).toBe(block);
    expect(shown("\\[x^2\\]")).toBe(block);
  });

  test.each([
    "costs $5 or $10",
    "costs $5, or $10 for two",
    "pay $5 and you get 10$ back",
    "$20k for the car and 5$",
    "between $1,000 and $2,000",
    "$HOME/bin:$PATH and $x",
    "US$5 and CA$7",
    "$ x $ and $x $ and $ x$",
    "a$b$c and \\$x\\$",
    "one $ alone",
  ])("money and names of a shell are none: %s", (text) => {
    expect(drawn(text).querySelector("math, code")).toBeNull();
    expect(drawn(text).textContent).toBe(text.replaceAll("\\$", "$"));
  });

  test.each(["$n$", "$3$", "$-1$", "$3x + 2$", "$2 \\text{ cm}$", "$\\$5$", "($x$)", "**$x$**", "$a_1 * b_2 * c$"])(
    "a formula: %s",
    (text) => expect(drawn(text).querySelectorAll("math")).toHaveLength(1),
  );

  test("code is none", () => expect(drawn("`$x$` and ``$$y$$``").querySelector("math")).toBeNull());

  test("what is no TeX, not supported, or asks for more than letters stays as it was written", () => {
    for (const tex of ["\\frac{a", "\\nonsense", "\\href{javascript:alert(1)}{x}", "\\includegraphics{https://a.b/c}"])
      expect(shown(`\\(${tex}\\)`)).toBe(`<p><code class="math">${tex}</code></p>`);
    const deep = `${"\\sqrt{".repeat(100)}x${"}".repeat(100)}`;
    expect(new Formulas().draw(deep, false)).toBeUndefined();
    expect(new Formulas().draw("\\def\\a{\\a\\a}\\a", false)).toBeUndefined();
  });

  test("styles become classes of ours, and colours nothing", () => {
    const root = drawn(
      "$$\\boxed{x} \\cancel{y} \\color{red} z \\begin{array}{c|c} a & b \\\\ \\hline c & d \\end{array}$$",
    );
    expect(harmful(root)).toEqual([]);
    const classes = new Set([...root.querySelectorAll("math [class]")].map(({ className }) => String(className)));
    expect([...classes].join(" ")).toMatch(/boxed.*strike-up.*line-/);
  });

  test("one whose end is still to come is TeX, and each is built once", () => {
    let built = 0;
    const formulas = new Formulas();
    const { root, document } = emptyAnswer({
      formula: (tex, display) => {
        built++;
        return formulas.draw(tex, display);
      },
    });
    document.grow("Thus:\n$$\nx^2\n");
    expect([root.querySelector("math"), built]).toEqual([null, 0]);
    document.grow("Thus:\n$$\nx^2\n$$\n");
    expect(root.querySelector("math")).not.toBeNull();
    expect(formulas.draw("x^2", true)).toBe(formulas.draw("x^2", true));
  });

  test("a long one in a line has a frame of its own, which scrolls", () => {
    const long = "$a + b + c + d + e + f + g + h + i + j + k + l + m$";
    expect(shown(`so ${long}`)).toContain('<span class="formula-scroll"><math>');
  });
});

test("drawn anew once a drawer has come, an answer is as if it had been there", () => {
  const text = `${fence("js", "let a;")}\n\n$x$ and\n\n- more`;
  let drawers = {};
  const { root, document } = emptyAnswer({
    code: (...code) => ("code" in drawers ? (drawers as ReturnType<typeof allDrawers>).code!(...code) : undefined),
    formula: (...tex) =>
      "formula" in drawers ? (drawers as ReturnType<typeof allDrawers>).formula!(...tex) : undefined,
  });
  for (let end = 1; end <= text.length; end++) document.grow(text.slice(0, end));
  expect(root.querySelector("math, .keyword")).toBeNull();
  const list = root.querySelector("ul");
  drawers = allDrawers();
  document.redraw(text);
  expect(root.querySelector(".keyword")).not.toBeNull();
  expect(root.querySelector("math")).not.toBeNull();
  expect(root.querySelector("ul")).toBe(list); // what stays equal is kept
  document.finish(text);
  expect(root.outerHTML).toBe(drawn(text).outerHTML);
});

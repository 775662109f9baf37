// What GFM adds to CommonMark, in examples of our own, each with the HTML that GitHub's rules give: tables, task lists,
// strikethrough, bare addresses, footnotes. https://github.github.com/gfm/

export interface MarkdownExample {
  markdown: string;
  html: string;
}

const table = (head: string, ...rows: string[]) =>
  `<table><thead><tr>${head}</tr></thead>${rows.length > 0 ? `<tbody>${rows.map((row) => `<tr>${row}</tr>`).join("")}</tbody>` : ""}</table>`;
const link = (text: string, href = text) => `<a href="${href}">${text}</a>`;
const box = (checked: boolean) => `<input type="checkbox" disabled ${checked ? "checked" : ""}>`;

const examples: [markdown: string, html: string][] = [
  // Tables
  ["| foo | bar |\n| --- | --- |\n| baz | bim |", table("<th>foo</th><th>bar</th>", "<td>baz</td><td>bim</td>")],
  [
    "| abc | defghi |\n:-: | -----------:\nbar | baz",
    table(
      '<th align="center">abc</th><th align="right">defghi</th>',
      '<td align="center">bar</td><td align="right">baz</td>',
    ),
  ],
  ["|a|\n|:-|\n|b|", table('<th align="left">a</th>', '<td align="left">b</td>')],
  [
    "| f\\|oo  |\n| ------ |\n| b `\\|` az |\n| b **\\|** im |",
    table("<th>f|oo</th>", "<td>b <code>|</code> az</td>", "<td>b <strong>|</strong> im</td>"),
  ],
  [
    "| abc | def |\n| --- | --- |\n| bar | baz |\n> bar",
    `${table("<th>abc</th><th>def</th>", "<td>bar</td><td>baz</td>")}<blockquote><p>bar</p></blockquote>`,
  ],
  [
    "| abc | def |\n| --- | --- |\n| bar | baz |\nbar\n\nbar",
    `${table("<th>abc</th><th>def</th>", "<td>bar</td><td>baz</td>", "<td>bar</td><td></td>")}<p>bar</p>`,
  ],
  ["| abc | def |\n| --- |\n| bar |", "<p>| abc | def |\n| --- |\n| bar |</p>"],
  [
    "| abc | def |\n| --- | --- |\n| bar |\n| bar | baz | boo |",
    table("<th>abc</th><th>def</th>", "<td>bar</td><td></td>", "<td>bar</td><td>baz</td>"),
  ],
  ["| abc | def |\n| --- | --- |", table("<th>abc</th><th>def</th>")],
  [
    "| file | snake_case |\n|---|---|\n| Q4_K_M | my_long_name |\n| Q4_K | *a* |",
    table(
      "<th>file</th><th>snake_case</th>",
      "<td>Q4_K_M</td><td>my_long_name</td>",
      "<td>Q4_K</td><td><em>a</em></td>",
    ),
  ],
  ["words\n| a |\n|---|\n| b |", `<p>words</p>${table("<th>a</th>", "<td>b</td>")}`],
  ["- x\n\n  | a |\n  |---|\n  | b |", `<ul><li><p>x</p>${table("<th>a</th>", "<td>b</td>")}</li></ul>`],
  ["> | a |\n> |---|\n> | b |", `<blockquote>${table("<th>a</th>", "<td>b</td>")}</blockquote>`],
  // Task lists
  ["- [ ] foo\n- [x] bar", `<ul><li>${box(false)} foo</li><li>${box(true)} bar</li></ul>`],
  [
    "- [x] foo\n  - [ ] bar\n  - [X] baz\n- [ ] bim",
    `<ul><li>${box(true)} foo<ul><li>${box(false)} bar</li><li>${box(true)} baz</li></ul></li><li>${box(false)} bim</li></ul>`,
  ],
  ["1. [x] one\n\n2. [ ] two", `<ol><li><p>${box(true)} one</p></li><li><p>${box(false)} two</p></li></ol>`],
  ["- [x]no\n- [] no\n- no [x] no", "<ul><li>[x]no</li><li>[] no</li><li>no [x] no</li></ul>"],
  ["- a\n\n  [x] no", "<ul><li><p>a</p><p>[x] no</p></li></ul>"],
  ["[x] no", "<p>[x] no</p>"],
  // Strikethrough
  ["~~Hi~~ Hello, ~there~ world!", "<p><del>Hi</del> Hello, <del>there</del> world!</p>"],
  ["This ~~has a\n\nnew paragraph~~.", "<p>This ~~has a</p><p>new paragraph~~.</p>"],
  ["This will ~~~not~~~ strike.", "<p>This will ~~~not~~~ strike.</p>"],
  ["~~one *two* `~~` three~~", "<p><del>one <em>two</em> <code>~~</code> three</del></p>"],
  ["about ~5 to ~6, in ~/bin or ~~ here", "<p>about ~5 to ~6, in ~/bin or ~~ here</p>"],
  ["~a~~ b", "<p>~a~~ b</p>"],
  // Bare addresses
  ["www.commonmark.org", `<p>${link("www.commonmark.org", "http://www.commonmark.org")}</p>`],
  [
    "Visit www.commonmark.org/help for more information.",
    `<p>Visit ${link("www.commonmark.org/help", "http://www.commonmark.org/help")} for more information.</p>`,
  ],
  [
    "Visit www.commonmark.org.\n\nVisit www.commonmark.org/a.b.",
    `<p>Visit ${link("www.commonmark.org", "http://www.commonmark.org")}.</p><p>Visit ${link("www.commonmark.org/a.b", "http://www.commonmark.org/a.b")}.</p>`,
  ],
  ...[
    ["www.google.com/search?q=Markup+(business)", ""],
    ["www.google.com/search?q=Markup+(business)", "))"],
    ["www.google.com/search?q=(business))+ok", ""],
    ["www.google.com/search?q=commonmark&hl=en", ""],
  ].map(([address, rest]): [string, string] => [
    `${address}${rest}\n\n(${address})`,
    `<p>${link(address, `http://${address}`)}${rest}</p><p>(${link(address, `http://${address}`)})</p>`,
  ]),
  [
    "www.google.com/search?q=commonmark&hl;",
    `<p>${link("www.google.com/search?q=commonmark", "http://www.google.com/search?q=commonmark")}&amp;hl;</p>`,
  ],
  ["www.commonmark.org/he<lp", `<p>${link("www.commonmark.org/he", "http://www.commonmark.org/he")}&lt;lp</p>`],
  ["http://commonmark.org", `<p>${link("http://commonmark.org")}</p>`],
  [
    "(Visit https://encrypted.google.com/search?q=Markup+(business))",
    `<p>(Visit ${link("https://encrypted.google.com/search?q=Markup+(business)")})</p>`,
  ],
  ["foo@bar.baz", `<p>${link("foo@bar.baz", "mailto:foo@bar.baz")}</p>`],
  [
    "hello@mail+xyz.example isn't valid, but hello+xyz@mail.example is.",
    `<p>hello@mail+xyz.example isn't valid, but ${link("hello+xyz@mail.example", "mailto:hello+xyz@mail.example")} is.</p>`,
  ],
  ["a.b-c_d@a.b", `<p>${link("a.b-c_d@a.b", "mailto:a.b-c_d@a.b")}</p>`],
  ["a.b-c_d@a.b.", `<p>${link("a.b-c_d@a.b", "mailto:a.b-c_d@a.b")}.</p>`],
  ["a.b-c_d@a.b-", "<p>a.b-c_d@a.b-</p>"],
  ["a.b-c_d@a.b_", "<p>a.b-c_d@a.b_</p>"],
  ["mailto:foo@bar.baz", `<p>${link("mailto:foo@bar.baz", "mailto:foo@bar.baz")}</p>`],
  [
    "**https://a.org/x_y_** and *www.a.org* in `https://a.org`",
    `<p><strong>${link("https://a.org/x_y")}_</strong> and <em>${link("www.a.org", "http://www.a.org")}</em> in <code>https://a.org</code></p>`,
  ],
  ["[https://a.org](https://b.org)", `<p>${link("https://a.org", "https://b.org")}</p>`],
  ["see [1] at https://a.org [2]", `<p>see [1] at ${link("https://a.org")} [2]</p>`],
  // Footnotes; the way back isn't compared
  [
    "One.[^1] Two.[^n] One again.[^1]\n\n[^n]: Second.\n[^1]: First\n    goes on.\n\nEnd.",
    "<p>One.<sup>1</sup> Two.<sup>2</sup> One again.<sup>1</sup></p><p>End.</p><ol><li><p>First\ngoes on.</p></li><li><p>Second.</p></li></ol>",
  ],
  [
    "Note.[^a]\n\n[^a]: First.\n\n    - list\n\n    ```\n    code\n    ```",
    "<p>Note.<sup>1</sup></p><ol><li><p>First.</p><ul><li>list</li></ul><pre><code>code\n</code></pre></li></ol>",
  ],
  ["No note [^1] here.", "<p>No note [^1] here.</p>"],
];

export const gfmExamples: MarkdownExample[] = examples.map(([markdown, html]) => ({ markdown, html }));

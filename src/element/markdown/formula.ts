// TeX -> MathML, by temml. Of what it builds, only the MathML Core elements and attributes listed here are taken, with
// values that are a word or a length: no address, no style, no class of its own. What it would do by style (the rules of a
// matrix, a box, a line through a term) becomes one of a few classes, or is dropped, as colours are.
// https://w3c.github.io/mathml-core/

import temml from "temml";
import type { MarkdownElement, MarkdownNode } from "./markdown-node.ts";

/** What is longer (UTF-16 units), deeper, or comes to more elements stays TeX: nobody wrote that to be read. */
const longestFormula = 5_000;
const deepestElement = 48;
const mostElements = 4_000;

const limits = {
  maxSize: [24, 60] as [number, number],
  maxExpand: 500,
  strict: false,
  trust: false,
  throwOnError: true,
};

const elements = new Set(
  (
    "math mrow mi mn mo mtext ms mspace mfrac msqrt mroot mstyle mpadded mphantom msub msup msubsup munder mover " +
    "munderover mmultiscripts mprescripts none mtable mtr mtd"
  ).split(" "),
);
const attributes = new Set(
  (
    "display displaystyle scriptlevel movablelimits fence form stretchy symmetric separator largeop accent accentunder " +
    "lspace rspace width height depth voffset minsize maxsize linethickness mathvariant mathsize rowspan columnspan"
  ).split(" "),
);
const plainValue = /^(?:[a-z]{1,16}|[+-]?[\d.]{1,12}(?:em|ex|px|pt|mu|%)?)$/;

const strokes: Record<string, string> = {
  updiagonalstrike: "strike-up",
  downdiagonalstrike: "strike-down",
  horizontalstrike: "strike",
  top: "line-above",
  bottom: "line-below",
};
const rules: Record<string, string> = {
  borderTop: "line-above",
  borderBottom: "line-below",
  borderLeft: "line-left",
  borderRight: "line-right",
  border: "boxed",
};

/** As far as it is read here. */
interface BuiltNode {
  type?: string;
  text?: string;
  attributes?: Record<string, unknown>;
  classes?: readonly string[];
  style?: Record<string, unknown>;
  children?: readonly BuiltNode[];
}

/** Formulas of one answer; each is built once however often the answer is drawn. */
export class Formulas {
  readonly #drawn = new Map<string, MarkdownElement | undefined>();

  /** Undefined where it is no TeX that temml knows. */
  draw(tex: string, display: boolean): MarkdownElement | undefined {
    const key = `${display ? "display" : "inline"} ${tex}`;
    if (!this.#drawn.has(key)) this.#drawn.set(key, drawn(tex, display));
    return this.#drawn.get(key);
  }
}

function drawn(tex: string, display: boolean): MarkdownElement | undefined {
  if (tex.length > longestFormula) return undefined;
  try {
    const built = temml.__renderToMathMLTree(tex, { ...limits, displayMode: display }) as BuiltNode;
    const [math] = new MathCopy().copy(built, 0);
    return typeof math === "object" && math.tag === "math" ? math : undefined;
  } catch {
    return undefined; // not TeX, not supported, or too much of it
  }
}

class MathCopy {
  #left = mostElements;

  copy(node: BuiltNode, depth: number): MarkdownNode[] {
    if (--this.#left < 0 || depth > deepestElement) throw new RangeError("The formula is too large.");
    if (typeof node.text === "string") return [node.text];
    const children = (node.children ?? []).flatMap((child) => this.copy(child, depth + 1));
    const tag = node.type === "menclose" ? "mrow" : node.type;
    if (!tag || !elements.has(tag)) return tag ? children : ofNothing(children);
    return [{ tag: tag as MarkdownElement["tag"], attributes: attributesOf(node), children }];
  }
}

/** A fragment's children are its parent's; of a link or an HTML span, the words stay. */
const ofNothing = (children: MarkdownNode[]): MarkdownNode[] =>
  children.map((child) => (typeof child === "string" ? { tag: "mtext", attributes: {}, children: [child] } : child));

function attributesOf({ attributes: given = {}, classes = [], style = {} }: BuiltNode): Record<string, string> {
  const taken = Object.entries(given).flatMap(([name, value]): [string, string][] =>
    attributes.has(name) && plainValue.test(String(value)) ? [[name, String(value)]] : [],
  );
  const names = [
    ...String(given.notation ?? "")
      .split(" ")
      .map((notation) => strokes[notation]),
    ...Object.keys(style).map((property) => rules[property]),
    ...(classes.includes("tml-left") ? ["left"] : classes.includes("tml-right") ? ["right"] : []),
    ...(isZero(style.paddingLeft) ? ["flush-left"] : []),
    ...(isZero(style.paddingRight) ? ["flush-right"] : []),
  ].filter(Boolean);
  return { ...Object.fromEntries(taken), ...(names.length > 0 ? { class: names.join(" ") } : {}) };
}

const isZero = (length: unknown) => /^0(em|pt|px)?$/.test(String(length));

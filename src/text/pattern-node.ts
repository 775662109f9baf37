// A pattern that cuts text, as a tree: what split-pattern.ts reads and linear-pattern.ts runs. And the same in JavaScript's own
// words, for the patterns of published families, which are known not to go back and forth.

export type PatternNode =
  | { kind: "set"; source: string } // one character: a class, an escape or a character, as JavaScript writes it
  | { kind: "sequence"; parts: PatternNode[] }
  | { kind: "either"; choices: PatternNode[] } // the first that fits
  | { kind: "repeat"; of: PatternNode; min: number; max: number; lazy: boolean } // max may be Infinity
  | { kind: "atomic"; of: PatternNode } // a match that is never given back
  | { kind: "look"; of: PatternNode; behind: boolean; negated: boolean };

/** The fewest and the most characters that a match has. */
export function widthOf(node: PatternNode): [min: number, max: number] {
  switch (node.kind) {
    case "set":
      return [1, 1];
    case "look":
      return [0, 0];
    case "atomic":
      return widthOf(node.of);
    case "repeat": {
      const [min, max] = widthOf(node.of);
      return [min && min * node.min, max && node.max && max * node.max]; // 0 times Infinity is NaN
    }
    case "sequence": {
      const widths = node.parts.map(widthOf);
      return [widths.reduce((sum, [min]) => sum + min, 0), widths.reduce((sum, [, max]) => sum + max, 0)];
    }
    case "either": {
      const widths = node.choices.map(widthOf);
      return [Math.min(...widths.map(([min]) => min)), Math.max(...widths.map(([, max]) => max))];
    }
  }
}

/** For `new RegExp(…, "gu")`. */
export function toJavaScript(root: PatternNode): string {
  let atomics = 0;
  const write = (node: PatternNode): string => {
    switch (node.kind) {
      case "set":
        return node.source;
      case "sequence":
        return node.parts.map(write).join("");
      case "either":
        return `(?:${node.choices.map(write).join("|")})`;
      case "look":
        return `(?${node.behind ? "<" : ""}${node.negated ? "!" : "="}${write(node.of)})`;
      case "atomic": {
        // A look ahead is never given back, and what it found is then taken.
        const name = `atomic${atomics++}`;
        return `(?:(?=(?<${name}>${write(node.of)}))\\k<${name}>)`;
      }
      case "repeat": {
        const { of, min, max, lazy } = node;
        const count = `{${min},${max === Infinity ? "" : max}}`;
        const sign = { "{0,}": "*", "{1,}": "+", "{0,1}": "?" }[count] ?? count;
        return `(?:${of.kind === "set" ? of.source : `(?:${write(of)})`}${sign}${lazy ? "?" : ""})`;
      }
    }
  };
  return write(root);
}

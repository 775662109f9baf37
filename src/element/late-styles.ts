// The style sheet of a part that has come late, added to those of the element.

import type { CSSResult } from "lit";

export function adoptStyles(root: ParentNode, { styleSheet }: CSSResult): void {
  const { adoptedStyleSheets } = root as ShadowRoot;
  if (styleSheet && !adoptedStyleSheets.includes(styleSheet))
    (root as ShadowRoot).adoptedStyleSheets = [...adoptedStyleSheets, styleSheet];
}

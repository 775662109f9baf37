// The style sheets of a part that came late, added to those of the element.

import type { CSSResult } from "lit";

export function adoptStyles(root: Node | ParentNode, ...styles: readonly CSSResult[]): void {
  const { adoptedStyleSheets: before = [] } = root as Partial<ShadowRoot>;
  const missing = styles.flatMap(({ styleSheet }) => (styleSheet && !before.includes(styleSheet) ? styleSheet : []));
  if (missing.length > 0) Object.assign(root, { adoptedStyleSheets: [...before, ...missing] });
}

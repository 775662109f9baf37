// The elements that the pages of measurements are drawn with.

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className = "",
  ...content: (string | Node)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

export function shape(name: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.textContent = text;
  return made;
}

/** Room for a table that may be wider than the page: it scrolls, and can be reached by the keyboard. */
export function wide(table: HTMLTableElement, label: string): HTMLElement {
  const made = element("div", "wide", table);
  made.tabIndex = 0;
  made.role = "region";
  made.ariaLabel = label;
  return made;
}

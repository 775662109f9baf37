// Light, dark or as the system says: one button that goes round, remembered on this device.

import { pageStrings } from "./page-words.ts";

const order = ["auto", "light", "dark"] as const;
type Theme = (typeof order)[number];
const storageKey = "pronk.theme";

/** Returns a function that words it anew in the page's language. */
export function startTheme(button: HTMLElement, label: HTMLElement): () => void {
  let theme = remembered();
  const show = () => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    label.textContent = pageStrings.themes[theme];
    button.title = pageStrings.themes[theme];
  };
  button.addEventListener("click", () => {
    theme = order[(order.indexOf(theme) + 1) % order.length];
    try {
      localStorage.setItem(storageKey, theme);
    } catch {
      // Storage refused: it holds for this page.
    }
    show();
  });
  show();
  return show;
}

function remembered(): Theme {
  try {
    return order.find((theme) => theme === localStorage.getItem(storageKey)) ?? "auto";
  } catch {
    return "auto";
  }
}

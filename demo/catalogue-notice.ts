// When the list of models did not arrive: a line above the chat that says so, with a button that asks for it again and one
// that leads to what runs without it. The picker says it too, in the list's place.

import { CatalogueProblem } from "./catalogue.ts";
import { pageStrings as strings } from "./page-words.ts";

export interface CatalogueNoticeActions {
  retry(): void;
  choose(): void;
}

/** "" removes the line. */
export function showCatalogueNotice(place: HTMLElement, problem: string, actions: CatalogueNoticeActions): void {
  place.hidden = problem === "";
  const text = document.createElement("p");
  text.textContent = `${problem} ${strings.catalogueElse}`;
  const button = (action: string, words: string, act: () => void) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button";
    made.dataset.action = action;
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  };
  place.replaceChildren(
    ...(problem
      ? [
          text,
          button("choose-otherwise", strings.pickerTitle, actions.choose),
          button("retry-catalogue", strings.tryAgain, actions.retry),
        ]
      : []),
  );
}

/** What went wrong, in one sentence for the person at the page. */
export function catalogueWords(error: unknown): string {
  if (error instanceof CatalogueProblem)
    return error.status === undefined ? strings.catalogueUnread : strings.catalogueRefused(error.status);
  return navigator.onLine ? strings.catalogueLost : strings.catalogueOffline;
}

// Below an answer in which a small model says that it does not know: one quiet line with the next larger model that fits
// this GPU. A press takes the question there, but downloads nothing. The sentence to look for stands in the catalogue.

import { formatBytes, type PronkChat } from "../src/element/index.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import { type Fit, fitsOf } from "./fit.ts";
import { pageStrings as strings } from "./page-words.ts";

export interface LargerModelPage {
  catalogue(): readonly CatalogueEntry[];
  /** The catalogue's id of the model that answers. */
  currentKey(): string | undefined;
  isStored(entry: CatalogueEntry): boolean;
  /** Opens the model, with the question in its text field. */
  ask(entry: CatalogueEntry, question: string): void;
}

/** The smallest that is larger than `current`, fits and is open to all; undefined if there is none. */
export function nextLarger(
  catalogue: readonly CatalogueEntry[],
  current: CatalogueEntry,
  fits: ReadonlyMap<string, Fit>,
): CatalogueEntry | undefined {
  return catalogue
    .filter(({ id, gated, parameters }) => !gated && parameters > current.parameters && fits.get(id)?.fits)
    .sort((a, b) => a.parameters - b.parameters)[0];
}

/** Keeps the line in `place`, slotted after the last answer, up to date; returns a function that words it anew. */
export function startLargerModel(chat: PronkChat, place: HTMLElement, page: LargerModelPage): () => void {
  let fits: ReadonlyMap<string, Fit> = new Map();
  let shown: string | undefined; // the turn that it stands below
  const update = async (): Promise<void> => {
    const [question, answer] = chat.turns.slice(-2);
    const current = page.catalogue().find(({ id }) => id === page.currentKey());
    const declines =
      chat.state === "ready" && current?.declines && answer?.role === "assistant"
        ? answer.text.startsWith(current.declines)
        : false;
    if (declines && shown === answer.id) return;
    place.hidden = true;
    shown = declines ? answer.id : undefined;
    if (!current || !shown) return;
    if (fits.size === 0) fits = await fitsOf(page.catalogue()); // nothing is known yet
    const next = nextLarger(page.catalogue(), current, fits);
    if (!next || shown !== answer.id) return;
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      textContent: strings.askModel(next.label),
    });
    button.dataset.action = "ask-larger";
    button.addEventListener("click", () => page.ask(next, question.text));
    const size = page.isStored(next) ? strings.stored : strings.download(formatBytes(next.sizeBytes, strings.locale));
    place.replaceChildren(`${strings.largerMayKnow} `, button, ` (${size})`);
    place.hidden = false;
  };
  for (const event of ["pronk-state", "pronk-message", "pronk-conversation"])
    chat.addEventListener(event, () => void update());
  chat.addEventListener("click", () => void chat.updateComplete.then(update)); // another version of the answer, perhaps
  return () => {
    shown = undefined;
    void update();
  };
}

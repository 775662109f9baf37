// The words that the element shows: those of the nearest `lang` attribute, its own, an ancestor's or a shadow host's, also
// when that changes; over them what the page has set. Until a language's file is there, the previous language stays; if it
// does not come, English is shown.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { type ChatStrings, english } from "./en.ts";
import { fetchWords, wordsAtHand } from "./language-files.ts";
import { speechFor } from "./speech.ts";

const patienceMs = 3000; // a page without words is worse than one in English

export class FollowedLanguage implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  #given: Partial<ChatStrings> = {};
  #language = english;
  #words = english;
  #tag = "en";
  #arrival: Promise<unknown> | undefined;
  #observer: MutationObserver | undefined;

  constructor(host: ReactiveControllerHost & Element) {
    this.#host = host;
    host.addController(this);
  }

  get words(): ChatStrings {
    return this.#words;
  }

  /** What the page says in its own words, all of it or some. */
  set given(words: Partial<ChatStrings> | undefined) {
    this.#given = words ?? {};
    this.#show(this.#language);
  }

  /** Resolves when the words wanted now are there, or waiting is no use; undefined where they already are. */
  get arrival(): Promise<unknown> | undefined {
    this.#look();
    return this.#arrival;
  }

  hostConnected(): void {
    this.#observer = new MutationObserver(() => this.#look());
    for (const element of withAncestors(this.#host))
      this.#observer.observe(element, { attributes: true, attributeFilter: ["lang"] });
    this.#look();
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
  }

  #look(): void {
    const tag = languageTagOf(this.#host);
    if (tag === this.#tag) return;
    this.#tag = tag;
    this.#arrival = undefined;
    const speech = speechFor(tag);
    const atHand = speech ? wordsAtHand(speech) : english;
    if (!speech || atHand) return this.#show(atHand ?? english);
    const arrived = fetchWords(speech).then(() => {
      if (tag !== this.#tag) return; // another is wanted by now
      this.#arrival = undefined;
      this.#show(wordsAtHand(speech) ?? english);
    });
    this.#arrival = Promise.race([arrived, new Promise((done) => setTimeout(done, patienceMs))]);
  }

  #show(language: ChatStrings): void {
    this.#language = language;
    this.#words = { ...language, ...this.#given };
    this.#host.requestUpdate();
  }
}

/** "" where none is set. */
function languageTagOf(element: Element): string {
  for (const one of withAncestors(element)) {
    const tag = one.getAttribute("lang");
    if (tag !== null) return tag.trim();
  }
  return "";
}

/** Through shadow roots to the document's element. */
function* withAncestors(element: Element): Generator<Element> {
  for (let at: Element | null = element; at; at = at.parentElement ?? hostOf(at)) yield at;
}

const hostOf = (element: Element): Element | null => (element.getRootNode() as Partial<ShadowRoot>).host ?? null;

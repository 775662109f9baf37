// What can be set on <pronk-chat>, by attribute or as a property, and what it begins with. pronk-chat.ts
// decides what it does with them.

import { LitElement } from "lit";
import type { Shortcut } from "./shortcut.ts";
import type { ModelReference } from "../index.ts";
import { watchOnline } from "./online-watch.ts";
import { type Draft, emptyDraft } from "./session/draft.ts";
import { type EngineFactory, pronkEngines } from "./session/engine-factory.ts";
import type { ElementOptions } from "./session/model-load.ts";
import type { ChatStrings } from "./languages/en.ts";
import { FollowedLanguage } from "./languages/followed-language.ts";

/** What can be set on `<pronk-chat>`. */
export class ChatProperties extends LitElement {
  static override properties = {
    model: {},
    system: {},
    weights: {},
    autoload: { type: Boolean },
    persist: {},
    keepAll: { type: Boolean, attribute: "keep-all" },
    token: { attribute: false },
    engineOptions: { attribute: false },
    engineFactory: { attribute: false },
    starters: { attribute: false },
    shortcuts: { attribute: false },
    strings: { attribute: false, noAccessor: true }, // a value from before the element was defined comes through it
    draft: { state: true },
    announcement: { state: true },
  };

  /** What to run; also files and folders, which an attribute can't hold. */
  declare model: ModelReference | undefined;
  /** System prompt; "" (the default) for none. */
  declare system: string;
  /** Default: the person is asked, or with `autoload` the first is taken. */
  declare weights: string | undefined;
  /** Default false: it loads on the first question or press. True: at once. */
  declare autoload: boolean;
  /** Keeps the open conversation and the draft on this device, for this tab, under this name; each element of a site needs its own. */
  declare persist: string | undefined;
  /** Default false. True: with `persist`, every conversation is kept, not only the open one. */
  declare keepAll: boolean;
  /** With `keepAll`: what to open instead of what this tab last had; set it before the first update. */
  firstConversation: string | undefined;
  /** Access token for gated repositories; kept in memory, never written to an attribute or to storage. */
  declare token: string | undefined;
  /** Passed to createEngine (quantize, kv, contextLength, ...). */
  declare engineOptions: Omit<ElementOptions, "token">;
  /** Where engines come from. For tests and for pages that share one engine; the default is pronk's own. */
  declare engineFactory: EngineFactory;
  /** Questions offered before the first message. */
  declare starters: readonly string[];
  /** The page's own keys; with a list, even an empty one, keys work on the whole page. */
  declare shortcuts: readonly Shortcut[] | undefined;
  declare protected draft: Draft;
  declare protected announcement: string;

  readonly #language = new FollowedLanguage(this);

  constructor() {
    super();
    this.system = "";
    this.autoload = false;
    this.keepAll = false;
    this.engineOptions = {};
    this.engineFactory = pronkEngines;
    this.starters = [];
    this.draft = emptyDraft;
    this.announcement = "";
    watchOnline(this);
  }

  /** The words, in the language of the nearest `lang`; those that were set, all or some, replace them. */
  get strings(): ChatStrings {
    return this.#language.words;
  }

  set strings(strings: Partial<ChatStrings> | undefined) {
    this.#language.given = strings;
  }

  /** Nothing is drawn in English while the words of another language are on their way. */
  protected override scheduleUpdate(): void | Promise<unknown> {
    const arrival = this.hasUpdated ? undefined : this.#language.arrival;
    return arrival ? arrival.then(() => super.scheduleUpdate()) : super.scheduleUpdate();
  }
}

// What the panels over the chat are drawn from, and what can be done in them.

import type { EngineInfo } from "../../index.ts";
import type { Shortcut } from "../shortcut.ts";
import type { ChatSettings } from "../session/chat-settings.ts";
import type { AnswerTurn } from "../session/turn.ts";
import type { ChatStrings } from "../languages/en.ts";

export type PanelName = "settings" | "meters" | "keys";

export interface PanelModel {
  panel: PanelName;
  settings: ChatSettings;
  /** The page's own keys. */
  shortcuts: readonly Shortcut[] | undefined;
  system: string;
  /** Undefined while no model is loaded. */
  info: EngineInfo | undefined;
  /** The last answer that has figures. */
  answer: AnswerTurn | undefined;
  /** An answer runs, or a model loads: it can't be loaded again now. */
  busy: boolean;
  strings: ChatStrings;
}

export interface PanelActions {
  close(): void;
  change(settings: ChatSettings): void;
  changeSystem(system: string): void;
  /** With the engine's settings as they are now. */
  loadAgain(): void;
}

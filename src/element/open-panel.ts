// Which of the panels over the chat is open, and the dialog that shows it. What is in it comes on demand (views/side-panels.ts).

import { nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Shortcut } from "./shortcut.ts";
import { adoptStyles } from "./late-styles.ts";
import { panelPart } from "./late-part.ts";
import type { ChatSession } from "./session/chat-session.ts";
import { lastMeasured } from "./session/turn.ts";
import type { ChatStrings } from "./languages/en.ts";
import type { PanelActions, PanelName } from "./views/panel-model.ts";

export interface OpenPanelHost extends ReactiveControllerHost {
  readonly renderRoot: ParentNode;
  readonly shortcuts: readonly Shortcut[] | undefined;
}

const busyStates: readonly string[] = ["answering", "loading", "inspecting"];

export class OpenPanel implements ReactiveController {
  readonly #host: OpenPanelHost;
  readonly #actions: PanelActions;
  #name: PanelName | undefined;

  constructor(host: OpenPanelHost, actions: Omit<PanelActions, "close">) {
    this.#host = host;
    this.#actions = {
      ...actions,
      close: () => this.#show(undefined),
      loadAgain: () => {
        this.#show(undefined);
        actions.loadAgain();
      },
    };
    host.addController(this);
  }

  async open(name: PanelName): Promise<void> {
    if (!(await panelPart.fetch())) return;
    adoptStyles(this.#host.renderRoot, panelPart.current!.sidePanelStyles);
    this.#show(name);
  }

  view(session: ChatSession, system: string, strings: ChatStrings): TemplateResult | typeof nothing {
    const { info, settings, turns, state } = session;
    if (!this.#name || !panelPart.current) return nothing;
    const busy = busyStates.includes(state.name);
    const [answer, { shortcuts }] = [lastMeasured(turns), this.#host];
    const model = { panel: this.#name, settings, shortcuts, system, info, answer, busy, strings };
    return panelPart.current.sidePanel(model, this.#actions);
  }

  hostUpdated(): void {
    const dialog = this.#host.renderRoot.querySelector<HTMLDialogElement>("dialog.side-panel");
    if (dialog && !dialog.open) dialog.showModal();
  }

  #show(name: PanelName | undefined): void {
    if (!name) this.#host.renderRoot.querySelector<HTMLDialogElement>("dialog.side-panel")?.close(); // gives the focus back
    this.#name = name;
    this.#host.requestUpdate();
  }
}

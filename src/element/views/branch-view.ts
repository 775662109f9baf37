// Where a question was asked in other words, or answered again: which of the branches is shown, and the way to the others.

import { html, nothing, type TemplateResult } from "lit";
import { leftIcon, rightIcon } from "../icons.ts";
import { formatCount } from "../quantity.ts";
import type { Turn } from "../session/turn.ts";
import type { TurnTree } from "../session/turn-tree.ts";
import type { ChatStrings } from "../languages/en.ts";
import type { TranscriptActions } from "./transcript-actions.ts";

export function branchView(
  turn: Turn,
  { tree, answering, strings }: { tree: TurnTree; answering: boolean; strings: ChatStrings },
  { showBranch }: Pick<TranscriptActions, "showBranch">,
): TemplateResult | typeof nothing {
  const branches = tree.branches(turn);
  if (branches.length < 2) return nothing;
  const at = branches.indexOf(turn);
  const step = (to: Turn | undefined, action: string, words: string, icon: TemplateResult) =>
    html`<button
      class="quiet"
      type="button"
      data-action=${action}
      title=${words}
      ?disabled=${!to || answering}
      @click=${() => to && showBranch(to)}
    >
      ${icon}<span class="visually-hidden">${words}</span>
    </button>`;
  return html`<span class="branches" part="branches">
    ${step(branches[at - 1], "earlier-branch", strings.earlierBranch, leftIcon)}
    <span>${inDigitsOf(strings.locale, strings.branchOf(at + 1, branches.length))}</span>
    ${step(branches[at + 1], "later-branch", strings.laterBranch, rightIcon)}
  </span>`;
}

const inDigitsOf = (locale: string, words: string) =>
  words.replace(/\d+/g, (digits) => formatCount(Number(digits), locale));

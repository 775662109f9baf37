// What attachments need of the element.

import type { ChatStrings } from "../languages/en.ts";
import type { ChatSession } from "../session/chat-session.ts";
import type { Attachment } from "../session/attachment.ts";
import type { Restorable } from "../session/conversation.ts";
import type { Draft } from "../session/draft.ts";

export interface AttachParts {
  session: ChatSession;
  strings(): ChatStrings;
  draft(): Draft;
  /** Replaces the draft's. */
  write(attachments: readonly Attachment[]): void;
  /** Offers back what was taken away. */
  offer(restorable: Restorable): void;
  /** Draws again. */
  changed(): void;
  /** For screen readers. */
  announce(words: string): void;
  /** Focuses the one at this place, or the last; without any, the text field. */
  focusAttachment(at: number): void;
  openSettings(): void;
  /** Positions of the context that the conversation takes, where the draft comes after it. */
  contextUsed(): number;
}

// Files come from a button, the clipboard, or a drop anywhere on the page, and a long paste counts as one, too. What then
// becomes of them is up to attachments/attachment-desk.ts, which is loaded with the first of them; until it is there, an
// attachment in the conversation is shown as its name.

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { AttachParts } from "./attachments/attach-parts.ts";
import type { AttachmentDesk } from "./attachments/attachment-desk.ts";
import type { DraftField } from "./draft-field.ts";
import { attachmentPart } from "./late-part.ts";
import { adoptStyles } from "./late-styles.ts";
import type { OpenPanel } from "./open-panel.ts";
import type { Attachment } from "./session/attachment.ts";
import { type Draft, isEditing, message } from "./session/draft.ts";
import { contextUsed, lastMeasured } from "./session/turn.ts";

/** Characters, some 800 tokens: more than the text field shows. */
const longPaste = 3000;

/** The other parts of the element that it uses. */
export interface AttachingParts extends Pick<AttachParts, "session" | "offer" | "strings" | "draft" | "announce"> {
  field: DraftField;
  panel: OpenPanel;
  write(draft: Draft): void;
}

export type AttachingHost = ReactiveControllerHost & { readonly renderRoot: HTMLElement | DocumentFragment } & Element;

export class Attaching implements ReactiveController {
  readonly #host: AttachingHost;
  readonly #parts: AttachParts;
  readonly #write: (draft: Draft) => void;
  #desk: AttachmentDesk | undefined;
  #dragging = false;
  /** Batches of files, and pasted texts, that are not read to their end yet. */
  #unread = 0;
  /** Files that could not be read because the part for it did not arrive. */
  #refused: string | undefined;

  constructor(host: AttachingHost, parts: AttachingParts) {
    const { session, draft, field, panel, write } = parts;
    this.#host = host;
    this.#parts = {
      ...parts,
      write: (attachments) => {
        const { attachments: _, ...rest } = draft();
        write({ ...rest, ...message(rest.text, attachments) });
      },
      changed: () => host.requestUpdate(),
      focusAttachment: (at) => field.focusAttachment(at),
      openSettings: () => void panel.open("settings"),
      contextUsed: () => {
        const usage = isEditing(draft()) ? undefined : lastMeasured(session.turns)?.usage;
        return usage ? contextUsed(usage) : 0;
      },
    };
    this.#write = write;
    host.addController(this);
  }

  hostConnected(): void {
    for (const type of dragTypes) globalThis.addEventListener(type, this.#onDrag);
  }

  hostDisconnected(): void {
    for (const type of dragTypes) globalThis.removeEventListener(type, this.#onDrag);
  }

  async attach(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    await this.#whileUnread(async () => {
      const desk = await this.#open();
      if (desk) await desk.attach(files);
      else this.#refuse(files[0].name);
    });
  }

  /** Takes files and long text. */
  readonly paste = (event: ClipboardEvent): void => {
    const files = [...(event.clipboardData?.files ?? [])];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.length < longPaste && (files.length === 0 || text)) return; // office suites copy text as a picture, too
    event.preventDefault();
    if (text) void this.#pasteText(text);
    else void this.attach(files);
  };

  /** The draft can't be sent as it is: there is more than the model's context takes, or something is still being read. */
  get holdsDraft(): boolean {
    return this.#unread > 0 || (this.#desk?.isTooLong ?? false);
  }

  draftView(): TemplateResult | typeof nothing {
    if (this.#refused)
      return html`<p class="editing">${this.#parts.strings().attachments.problems.partMissing(this.#refused, "")}</p>`;
    return this.#desk?.draftView() ?? this.turnView(this.#parts.draft().attachments);
  }

  turnView(attachments: readonly Attachment[] = []): TemplateResult | typeof nothing {
    if (attachments.length === 0) return nothing;
    if (this.#desk) return this.#desk.turnView(attachments);
    void this.#open().then((desk) => desk && this.#host.requestUpdate());
    return html`<p>${attachments.map(({ name }) => name).join(", ")}</p>`;
  }

  dropView(): TemplateResult | typeof nothing {
    return (this.#dragging && this.#desk?.dropView()) || nothing;
  }

  async #open(): Promise<AttachmentDesk | undefined> {
    if (await attachmentPart.fetch()) this.#desk ??= this.#equip(attachmentPart.current!);
    this.#refused = undefined;
    return this.#desk;
  }

  #equip({ AttachmentDesk: Desk, attachmentStyles }: NonNullable<typeof attachmentPart.current>): AttachmentDesk {
    adoptStyles(this.#host.renderRoot, attachmentStyles);
    return new Desk(this.#parts);
  }

  #pasteText(text: string): Promise<void> {
    return this.#whileUnread(async () => {
      const desk = await this.#open();
      if (desk) return desk.paste(text);
      const draft = this.#parts.draft();
      this.#write({ ...draft, text: draft.text + text });
    });
  }

  async #whileUnread(read: () => Promise<void>): Promise<void> {
    this.#unread++;
    this.#host.requestUpdate();
    try {
      await read();
    } finally {
      this.#unread--;
      this.#host.requestUpdate();
    }
  }

  #refuse(name: string): void {
    this.#refused = name;
    this.#host.requestUpdate();
  }

  readonly #onDrag = (event: DragEvent): void => {
    const { type, dataTransfer } = event;
    const leaves = type === "dragleave" && !event.relatedTarget;
    const takes =
      dataTransfer !== null &&
      !event.defaultPrevented &&
      dataTransfer.types.includes("Files") &&
      !isElsewhere(event, this.#host);
    if (takes && type !== "dragleave") event.preventDefault(); // or the browser would open it
    const dragging = (takes && type === "dragover") || (this.#dragging && type === "dragleave" && !leaves);
    if (dragging && !this.#desk) void this.#open().then(() => this.#host.requestUpdate());
    if (dragging !== this.#dragging) this.#host.requestUpdate();
    this.#dragging = dragging;
    if (takes && type === "drop") void this.attach([...dataTransfer.files]);
  };
}

const dragTypes = ["dragover", "dragleave", "drop"] as const;

/** In a dialog, or in another chat of the page. */
const isElsewhere = (event: Event, host: Element) =>
  event
    .composedPath()
    .some((node) => node instanceof HTMLDialogElement || (node instanceof host.constructor && node !== host));

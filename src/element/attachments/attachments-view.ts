// Attachments as a row of chips: name, size and tokens, which open to show the text. Those of a draft can be removed, by a
// press, or by Delete or Backspace while the focus is on one.

import { html, nothing, svg, type TemplateResult } from "lit";
import { closeIcon, icon } from "../icons.ts";
import { formatBytes, formatCount } from "../quantity.ts";
import type { Attachment } from "../session/attachment.ts";
import type { ChatStrings } from "../languages/en.ts";
import type { TokenCount } from "./token-counts.ts";

export interface AttachmentsModel {
  attachments: readonly Attachment[];
  /** Names of files that are being read. */
  reading?: readonly string[];
  countOf(attachment: Attachment): TokenCount;
  strings: ChatStrings;
  remove?(attachment: Attachment): void;
}

const fileIcon = icon(
  svg`<path d="M7 3.500h7l4.500 4.500v12.500h-11.500zM14 3.500v4.500h4.500M10 12.500h5.500M10 16h5.500"/>`,
);

export function attachmentsView(model: AttachmentsModel): TemplateResult | typeof nothing {
  const { attachments, reading = [], strings } = model;
  if (attachments.length === 0 && reading.length === 0) return nothing;
  return html`<ul class="attachments" part="attachments" aria-label=${strings.attachments.attached}>
    ${attachments.map((attachment) => chip(attachment, model))}
    ${reading.map((name) => html`<li class="attachment reading" role="status">${strings.attachments.reading(name)}</li>`)}
  </ul>`;
}

function chip(attachment: Attachment, { countOf, remove, strings }: AttachmentsModel): TemplateResult {
  const { name, sizeBytes } = attachment;
  const { tokens, exact } = countOf(attachment);
  const count = strings.tokens(formatCount(tokens, strings.locale), tokens);
  const figures = [formatBytes(sizeBytes, strings.locale), exact ? count : strings.attachments.about(count)].join(
    " · ",
  );
  const onRemove = (event: Event) => {
    const row = (event.currentTarget as Element).closest("ul")!;
    for (const open of row.querySelectorAll("details")) open.open = false; // the chips behind it move up
    remove?.(attachment);
  };
  const onKey = (event: KeyboardEvent) => {
    if (!remove || (event.key !== "Delete" && event.key !== "Backspace")) return;
    event.preventDefault();
    onRemove(event);
  };
  return html`<li class="attachment" data-attachment=${attachment.id}>
    <details @toggle=${(event: Event) => showText(event.target as HTMLDetailsElement, attachment)}>
      <summary @keydown=${onKey}>
        <span class="attachment-title">${fileIcon}<span class="attachment-name" dir="auto">${name}</span></span>
        <span class="attachment-figures">${figures}</span>
      </summary>
      <pre class="attachment-text" tabindex="0" dir="auto" aria-label=${name}></pre>
    </details>
    ${
      remove
        ? html`<button
            class="quiet"
            type="button"
            data-action="remove-attachment"
            title=${strings.attachments.remove(name)}
            @click=${onRemove}
          >
            ${closeIcon}<span class="visually-hidden">${strings.attachments.remove(name)}</span>
          </button>`
        : nothing
    }
  </li>`;
}

/** Text that nobody looks at costs no layout. */
function showText(details: HTMLDetailsElement, { text }: Attachment): void {
  details.querySelector("pre")!.textContent = details.open ? text : "";
}

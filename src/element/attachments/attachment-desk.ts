// What is attached to the draft, as the person works at it: files are read, refused with a sentence, counted and taken away
// again, and what will not fit the model's context is said before it is sent. This part comes on demand; attaching.ts
// calls it.

import { html, nothing, type TemplateResult } from "lit";
import { closeIcon } from "../icons.ts";
import { formatBytes, formatCount } from "../quantity.ts";
import type { Attachment } from "../session/attachment.ts";
import { message } from "../session/draft.ts";
import type { AttachParts } from "./attach-parts.ts";
import { AttachProblem, type ProblemKind } from "./attach-problem.ts";
import { attachmentsView } from "./attachments-view.ts";
import { fromPaste, mostCharacters, readFile } from "./read-file.ts";
import { estimate, type TokenCount, TokenCounts } from "./token-counts.ts";

export { attachmentStyles } from "./attachment-styles.ts";

interface Problem {
  kind: ProblemKind;
  name: string;
}

const tokensAround = 32; // what a chat template puts around a message, and more
const tokensToAnswer = 128; // fewer are hardly an answer

export class AttachmentDesk {
  readonly #parts: AttachParts;
  readonly #counts: TokenCounts;
  #problems: readonly Problem[] = [];
  #reading: readonly string[] = [];

  constructor(parts: AttachParts) {
    this.#parts = parts;
    this.#counts = new TokenCounts(parts.changed);
  }

  /** In their order, each as soon as it is read. */
  async attach(files: readonly File[]): Promise<void> {
    this.#problems = [];
    this.#reading = [...this.#reading, ...files.map(({ name }) => name)];
    this.#parts.changed();
    for (const file of files) {
      await this.#add(file.name, () => readFile(file));
      this.#reading = this.#reading.toSpliced(this.#reading.indexOf(file.name), 1);
      this.#parts.changed();
    }
    this.#tell();
  }

  async paste(text: string): Promise<void> {
    this.#problems = [];
    const { pasted } = this.#parts.strings().attachments;
    const names = new Set(this.#attachments.map(({ name }) => name));
    let number = 1;
    while (names.has(pasted(number))) number++;
    await this.#add(pasted(number), () => fromPaste(pasted(number), text));
    this.#tell();
  }

  /** Chips, and what is to be said of them. */
  draftView(): TemplateResult {
    const strings = this.#parts.strings();
    const [attachments, reading] = [this.#attachments, this.#reading];
    const remove = (attachment: Attachment) => this.#remove(attachment);
    return html`${attachmentsView({ attachments, reading, countOf: this.#countOf, strings, remove })}${this.#notes()}`;
  }

  turnView(attachments: readonly Attachment[]): TemplateResult | typeof nothing {
    return attachmentsView({ attachments, countOf: this.#countOf, strings: this.#parts.strings() });
  }

  dropView(): TemplateResult {
    return html`<div class="drop-frame">${this.#parts.strings().attachments.dropHere}</div>`;
  }

  /** The draft has more than the model's context takes. */
  get isTooLong(): boolean {
    const { contextLength, tokens } = this.#sum();
    return contextLength !== undefined && this.#attachments.length > 0 && tokens > contextLength;
  }

  readonly #countOf = (attachment: Attachment): TokenCount => this.#counts.of(attachment, this.#parts.session.engine);

  get #attachments(): readonly Attachment[] {
    return this.#parts.draft().attachments ?? [];
  }

  async #add(name: string, read: () => Attachment | Promise<Attachment>): Promise<void> {
    try {
      const attachment = await read();
      const isSame = (other: Attachment) => other.text === attachment.text && other.name === attachment.name;
      if (this.#attachments.some(isSame)) throw new AttachProblem("same");
      this.#parts.write([...this.#attachments, attachment]);
    } catch (error) {
      if (!(error instanceof AttachProblem)) throw error;
      this.#problems = [...this.#problems, { kind: error.kind, name }];
    }
  }

  #remove(attachment: Attachment): void {
    const at = this.#attachments.findIndex((other) => other.id === attachment.id);
    this.#parts.write(this.#attachments.toSpliced(at, 1));
    const text = this.#parts.strings().attachments.removed(attachment.name);
    this.#parts.offer({ text, conversation: { draft: message("", [attachment]) } });
    this.#parts.focusAttachment(at);
  }

  /** What came of it, for those who do not see it. */
  #tell(): void {
    const strings = this.#parts.strings();
    const last = this.#attachments.at(-1);
    const problem = this.#problems.map((one) => this.#wordsOf(one)).join(" ");
    if (problem) this.#parts.announce(problem);
    else if (last) this.#parts.announce(`${strings.attachments.attached}: ${last.name}`);
    this.#parts.changed();
  }

  #wordsOf({ kind, name }: Problem): string {
    const { attachments, locale } = this.#parts.strings();
    return attachments.problems[kind](name, formatBytes(mostCharacters, locale));
  }

  /** Tokens of the draft with its attachments and the system prompt. */
  #sum() {
    const { session, draft } = this.#parts;
    const { text } = draft();
    const counts = this.#attachments.map(this.#countOf);
    const tokens = counts.reduce((sum, count) => sum + count.tokens, tokensAround + estimate(text + session.system));
    return {
      contextLength: session.info?.contextLength || undefined,
      tokens,
      exact: counts.every(({ exact }) => exact),
    };
  }

  #notes(): TemplateResult | typeof nothing {
    const strings = this.#parts.strings();
    const words = strings.attachments;
    const notes = this.#problems.map(
      (problem) =>
        html`<div class="attach-note problem">
          <p>${this.#wordsOf(problem)}</p>
          ${this.#dismiss(problem)}
        </div>`,
    );
    const { contextLength, tokens, exact } = this.#sum();
    if (contextLength !== undefined && this.#attachments.length > 0) {
      const [count, context] = [tokens, contextLength].map((value) =>
        strings.tokens(formatCount(value, strings.locale), value),
      );
      if (tokens > contextLength)
        notes.push(
          html`<div class="attach-note problem" data-note="too-long">
            <p>${words.tooLong(exact ? count : words.about(count), context)}</p>
            ${this.#longerContext(contextLength)}
          </div>`,
        );
      else if (tokens + this.#parts.contextUsed() + tokensToAnswer > contextLength)
        notes.push(html`<div class="attach-note" data-note="crowds-out"><p>${words.crowdsOut}</p></div>`);
    }
    return notes.length > 0 ? html`<div class="attach-notes">${notes}</div>` : nothing;
  }

  /** Where the model could read more than it was loaded for. */
  #longerContext(contextLength: number): TemplateResult | typeof nothing {
    const { info } = this.#parts.session;
    const most = (!info?.endpoint && info?.config?.contextLength) || 0;
    if (most <= contextLength) return nothing;
    return html`<button class="link" type="button" data-action="longer-context" @click=${this.#parts.openSettings}>
      ${this.#parts.strings().attachments.longerContext}
    </button>`;
  }

  #dismiss(problem: Problem): TemplateResult {
    const { dismiss } = this.#parts.strings();
    const press = () => {
      this.#problems = this.#problems.filter((other) => other !== problem);
      this.#parts.changed();
      this.#parts.focusAttachment(this.#attachments.length);
    };
    return html`<button class="quiet" type="button" data-action="dismiss-problem" title=${dismiss} @click=${press}>
      ${closeIcon}<span class="visually-hidden">${dismiss}</span>
    </button>`;
  }
}

// Text that goes along with a message: of a file, or a long paste. A part of the conversation as plain data, and how a model is
// given it. Reading files is attachments/read-file.ts's, which is loaded on demand.

export interface Attachment {
  /** No other has it, in no tab. */
  id: string;
  name: string;
  /** Of the file; of a paste, of its text. */
  sizeBytes: number;
  /** Of a PDF, the text in it. */
  text: string;
}

/** What a person says at once. */
export interface Message {
  text: string;
  attachments?: readonly Attachment[];
}

export const isEmptyMessage = ({ text, attachments = [] }: Message): boolean =>
  !text.trim() && attachments.length === 0;

/**
 * As the model reads it: of each attachment its name on a line, then its text between two fences of backticks, longer than any
 * row of backticks in it, so that nothing in the text can end it; then the person's words.
 */
export const toContent = ({ text, attachments = [] }: Message): string =>
  [...attachments.map(fenced), text].filter(Boolean).join("\n\n");

function fenced({ name, text }: Attachment): string {
  let longest = 2;
  for (const [row] of text.matchAll(/`+/g)) longest = Math.max(longest, row.length);
  const fence = "`".repeat(longest + 1);
  return `${name}\n${fence}\n${text}${text.endsWith("\n") ? "" : "\n"}${fence}`;
}

/** Whether what was read back is a list of attachments; there may be none. */
export const areAttachments = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every(isAttachment));

function isAttachment(value: unknown): boolean {
  const { id, name, sizeBytes, text } = (value ?? {}) as Partial<Record<keyof Attachment, unknown>>;
  return [id, name, text].every((part) => typeof part === "string") && Number.isFinite(sizeBytes);
}

/** Whether two messages say the same. */
export const isSameMessage = (one: Message, other: Message): boolean =>
  one.text === other.text && idsOf(one) === idsOf(other);

const idsOf = ({ attachments = [] }: Message) => attachments.map(({ id }) => id).join();

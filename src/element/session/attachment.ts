// Text that goes along with a message, from a file or a long paste: as plain data in the conversation, and as a model is
// given it. Files are read by attachments/read-file.ts, which is loaded on demand.

export interface Attachment {
  /** Unique among all tabs. */
  id: string;
  name: string;
  /** The file's; for a paste, its text's. */
  sizeBytes: number;
  /** For a PDF, the text in it. */
  text: string;
}

/** What a person says in one go. */
export interface Message {
  text: string;
  attachments?: readonly Attachment[];
}

export const isEmptyMessage = ({ text, attachments = [] }: Message): boolean =>
  !text.trim() && attachments.length === 0;

/**
 * As the model reads it: each attachment's name on a line, then its text between two fences of backticks, longer than any
 * run of backticks in it, so that nothing in the text can close the fence; then the person's words.
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

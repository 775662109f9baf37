// A file, or text that was pasted, becomes an attachment. What can't be one is an AttachProblem that says why; nothing is
// guessed and nothing is cut.

import { onDemand } from "../../on-demand.ts";
import { PronkError } from "../../errors.ts";
import { randomId } from "../../random-id.ts";
import type { Attachment } from "../session/attachment.ts";
import { AttachProblem } from "./attach-problem.ts";
import { textOfBytes } from "./text-of-bytes.ts";

/** About 250,000 tokens, more than any model here reads; a conversation keeps it as it is. */
export const mostCharacters = 1_000_000;
const mostTextBytes = 4 * mostCharacters;
const mostPdfBytes = 64 * 1024 * 1024;

const pdfPart = onDemand("reads PDF", () => import("./pdf-text.ts"));

/** Throws AttachProblem. */
export async function readFile(file: File): Promise<Attachment> {
  const { size: sizeBytes } = file;
  const name = plainName(file.name);
  const start = await file.slice(0, 1024).text().catch(unreadable);
  if (sizeBytes > mostPdfBytes) throw new AttachProblem("large");
  const isPdf = start.startsWith("%PDF-") || file.type === "application/pdf" || /\.pdf$/i.test(name);
  if (!isPdf && sizeBytes > mostTextBytes) throw new AttachProblem("large");
  const bytes = new Uint8Array(await file.arrayBuffer().catch(unreadable)); // a folder, too
  if (bytes.length === 0) throw new AttachProblem("empty");
  const text = isPdf ? await readPdf(bytes) : textOfBytes(bytes);
  if (text.length > mostCharacters) throw new AttachProblem("large");
  if (!text.trim()) throw new AttachProblem("empty");
  return { id: randomId(), name, sizeBytes, text };
}

export const fromPaste = (name: string, text: string): Attachment => {
  if (text.length > mostCharacters) throw new AttachProblem("large");
  return { id: randomId(), name, sizeBytes: new Blob([text]).size, text };
};

async function readPdf(bytes: Uint8Array): Promise<string> {
  try {
    const { pdfText } = await pdfPart();
    return await pdfText(bytes, mostCharacters);
  } catch (error) {
    throw error instanceof PronkError ? new AttachProblem("partMissing", error) : error;
  }
}

/** A folder that was dropped, or a file that is gone. */
function unreadable(cause: unknown): never {
  throw new AttachProblem("unreadable", cause);
}

/** On one line, and without what would change the direction of the words beside it. */
const plainName = (name: string) => name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim() || "?";

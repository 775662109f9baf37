// The text of a PDF, page after page, by pdf.js in a worker of its own. Nothing is drawn: pictures, and text that stands in
// pictures, are not read. Loaded when the first PDF is attached.

import { getDocument, type PDFDocumentProxy, PDFWorker } from "pdfjs-dist";
import { withTrustedAddress } from "../../trusted-types.ts";
import { withResolvers } from "../../waiting.ts";
import { AttachProblem, type ProblemKind } from "./attach-problem.ts";

/** Stops reading where the text is longer than `mostCharacters`. Throws AttachProblem. */
export async function pdfText(data: Uint8Array, mostCharacters: number): Promise<string> {
  const { worker, failed, end } = await startReader();
  // Without fetches, fonts of the page or wasm: text needs none of them.
  const options = { useWasm: false, useWorkerFetch: false, disableFontFace: true, isOffscreenCanvasSupported: false };
  try {
    const task = getDocument({ data, worker, verbosity: 0, ...options });
    return await Promise.race([task.promise.then((pdf) => textOf(pdf, mostCharacters)), failed]);
  } catch (error) {
    throw error instanceof AttachProblem ? error : new AttachProblem(kindOf(error as Error), error);
  } finally {
    end();
  }
}

/** In a thread of its own; where the page may start none, because this file is of another origin, on the page's. */
async function startReader(): Promise<{ worker: PDFWorker; failed: Promise<never>; end(): void }> {
  const { promise: failed, reject } = withResolvers<never>();
  failed.catch(() => {}); // mostly nobody waits for it
  try {
    const thread = withTrustedAddress(
      "Worker",
      () => new Worker(new URL("./pdf-worker.ts", import.meta.url), { type: "module" }),
    );
    thread.onerror = (event) => reject(new AttachProblem("partMissing", event));
    return { worker: PDFWorker.create({ port: thread }), failed, end: () => thread.terminate() };
  } catch {
    Object.assign(globalThis, { pdfjsWorker: await import("./pdf-worker.ts") }); // where pdf.js looks for it
    const worker = PDFWorker.create({});
    return { worker, failed, end: () => worker.destroy() };
  }
}

async function textOf(pdf: PDFDocumentProxy, mostCharacters: number): Promise<string> {
  const pages: string[] = [];
  let length = 0;
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const text = items
      .map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : ""))
      .join("")
      .trim();
    length += text.length;
    if (length > mostCharacters) throw new AttachProblem("large");
    if (text) pages.push(text);
    page.cleanup();
  }
  if (pages.length === 0) throw new AttachProblem("scanned");
  return pages.join("\n\n");
}

/** Anything but pdf.js's own errors is not the file's fault: the browser may be too old for it. */
function kindOf({ name }: Error): ProblemKind {
  if (name === "PasswordException") return "encrypted";
  return name.endsWith("Exception") ? "damaged" : "unreadable";
}

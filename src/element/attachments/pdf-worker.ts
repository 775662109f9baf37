// The thread in which a PDF is read: pdf.js's own worker, as a file of this package. Importing it in a worker starts it; on a
// page it gives what reads there.

export { WorkerMessageHandler } from "pdfjs-dist/build/pdf.worker.mjs";

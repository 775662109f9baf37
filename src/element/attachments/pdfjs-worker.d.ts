// pdfjs-dist has no types for its worker.

declare module "pdfjs-dist/build/pdf.worker.mjs" {
  export const WorkerMessageHandler: object;
}

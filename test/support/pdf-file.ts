// Small PDF files, written by hand: pages of text, a page with only a picture of text, one with a password.

export interface PdfOptions {
  /** Asks for a password that is not the empty one. */
  encrypted?: boolean;
}

/** Each page has its lines in Helvetica; a page without lines has a drawing. */
export function pdfFile(
  pages: readonly (readonly string[])[],
  { encrypted = false }: PdfOptions = {},
): Uint8Array<ArrayBuffer> {
  const objects: string[] = [];
  const add = (body: string) => objects.push(body); // its number
  add("<< /Type /Catalog /Pages 2 0 R >>");
  add(`<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, at) => `${4 + 2 * at} 0 R`).join(" ")}] >>`);
  add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
  for (const lines of pages) {
    const number = add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 400] /Resources << /Font << /F1 3 0 R >> >> /Contents ${objects.length + 2} 0 R >>`,
    );
    const shown = lines.map((line) => `(${line.replace(/[()\\]/g, "\\$&")}) Tj 0 -20 Td`);
    const content = lines.length > 0 ? `BT /F1 14 Tf 40 340 Td ${shown.join(" ")} ET` : "40 40 300 300 re f";
    if (add(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`) !== number + 1) throw new Error("order");
  }
  const random = (byte: string) => `<${byte.repeat(32)}>`;
  const lock = encrypted
    ? add(`<< /Filter /Standard /V 1 /R 2 /P -44 /O ${random("a1")} /U ${random("b2")} >>`)
    : undefined;
  let text = "%PDF-1.4\n";
  const offsets = objects.map((body, at) => {
    const offset = text.length;
    text += `${at + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const locked = lock === undefined ? "" : ` /Encrypt ${lock} 0 R /ID [${random("c3")} ${random("c3")}]`;
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R${locked} >>\nstartxref\n${start}\n%%EOF\n`;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

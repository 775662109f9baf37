// The text of LICENSE-LLAMA2.txt, in its own lazily loaded module so that it works on foreign pages too and costs
// nothing until a gate is shown. Lines of a paragraph are joined, its indentation becomes a depth.

export interface LicenseParagraph {
  depth: 0 | 1 | 2;
  heading: boolean;
  text: string;
}

const headings = new Set(["LLAMA 2 COMMUNITY LICENSE AGREEMENT", "Llama 2 Acceptable Use Policy", "Prohibited Uses"]);

export function paragraphsOf(text: string): LicenseParagraph[] {
  const blocks = text.split(/\n\s*\n/).filter((block) => block.trim());
  return blocks.map((block) => {
    const words = block.trim().replace(/\s+/g, " ");
    const indent = /^\n* */.exec(block)?.[0].replace(/\n/g, "").length ?? 0;
    return { depth: indent >= 6 ? 2 : indent >= 3 ? 1 : 0, heading: headings.has(words), text: words };
  });
}

export async function llama2LicenseText(): Promise<LicenseParagraph[]> {
  const { default: text } = await import("../../LICENSE-LLAMA2.txt?raw");
  return paragraphsOf(text);
}

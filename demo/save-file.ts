// Gives the person a text as a file, named after its content.

const mimeOf = { md: "text/markdown", json: "application/json" } as const;
const nameLength = 60;

export function saveFile(text: string, { title, form }: { title: string; form: keyof typeof mimeOf }): void {
  const link = document.createElement("a");
  const name =
    title
      .replace(/[^\p{L}\p{M}\p{N} _-]+/gu, "")
      .trim()
      .slice(0, nameLength) || "conversation";
  link.href = URL.createObjectURL(new Blob([text], { type: mimeOf[form] }));
  link.download = `${name}.${form}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

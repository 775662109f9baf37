// Shader files joined into the one text that is compiled: directives first, then the files in order. A shader varies only by
// override constants and by the `enable` lines its files need. Each line keeps where it came from, because a compiler names
// places in the joined text, which nobody has seen.

import { shaderFiles as files } from "./shader-interfaces.ts";
import type { ShaderFile } from "./shader-table.ts";

/** A line of the joined text, and where it stands; an `enable` stands nowhere. */
export interface Line {
  text: string;
  file?: ShaderFile;
  number?: number; // from 1
}

export function joinedLines(some: readonly ShaderFile[], textOf: (file: ShaderFile) => string): Line[] {
  const directives: Line[] = [...new Set(some.flatMap((file) => files[file].features))].map((name) => ({
    text: `enable ${name};`,
  }));
  const bodies = some.flatMap((file) =>
    textOf(file)
      .split("\n")
      .map((text, i): Line => {
        const line = { text, file, number: i + 1 };
        // Directives (a kernel may carry a diagnostic) must stand before every declaration.
        if (!text.startsWith("diagnostic(")) return line;
        directives.push(line);
        return { ...line, text: "" };
      }),
  );
  return [...directives, ...bodies];
}

export const codeOf = (lines: readonly Line[]): string => lines.map(({ text }) => text).join("\n");

/** What a compiler says, with the file and line that it means: `decode_q4.wgsl:12:5 unresolved value 'x' in "let y = x;"`. */
export function placed(
  { message, lineNum, linePos }: Pick<GPUCompilationMessage, "message" | "lineNum" | "linePos">,
  lines: readonly Line[],
): string {
  const line = lines[lineNum - 1]; // 0 where the message is about no line
  if (!line) return message;
  const place = line.file ? `${line.file}.wgsl:${line.number}:${linePos} ` : "";
  return `${place}${message} in "${line.text.trim()}"`;
}

// Shader files joined into the one text that is compiled: directives first, then the files in order. A shader varies only by
// override constants and by the `enable` lines its files need.

import { shaderFiles as files } from "./shader-interfaces.ts";
import type { ShaderFile } from "./shader-table.ts";

export function joinFiles(some: readonly ShaderFile[], textOf: (file: ShaderFile) => string): string {
  const directives: string[] = [...new Set(some.flatMap((file) => files[file].features))].map(
    (name) => `enable ${name};`,
  );
  // Directives (a kernel may carry a diagnostic) must stand before every declaration.
  const bodies = some.map((file) =>
    textOf(file).replace(/^diagnostic\(.*\);.*$/m, (line) => {
      directives.push(line);
      return "";
    }),
  );
  return [...directives, ...bodies].join("\n");
}

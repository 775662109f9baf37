// Runs the fuzzer over a copy of the sources in which one check is missing. The checkout itself is not touched.

import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { RemovedCheck } from "./removed-checks.ts";
import type { FuzzReport } from "./report.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The one file of `folder`'s src/ that has the check. Throws unless there is exactly one place. */
export function placeOf({ what, text: check }: Pick<RemovedCheck, "what" | "text">, folder = root) {
  const sources = join(folder, "src");
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => ({ path: join(sources, name), code: readFileSync(join(sources, name), "utf8") }))
    .filter(({ code }) => code.includes(check));
  const places = files.reduce((sum, { code }) => sum + code.split(check).length - 1, 0);
  if (places === 1) return files[0];
  throw new Error(`"${what}": its text stands in src/ ${places} times, not once; mend test/fuzz/removed-checks.ts.`);
}

/** A copy of what the fuzzer runs, without the fixtures' bytes; deleted at the end. */
export class SourceCopy {
  readonly #folder = mkdtempSync(join(tmpdir(), "pronk-fuzz-"));

  constructor() {
    for (const name of ["src", "test", "shaders", "tools", "cli", "package.json", "tsconfig.json"])
      cpSync(join(root, name), join(this.#folder, name), {
        recursive: true,
        filter: (path) => !path.startsWith(join(root, "test/fixtures")),
      });
    for (const name of ["node_modules", "test/fixtures"]) symlinkSync(join(root, name), join(this.#folder, name));
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }

  /** The first failure that the reader's cases find without the check; undefined if they find none. */
  async firstFailure(
    { reader, what, text: check, instead }: RemovedCheck,
    { count, seed }: { count: number; seed: number },
  ): Promise<string | undefined> {
    const { path, code } = placeOf({ what, text: check }, this.#folder);
    writeFileSync(
      path,
      code.replace(check, () => instead),
    );
    try {
      const flags = ["--only", reader, "--count", `${count}`, "--seed", `${seed}`, "--bail", "--json"];
      const run = spawn(process.execPath, ["--import", "tsx", "tools/fuzz.ts", ...flags], {
        cwd: this.#folder,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const [output, errors] = await Promise.all([text(run.stdout), text(run.stderr)]);
      if (output === "") throw new Error(`"${what}": the fuzzer did not run: ${errors}`);
      return (JSON.parse(output) as FuzzReport).readers[reader].failures.at(0);
    } finally {
      writeFileSync(path, code);
    }
  }
}

// What the built library weighs, against sizes.json: `npm run sizes` writes the bytes that were counted, and the package tests
// check them. A row names `entries` or `parts`, files of dist/lib by the beginnings of their names. It counts these and all
// that they import statically, each file packed by itself, without what the rows in `beside` have counted.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { outputFolder, root } from "../cli/built.ts";
import { ensureBuilt } from "./stale.ts";

export interface SizeRow {
  name: string;
  /** Files by their names without hash and ending. */
  files: string[];
  /** Rows whose files are there already. */
  beside: string[];
  packed: "brotli" | "gzip";
  limitBytes: number;
  bytes: number;
}

/** A figure that is off by less than this is still true: hashes and names of files change with every build. */
const toleranceBytes = (bytes: number): number => Math.max(100, bytes / 50);

const tablePath = join(root, "sizes.json");

export const readTable = (): SizeRow[] => (JSON.parse(readFileSync(tablePath, "utf8")) as { rows: SizeRow[] }).rows;

/** The rows with the bytes of the library as it is built in `folder`. */
export function measured(rows: readonly SizeRow[], folder: string = outputFolder.library): SizeRow[] {
  const closure = (names: readonly string[]): Set<string> => {
    const reached = new Set<string>();
    const visit = (file: string) => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const imported of staticImports(readFileSync(join(folder, file), "utf8"))) visit(imported);
    };
    for (const name of names) visit(fileOf(name, folder));
    return reached;
  };
  const closureOf = (row: SizeRow): Set<string> => {
    const reached = closure(row.files);
    for (const name of row.beside) {
      const other = rows.find((candidate) => candidate.name === name);
      if (!other) throw new Error(`There is no row "${name}" in sizes.json.`);
      for (const file of closure(other.files)) reached.delete(file);
    }
    return reached;
  };
  return rows.map((row) => {
    const sizes = [...closureOf(row)].map((file) => packedBytes(readFileSync(join(folder, file)), row.packed));
    return { ...row, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) };
  });
}

/** The built file of that name, with its hash where it has one. */
export function fileOf(name: string, folder: string = outputFolder.library): string {
  const built = readdirSync(folder).filter((file) => file.startsWith(name) && file.endsWith(".js"));
  const file = built.find((found) => found === `${name}.js` || /^-.{8}\.js$/.test(found.slice(name.length)));
  if (!file) throw new Error(`The library has no file "${name}". Change sizes.json.`);
  return file;
}

/** What is wrong with the committed rows: limits exceeded, and figures that differ from the build's. */
export function complaints(committed: readonly SizeRow[], built: readonly SizeRow[]): string[] {
  return committed.flatMap((row, index) => {
    const { bytes } = built[index];
    const over = bytes > row.limitBytes ? [`${row.name}: ${bytes} bytes are over the limit of ${row.limitBytes}`] : [];
    const isOff = Math.abs(bytes - row.bytes) > toleranceBytes(row.bytes);
    return isOff ? [...over, `${row.name}: sizes.json says ${row.bytes} bytes, the build has ${bytes}`] : over;
  });
}

/** Files that are imported as a module begins, not later. */
export const staticImports = (code: string): string[] =>
  [...code.matchAll(/(?:\bfrom|\bimport)\s*["'`]\.\/([^"'`]+)["'`]/g)].map(([, file]) => file);

function packedBytes(bytes: Uint8Array, packed: SizeRow["packed"]): number {
  if (packed === "gzip") return gzipSync(bytes, { level: 9 }).length;
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}

const lineStart = "Sizes (`sizes.json`, written by `npm run sizes`): ";

/** The line of README.md that quotes the table. */
export function readmeLine(rows: readonly SizeRow[]): string {
  const told = (name: string) => {
    const { bytes, packed } = rows.find((row) => row.name === name)!;
    return `${kB(bytes)} ${packed}`;
  };
  const largest = Math.max(...rows.filter(({ name }) => name.startsWith("format: ")).map(({ bytes }) => bytes));
  return `${lineStart}the engine, on the page and in its worker, ${told("engine core")}; a published format's reader or shaders at most ${kB(largest)} besides; chat templates ${told("chat templates")}; \`<pronk-chat>\` ${told("element")}, Markdown ${told("Markdown")} when it is shown.`;
}

/** README.md with that line as it is now. Throws if there is none. */
function withLine(readme: string, rows: readonly SizeRow[]): string {
  const lines = readme.split("\n");
  const at = lines.findIndex((line) => line.startsWith(lineStart));
  if (at < 0) throw new Error(`README.md has no line that begins with "${lineStart}".`);
  return lines.with(at, readmeLine(rows)).join("\n");
}

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  ensureBuilt(["library"]);
  const rows = measured(readTable());
  const about = (JSON.parse(readFileSync(tablePath, "utf8")) as { about: string }).about;
  writeFileSync(tablePath, `${JSON.stringify({ about, rows }, null, 2)}\n`);
  const readme = join(root, "README.md");
  writeFileSync(readme, withLine(readFileSync(readme, "utf8"), rows));
  for (const { name, bytes, limitBytes, packed } of rows)
    console.log(`${kB(bytes).padStart(9)} of ${kB(limitBytes).padStart(9)} ${packed}  ${name}`);
}

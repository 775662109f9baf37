// The sources as TypeScript's own checker reads them, for tools that describe what is published: its API is new in
// TypeScript 7 and still called unstable, so only this file and its users know it.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { API, type Project, type Symbol, SymbolFlags } from "typescript/unstable/sync";
import { root } from "../cli/built.ts";

export type TypedSource = Pick<Project, "checker" | "program"> & {
  /** What a module exports, by name; each where it was made, not where it is passed on. */
  exportsOf(path: string): [name: string, made: Symbol][];
  project: Project;
};

/** Reads these files, as paths below the root, and what they import. */
export function withTypedSource<Result>(
  paths: readonly string[],
  use: (source: TypedSource) => Result,
  options: object = {},
): Result {
  const folder = join(root, "node_modules/.cache/typed-source");
  mkdirSync(folder, { recursive: true });
  const config = join(folder, `tsconfig-${process.pid}.json`);
  const files = paths.map((path) => join(root, path));
  const compilerOptions = { types: ["@webgpu/types", "vite/client"], ...options };
  writeFileSync(config, JSON.stringify({ extends: join(root, "tsconfig.json"), include: [], files, compilerOptions }));
  const api = new API({ cwd: root });
  try {
    const [project] = api.updateSnapshot({ openProjects: [config] }).getProjects();
    const { checker, program } = project;
    const exportsOf = (path: string): [string, Symbol][] => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, path))!);
      if (!module) return []; // a plain script
      return checker.getExportsOfModule(module).map((symbol) => [symbol.name, whereMade(symbol, project)]);
    };
    return use({ checker, program, project, exportsOf });
  } finally {
    api.close();
  }
}

/** An import leads to what it imports. */
export const whereMade = (symbol: Symbol, { checker }: Pick<Project, "checker">): Symbol =>
  (symbol.flags & SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol;

// Each export of the package, and each of its fields and members, has a docstring that an editor can show. No test can see
// whether it says what it should (default, unit, range, errors).

import { type Node, SyntaxKind } from "typescript/unstable/ast";
import type { Symbol } from "typescript/unstable/sync";
import { expect, test } from "vitest";
import { type TypedSource, whereMade, withTypedSource } from "../../../tools/typed-source.ts";
import packageJson from "../../../package.json" with { type: "json" };

/** The sources of what package.json publishes. */
const entries = Object.values(packageJson.exports)
  .filter((entry) => typeof entry === "object")
  .map(({ types }) => types.replace("./dist/types/", "").replace(".d.ts", ".ts"));

const fields = [SyntaxKind.PropertySignature, SyntaxKind.PropertyDeclaration];
const members = [
  ...fields,
  SyntaxKind.MethodSignature,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
  SyntaxKind.PropertyAssignment,
  SyntaxKind.ShorthandPropertyAssignment,
];
const bodies = [SyntaxKind.Block, SyntaxKind.ArrowFunction];

/** What has no docstring, as `Export.field.inner`. */
function undocumented(source: TypedSource, entry: string): string[] {
  const { project, exportsOf, checker } = source;
  const missing: string[] = [];
  const seen = new Set<Symbol>();
  const look = (name: string, made: Symbol) => {
    const nodes = (made.declarations ?? []).filter(({ path }) => path.includes("/src/"));
    if (seen.has(made) || nodes.length === 0) return;
    seen.add(made);
    if (checker.getDocumentationCommentOfSymbol(made).trim() === "") missing.push(name);
    for (const handle of nodes) walk(name, handle.resolve(project)!);
  };
  const walk = (name: string, parent: Node) => {
    const told = new Set<string>(); // overloads and setters follow the first
    const isTyped = parent.kind === SyntaxKind.VariableDeclaration && (parent as { type?: Node }).type !== undefined;
    parent.forEachChild((node) => {
      if (bodies.includes(node.kind)) return;
      if (isTyped && node.kind === SyntaxKind.ObjectLiteralExpression) return; // its type says what its fields are
      if (node.kind === SyntaxKind.HeritageClause) return node.forEachChild(inherit);
      if (!members.includes(node.kind)) return walk(name, node);
      const { text } = node.getSourceFile();
      const { name: named } = node as unknown as { name: Node };
      const [start, own] = [node.getStart(), text.slice(named.getStart(), named.end)];
      const isHidden = /^#|^constructor$/.test(own);
      if (isHidden || /\b(protected|private|override)\b/.test(text.slice(start, named.getStart()))) return;
      if (!told.has(own) && !text.slice(node.pos, start).includes("/**")) missing.push(`${name}.${own}`);
      told.add(own);
      if (fields.includes(node.kind)) walk(`${name}.${own}`, node);
    });
  };
  /** Members of a type that is not itself exported count as the export's own. */
  const inherit = (type: Node) => {
    type.forEachChild((expression) => {
      const base = checker.getSymbolAtLocation(expression);
      if (base) look(base.name, whereMade(base, project));
    });
  };
  for (const [name, made] of exportsOf(entry)) look(name, made);
  return missing;
}

test("every export, field and member of the published entries has a docstring", () => {
  expect(entries.length).toBeGreaterThanOrEqual(4);
  const missing = withTypedSource(entries, (source) =>
    entries.flatMap((entry) => undocumented(source, entry).map((name) => `${entry}: ${name}`)),
  );
  expect(missing).toEqual([]);
});

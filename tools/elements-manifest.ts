// `npm run manifest`: writes custom-elements.json, the manifest of <pronk-chat> that editors and catalogues of components read
// (github.com/webcomponents/custom-elements-manifest, schema 1.0.0), out of the class and its docstring. Types are shown as the
// checker sees them. Nothing is made up: what the docstring does not say, the manifest does not.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Node, SyntaxKind } from "typescript/unstable/ast";
import type { Symbol } from "typescript/unstable/sync";
import { root } from "../cli/built.ts";
import { type TypedSource, withTypedSource } from "./typed-source.ts";

const entry = "src/element/index.ts";
const published = "dist/lib/element.js";
const tagName = "pronk-chat";

/** `{type} name - what it is`, or without a type. */
function tagged(text: string): { name: string; type?: { text: string }; description: string } {
  const [, type, name, description] = /^(?:\{([^}]*)\}\s+)?(\S+)\s+-\s+([^]*)$/.exec(text)!;
  return { name, ...(type && { type: { text: type } }), description: description.replaceAll("\n", " ") };
}

function membersOf({ checker, project }: TypedSource, made: Symbol) {
  const found = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(made)).flatMap((symbol) => {
    const [node] = (symbol.declarations ?? [])
      .filter(({ path }) => path.includes("/src/element/"))
      .map((handle) => handle.resolve(project)! as Node & { name: Node });
    if (!node) return [];
    const { text, fileName } = node.getSourceFile();
    const before = text.slice(node.getStart(), node.name.getStart());
    const isPrivate = symbol.name !== text.slice(node.name.getStart(), node.name.end); // `#name` has another there
    // Overrides are the browser's and Lit's business.
    return isPrivate || /\b(protected|override)\b/.test(before) ? [] : [{ symbol, node, fileName }];
  });
  return found
    .sort((one, other) => one.fileName.localeCompare(other.fileName) || one.node.pos - other.node.pos)
    .map(({ symbol, node }) => {
      const isMethod = node.kind === SyntaxKind.MethodDeclaration;
      const isGiven = node.kind === SyntaxKind.GetAccessor && (symbol.declarations ?? []).length === 1;
      return {
        kind: isMethod ? "method" : "field",
        name: symbol.name,
        description: checker.getDocumentationCommentOfSymbol(symbol).trim().replaceAll("\n", " "),
        type: { text: checker.typeToString(checker.getTypeOfSymbol(symbol)!) },
        ...(isGiven && { readonly: true }),
      };
    });
}

/** The attribute of a property, where it has another name. */
const attributeNames: Readonly<Record<string, string>> = { "keep-all": "keepAll" };

export function elementsManifest(): object {
  return withTypedSource([entry], (source) => {
    const { checker, exportsOf } = source;
    const all = exportsOf(entry);
    const named = (name: string) => all.find(([exported]) => exported === name)![1];
    const chat = named("PronkChat");
    const tags = (name: string) =>
      checker
        .getJsDocTagsOfSymbol(chat)
        .filter((tag) => tag.name === name)
        .map(({ text = "" }) => tagged(text));
    const members = membersOf(source, chat);
    const events = new Map(
      checker
        .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(named("PronkChatEvents")))
        .map((symbol) => [symbol.name, checker.typeToString(checker.getTypeOfSymbol(symbol)!)]),
    );
    const told = tags("fires").map((event) => ({ ...event, type: { text: events.get(event.name)! } }));
    const untold = [...events.keys()].filter((name) => !told.some((event) => event.name === name));
    if (untold.length > 0) throw new Error(`No @fires tells of ${untold.join(", ")}.`);
    const declaration = {
      kind: "class",
      customElement: true,
      name: "PronkChat",
      tagName,
      description: checker.getDocumentationCommentOfSymbol(chat).trim(),
      superclass: { name: "LitElement", package: "lit" },
      attributes: tags("attr").map((attribute) => {
        const fieldName = attributeNames[attribute.name] ?? attribute.name;
        return members.some(({ name }) => name === fieldName) ? { ...attribute, fieldName } : attribute;
      }),
      members,
      events: told,
      slots: tags("slot"),
      cssParts: tags("csspart"),
      cssProperties: tags("cssprop"),
    };
    const place = { name: "PronkChat", module: published };
    return {
      schemaVersion: "1.0.0",
      readme: "README.md",
      modules: [
        {
          kind: "javascript-module",
          path: published,
          declarations: [declaration],
          exports: [
            { kind: "js", name: "PronkChat", declaration: place },
            { kind: "custom-element-definition", name: tagName, declaration: place },
          ],
        },
      ],
    };
  });
}

export const manifestText = (): string => `${JSON.stringify(elementsManifest(), null, 2)}\n`;

if (process.argv[1] === import.meta.filename) writeFileSync(join(root, "custom-elements.json"), manifestText());

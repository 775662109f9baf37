// `npm run docs`: the site, from docs/ and from what the code itself says, into dist/docs. Dead links fail, and so does a page
// that would ask another host for anything. VitePress and TypeDoc (which needs an older TypeScript than ours) have their own
// package.json in docs/.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../cli/built.ts";
import { importsDrawing } from "./imports-drawing.ts";

const docs = join(root, "docs");
const site = join(docs, ".cache/site");
const built = join(root, "dist/docs");

/** Pages whose Markdown lies elsewhere: its path, and the page's name on the site. */
export const elsewhere: Readonly<Record<string, string>> = {
  "SECURITY.md": "security.md",
  "CONTRIBUTING.md": "contributing.md",
  "CHANGELOG.md": "changelog.md",
  "findings/README.md": "findings.md",
  "src/README.md": "how-it-works.md",
  "examples/README.md": "examples.md",
};

const entries = ["index", "element/index", "prompt-api/index", "http/service-worker", "bench/index", "eval/index"];

/** The Markdown of a file of the repository with the site's links; a link to something that isn't a page becomes its path. */
export function staged(markdown: string, from: string): string {
  return markdown.replace(/\[([^\]]+)\]\(([^)\s#:]+)(#[^)\s]*)?\)/g, (_, text: string, link: string, anchor = "") => {
    const path = join(dirname(from), link);
    const name = elsewhere[path] ?? /^docs\/(.*)$/.exec(path)?.[1];
    return name === undefined
      ? `\`${path}\``
      : `[${text}](${name.startsWith("public/") ? name.slice(6) : name}${anchor})`;
  });
}

/** Addresses of other hosts from which a browser would load something by itself; links for the reader don't count. */
export function requestsElsewhere(name: string, text: string): string[] {
  const patterns = name.endsWith(".html")
    ? [
        /<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\ssrc="(?:https?:)?\/\/[^"]*"/g,
        /<link\b[^>]*?\shref="(?:https?:)?\/\/[^"]*"/g,
      ]
    : name.endsWith(".css")
      ? [/(?:url\(\s*["']?|@import\s+["'])(?:https?:)?\/\/[^)"']*/g]
      : [/(?:\bimport\(|\bfrom\s*|\bfetch\(|\bimport\s*)["'`]https?:\/\/[^"'`]*/g];
  return patterns.flatMap((pattern) => text.match(pattern) ?? []);
}

function npm(...args: string[]): void {
  const done = spawnSync("npm", args, { cwd: docs, stdio: ["ignore", 2, 2], env: { ...process.env, NODE_ENV: "" } });
  if (done.status !== 0) throw new Error(`npm ${args.join(" ")} failed; its messages are above.`);
}

function install(): void {
  const lock = readFileSync(join(docs, "package-lock.json"), "utf8");
  const mark = join(docs, "node_modules/.installed");
  if (existsSync(mark) && readFileSync(mark, "utf8") === lock) return;
  npm("ci", "--no-audit", "--no-fund");
  writeFileSync(mark, lock);
}

function stage(): void {
  rmSync(site, { recursive: true, force: true });
  mkdirSync(site, { recursive: true });
  const pages = readdirSync(docs).filter((name) => name.endsWith(".md"));
  for (const name of pages)
    writeFileSync(join(site, name), staged(readFileSync(join(docs, name), "utf8"), `docs/${name}`));
  for (const [path, name] of Object.entries(elsewhere))
    writeFileSync(join(site, name), staged(readFileSync(join(root, path), "utf8"), path));
  const way = readFileSync(join(site, "how-it-works.md"), "utf8");
  const drawing = `\n${importsDrawing()}\n\nEach line is imports, thicker where there are more: drawn by \`npm run docs\` from the code.\n`;
  writeFileSync(join(site, "how-it-works.md"), way.replace(/\n1\. \*\*/, `${drawing}\n1. **`));
}

function reference(): void {
  const tsconfig = join(docs, ".cache/tsconfig.json");
  const compilerOptions = { types: ["@webgpu/types", "vite/client"] };
  writeFileSync(tsconfig, JSON.stringify({ extends: join(root, "tsconfig.json"), include: [join(root, "src")], compilerOptions })); // prettier-ignore
  const options = {
    entryPoints: entries.map((entry) => join(root, `src/${entry}.ts`)),
    tsconfig,
    plugin: ["typedoc-plugin-markdown"],
    out: join(site, "reference"),
    name: "API",
    readme: "none",
    entryFileName: "entries",
    outputFileStrategy: "modules",
    hidePageHeader: true,
    hideBreadcrumbs: true,
    disableSources: true,
    excludeExternals: true,
    excludePrivate: true,
    excludeProtected: true,
    useCodeBlocks: true,
    parametersFormat: "table",
    interfacePropertiesFormat: "table",
    skipErrorChecking: true, // our own compiler checks; this one is older
    logLevel: "Error",
  };
  const file = join(docs, ".cache/typedoc.json");
  writeFileSync(file, JSON.stringify(options));
  npm("exec", "--offline", "--", "typedoc", "--options", file);
  for (const name of readdirSync(join(site, "reference"), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".md")) continue;
    const path = join(site, "reference", name);
    writeFileSync(path, named(withoutTags(readFileSync(path, "utf8"))));
  }
}

/** Modules by what an application imports. */
const named = (markdown: string): string =>
  markdown.replace(
    /^(# |- \[|\| \[)(index|element|prompt-api|http\/service-worker|bench|eval)(?=$|\])/gm,
    (_, before, name) => {
      const entry = name.replace(/^http\//, "");
      return `${before}${entry === "index" ? "pronk" : `pronk/${entry}`}`;
    },
  );

/** Docstrings are Markdown without HTML; VitePress would take `<T>` for a tag. Code stays as it is. */
const withoutTags = (markdown: string): string =>
  markdown
    .split(/(^```[^]*?^```$|`[^`\n]*`)/m)
    .map((part, at) => (at % 2 === 0 ? part.replace(/<(?=[a-z/!])/gi, "&lt;").replace(/\{\{/g, "&#123;&#123;") : part))
    .join("");

function main(): void {
  install();
  stage();
  reference();
  npm("exec", "--offline", "--", "vitepress", "build");
  const files = readdirSync(built, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(html|css|js)$/.test(name),
  );
  const asked = files.flatMap((name) =>
    requestsElsewhere(name, readFileSync(join(built, name), "utf8")).map((request) => `${name}: ${request}`),
  );
  if (asked.length > 0) throw new Error(`The site asks other hosts:\n${asked.join("\n")}`);
  console.log(`dist/docs: ${files.filter((name) => name.endsWith(".html")).length} pages`);
}

if (process.argv[1] === import.meta.filename) {
  try {
    main();
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}

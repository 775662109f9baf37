// The site that `npm run docs` builds into dist/docs. Its pages are staged in docs/.cache/site by tools/docs.ts: those of this
// folder, and some that stand elsewhere in the repository or are made from the code.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";

const page = (text, link) => ({ text, link: `/${link}` });
const group = (text, items) => ({ text, items });

export default defineConfig({
  title: "pronk",
  description: "Llama-2-family checkpoints, as published, in a browser tab",
  srcDir: ".cache/site",
  outDir: "../dist/docs",
  base: process.env.DOCS_BASE ?? "/",
  cleanUrls: false, // any static host serves it
  lastUpdated: false,
  head: [["link", { rel: "icon", href: `${process.env.DOCS_BASE ?? "/"}icon.svg`, type: "image/svg+xml" }]],
  vite: {
    publicDir: fileURLToPath(new URL("../public", import.meta.url)),
    build: { target: "es2022" },
    esbuild: { tsconfigRaw: { compilerOptions: { target: "es2022" } } },
    server: { fs: { allow: [fileURLToPath(new URL("../..", import.meta.url))] } },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: { level: [2, 3] },
    nav: [page("Quick start", "quick-start"), page("API", "reference/entries"), page("Models", "models")],
    sidebar: [
      group("Begin", [
        page("What pronk is", ""),
        page("Quick start", "quick-start"),
        page("The element", "element"),
        page("The library", "library"),
        page("OpenAI's clients", "clients"),
        page("Command line", "command-line"),
      ]),
      group("Reference", [
        page("API", "reference/entries"),
        page("Fields of requests", "api-fields"),
        page("Troubleshooting", "troubleshooting"),
        page("Models", "models"),
        page("Formats", "formats"),
      ]),
      group("Guides", [
        page("Memory", "memory"),
        page("Speed", "speed"),
        page("Tools and thoughts", "tools"),
        page("Embeddings", "embeddings"),
        page("Adapters", "adapters"),
        page("Prompt API", "prompt-api"),
        page("Examples", "examples"),
      ]),
      group("Running it", [
        page("Self-hosting", "self-hosting"),
        page("Scaling out", "endpoint"),
        page("Security", "security"),
        page("Evaluation", "evaluation"),
      ]),
      group("Coming from", [
        page("WebLLM", "coming-from-webllm"),
        page("transformers.js", "coming-from-transformers-js"),
        page("wllama", "coming-from-wllama"),
      ]),
      group("Inside", [
        page("How it works", "how-it-works"),
        page("Findings", "findings"),
        page("Dependencies", "dependencies"),
        page("Contributing", "contributing"),
        page("Changelog", "changelog"),
      ]),
    ],
  },
});

// Five builds, chosen by mode, and the test projects. `library` is what npm ships, `demo` the pages, `harness` the page in
// which checks of kernels run, `runner` the page in which the built library runs for `generate`, `clients` that in which
// clients of OpenAI's API talk to it. tools/build.ts runs them.
//
// Tests run in Node and drive both browsers themselves (test/support). Vitest's own browser mode is not used: none of its
// providers drives Firefox ESR.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { type ViteUserConfig, defineConfig } from "vitest/config";
import { chunkGroups } from "./tools/chunks.ts";
import { LongestFirst } from "./test/support/longest-first.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// A busy machine makes every plugin look slow; that is no warning worth printing.
const checks = { pluginTimings: false };

const shared: ViteUserConfig = {
  base: "./", // a static host may serve it from any folder
  // A worker is a module file of its own; blob workers would break the policy `default-src 'self'`.
  worker: { format: "es", rolldownOptions: { checks, output: { entryFileNames: "[name]-[hash].js" } } },
  logLevel: "warn",
};

// Vite would bundle each worker with a copy of the engine. So addresses of workers are kept from its eyes: in both builds a
// worker is a chunk like the others and shares their code.
const workerAddress = /new URL\("(\.\/[a-z-]*(?:host|worker))\.ts", import\.meta\.url\)/g;
const standIn = "IMPORT_META_URL"; // as long as what it stands for, so that source maps stay true

/** In the library by the plain form `new Worker(new URL("./host.js", import.meta.url))`, which applications' bundlers know. */
const workersAreEntries: Plugin = {
  name: "workers-are-entries",
  enforce: "pre",
  transform(code) {
    const changed = code.replace(workerAddress, `new URL("$1.js", ${standIn})`);
    return changed === code ? null : { code: changed, map: null };
  },
  generateBundle(_, bundle) {
    const address = new RegExp(`new URL\\([\`"]([^\`"]+)[\`"],\\s*${standIn}\\)`, "g");
    for (const chunk of Object.values(bundle))
      if (chunk.type === "chunk") chunk.code = chunk.code.replace(address, 'new URL("$1",import.meta.url)');
  },
};

/** In the pages by names that tell of their content. */
const workersAreChunks: Plugin = {
  name: "workers-are-chunks",
  enforce: "pre",
  transform(code, id) {
    const changed = code.replace(workerAddress, (_, name: string) => {
      const chunk = this.emitFile({ type: "chunk", id: join(dirname(id), `${name}.ts`) });
      return `import.meta.ROLLUP_FILE_URL_${chunk}`;
    });
    return changed === code ? null : { code: changed, map: null };
  },
};

/** Lit would make a trusted-types policy of its own name; a page that lists names has to list one. */
const litUsesOurPolicy: Plugin = {
  name: "lit-uses-our-policy",
  transform(code, id) {
    if (!/lit-html[\\/](development[\\/])?lit-html\.js/.test(id)) return null;
    const changed = code.replace(
      /\w+\.createPolicy\(\s*["']lit-html["'],\s*\{\s*createHTML:[^}]*\}\)/,
      "trustedPolicy()",
    );
    if (changed === code)
      throw new Error("lit-html makes its trusted-types policy in another way; see vite.config.ts.");
    return {
      code: `import { trustedPolicy } from ${JSON.stringify(here("src/trusted-types.ts"))};${changed}`,
      map: null,
    };
  },
};

/** Comments of shaders stay at home. Their lines stay, so that a compiler's message still points at the line of the file. */
const shadersWithoutComments: Plugin = {
  name: "shaders-without-comments",
  enforce: "pre",
  load(id) {
    if (!id.endsWith(".wgsl?raw")) return null;
    const text = readFileSync(id.slice(0, -"?raw".length), "utf8"); // WGSL has no texts in which two slashes could stand
    return `export default ${JSON.stringify(text.replace(/[ \t]*\/\/.*$/gm, ""))};`;
  },
};

/** Of templates and style sheets, which no minifier knows: a fiftieth of what the element weighs, packed. Lines stay. */
const elementWithoutIndentation: Plugin = {
  name: "element-without-indentation",
  enforce: "pre",
  transform(code, id) {
    if (!id.startsWith(here("src/element/"))) return null;
    return { code: code.replace(/\n[ \t]+/g, "\n"), map: null };
  },
};

const library: ViteUserConfig = {
  ...shared,
  publicDir: false,
  plugins: [workersAreEntries, shadersWithoutComments, elementWithoutIndentation, litUsesOurPolicy],
  build: {
    outDir: here("dist/lib"),
    emptyOutDir: true,
    target: "es2023",
    sourcemap: true,
    lib: {
      entry: {
        index: here("src/index.ts"),
        element: here("src/element/index.ts"),
        "element-server": here("src/element/server.ts"),
        "prompt-api": here("src/prompt-api/index.ts"),
        bench: here("src/bench/index.ts"),
        eval: here("src/eval/index.ts"),
        host: here("src/worker/host.ts"),
        "shared-host": here("src/worker/shared-host.ts"),
        "hash-worker": here("src/source/hash-worker.ts"),
        "service-worker": here("src/http/service-worker.ts"),
        "pdf-worker": here("src/element/attachments/pdf-worker.ts"),
      },
      formats: ["es"],
    },
    rolldownOptions: {
      checks,
      // Vite alone would keep a library's white space, for annotations that only a tree-shaker of single statements wants.
      output: { chunkFileNames: "[name]-[hash].js", codeSplitting: chunkGroups(), minify: true },
    },
  },
};

const demo: ViteUserConfig = {
  ...shared,
  root: here("demo"),
  publicDir: here("public"),
  plugins: [
    workersAreChunks,
    shadersWithoutComments,
    elementWithoutIndentation,
    litUsesOurPolicy,
    VitePWA({
      registerType: "prompt", // never reload under somebody's answer
      injectRegister: null, // demo/app-updates.ts registers it
      manifest: false, // public/manifest.webmanifest is written by hand
      strategies: "injectManifest", // Workbox's own worker drops the files that an open tab may still fetch
      srcDir: ".",
      filename: "sw.ts",
      injectManifest: {
        // The shell only. Weights live in IndexedDB, verified and counted; a precache would hold them twice.
        globPatterns: ["**/*.{html,js,css,svg,png,ico,webmanifest}", "models.json"],
        // pdf.js is more than all the rest: it comes with the first PDF, and is kept from then on (demo/sw.ts).
        globIgnores: ["models/**", "sw.js", "**/pdf-*.js"],
        rollupFormat: "iife", // Firefox has no module service workers
      },
    }),
  ],
  build: {
    outDir: here("dist/demo"),
    emptyOutDir: true,
    target: "es2023",
    chunkSizeWarningLimit: 1500, // kB; pdf.js, which comes with the first PDF
    modulePreload: false, // its list of what to load first is for pages alone, and a worker is a chunk like the others here
    rolldownOptions: {
      checks,
      output: { codeSplitting: chunkGroups() },
      input: {
        index: here("demo/index.html"),
        embed: here("demo/embed.html"),
        bench: here("demo/bench.html"),
        eval: here("demo/eval.html"),
      },
    },
  },
};

const page = (folder: string, outDir: string): ViteUserConfig => ({
  ...shared,
  root: here(folder),
  publicDir: false,
  build: {
    outDir: here(outDir),
    emptyOutDir: true,
    target: "es2023",
    minify: false, // stack traces in test reports
    rolldownOptions: { checks, input: here(`${folder}/index.html`) },
  },
});

/** A browser is driven in a checkout; the published command opens one that is installed. */
const withInstalledBrowser: Plugin = {
  name: "with-installed-browser",
  enforce: "pre",
  resolveId(source) {
    const name = /^\.\/(runner|bench-page)\.ts$/.exec(source)?.[1];
    if (name === undefined) return null;
    return here(name === "runner" ? "cli/installed-runner.ts" : "cli/installed-bench.ts");
  },
};

const command: ViteUserConfig = {
  ...shared,
  publicDir: false,
  plugins: [withInstalledBrowser, shadersWithoutComments],
  build: {
    outDir: here("dist/cli"),
    emptyOutDir: true,
    target: "node20",
    ssr: here("cli/pronk.ts"),
    rolldownOptions: {
      checks,
      external: ["webgpu", "playwright", "vite"],
      output: { chunkFileNames: "[name]-[hash].js" },
    },
  },
};

const builds: Record<string, ViteUserConfig> = {
  library,
  demo,
  harness: page("test/harness", "dist/harness"),
  runner: page("cli/page", "dist/runner"),
  clients: page("test/clients", "dist/clients"),
  command,
};

const minutes = 60_000;
const inBrowsers = {
  pool: "forks",
  globalSetup: here("test/support/build-first.ts"),
  testTimeout: 10 * minutes,
  hookTimeout: 10 * minutes,
  expect: { poll: { timeout: 30_000 } }, // a page on a busy machine
} as const;
// Too slow for `npm run check`, which is under two minutes on a busy machine: slices of the long proofs, loads that end again
// and again, whole checkpoints through the reference, half a gigabyte through a hash.
const slow = [
  "test/unit/{api/refused-memory,load/{proof-slices,resume,page-thread},format/golden,reference/golden,quant/tiny,source/sha256-length}.test.ts",
];
// What measures speed wants the machine for itself.
const measured = ["test/browser/run-ahead.test.ts"];

const tests: ViteUserConfig = {
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          exclude: slow,
          maxWorkers: "100%",
          testTimeout: 10 * minutes, // nothing here goes by the clock; a hang is still seen
          sequence: { groupOrder: 0 }, // then the browsers, which want the processor for themselves
        },
      },
      {
        test: {
          name: "slow",
          include: slow,
          maxWorkers: "100%",
          testTimeout: 10 * minutes,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/{kernels,golden,browser,e2e,package}/**/*.test.ts"],
          exclude: measured,
          maxWorkers: 2, // Firefox waits for polls of 100 ms much of the time
          maxConcurrency: 8, // of the tests in a file that are marked `concurrent`
          sequence: { groupOrder: 1 },
          ...inBrowsers,
        },
      },
      { test: { name: "measured", include: measured, maxWorkers: 1, sequence: { groupOrder: 2 }, ...inBrowsers } },
      {
        test: {
          name: "long",
          include: ["test/long/**/*.test.ts"],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          ...inBrowsers,
        },
      },
    ],
  },
};

export default defineConfig(({ mode }) => builds[mode] ?? tests);

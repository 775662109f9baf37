#!/usr/bin/env bash
# What a worker of a page without an origin (a sandboxed frame, as code playgrounds and embeds use) has of WebGPU in Chromium.
#
# Guess: a frame and the workers that it starts are secure contexts alike, whichever of the two addresses a page can make
# itself (blob: or data:) a worker comes from.
#
# Seen 2026-11-30, Debian's Chromium 156 on SwiftShader:
#   - the page is a secure context and has an adapter;
#   - a classic worker from a blob: address runs, but is NO secure context and has no `navigator.gpu`;
#   - a module worker from a blob: address does not start, and its error event has no message;
#   - from a data: address both kinds are secure contexts and get an adapter.
# Firefox ESR 153 makes no such difference. So: where `origin` is "null", import the engine from a data: module.
#
# Needs Debian's chromium (with SwiftShader), and npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null && npm install --silent --no-audit playwright-core@1.65.1

cat >seen.mjs <<'JS'
import { createServer } from "node:http";
import { chromium } from "playwright-core";
const inWorker = `(async () => postMessage(isSecureContext + " " + Boolean(await navigator.gpu?.requestAdapter())))()`;
const page = `<!doctype html><script>
  const told = {};
  const ask = (make, options) => new Promise((resolve) => {
    const worker = new Worker(make(${JSON.stringify(inWorker)}), options);
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => resolve("error " + message);
  });
  const blob = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const data = (text) => "data:text/javascript," + encodeURIComponent(text);
  globalThis.askAll = async () => {
    told.origin = origin;
    told.page = isSecureContext + " " + Boolean(await navigator.gpu?.requestAdapter());
    told.blob = await ask(blob);
    told.blobModule = await ask(blob, { type: "module" });
    told.data = await ask(data);
    told.dataModule = await ask(data, { type: "module" });
    return told;
  };
</script>`;
const server = createServer((_, response) => {
  response.writeHead(200, { "content-type": "text/html", "content-security-policy": "sandbox allow-scripts" }).end(page);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const args = ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args });
const tab = await browser.newPage();
await tab.goto(`http://127.0.0.1:${server.address().port}/`);
const told = await tab.evaluate(() => askAll());
console.log(browser.version());
for (const [name, words] of Object.entries(told)) console.log(`${name}: ${words}`);
await browser.close();
server.close();
JS
node seen.mjs | tee told.txt

expect() { grep -qx "$1: $2" told.txt || { echo "CHANGED: $1 is another than '$2'"; exit 1; }; }
expect origin "null"
expect page "true true"
expect blob "false false"
expect blobModule "error undefined"
expect data "true true"
expect dataModule "true true"
echo "as seen"

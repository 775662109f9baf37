#!/usr/bin/env bash
# Whether a Next application, built by Turbopack (the default) or by webpack, can import a part on demand where the server sends
# `require-trusted-types-for 'script'` and allows the policies that Next names.
#
# Guess: both can: Next's own runtime goes by a policy called `nextjs`, so its bundlers' do too.
#
# Seen 2026-11-28, next 16.4.6 with react 19.2.0, in Debian's Chromium: the page of either starts, but with Turbopack nothing
# that is imported on demand arrives: its runtime gives a plain string to script.src, which the browser refuses, and the import
# rejects with a TypeError. `next build --webpack` with `output.trustedTypes` works. Without the header both work.
#
# Needs npm, Node 20, and Debian's chromium (or CHROMIUM=path). Takes two minutes.
set -euo pipefail
work=$(mktemp -d)
server=
stop() { if [ -n "$server" ]; then kill -- -"$server" 2>/dev/null || true; fi; server=; }
trap 'stop; rm -rf "$work"' EXIT
cd "$work"
export NEXT_TELEMETRY_DISABLED=1
echo "{}" >package.json
npm install --silent --no-audit next@16.4.6 react@19.2.0 react-dom@19.2.0 playwright-core@1.65.1

mkdir app
cat >app/layout.js <<'JS'
export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
JS
cat >app/page.js <<'JS'
"use client";
import { useEffect, useState } from "react";

export default function Page() {
  const [told, tell] = useState("waiting");
  useEffect(() => void import("./part.js").then(({ said }) => tell(said), ({ name }) => tell(`failed with a ${name}`)), []);
  return <p id="told">{told}</p>;
}
JS
echo 'export const said = "arrived";' >app/part.js
cat >next.config.mjs <<'JS'
const value = "require-trusted-types-for 'script'; trusted-types nextjs nextjs#bundler nextjs#webpack 'allow-duplicates'";
export default {
  headers: async () => (process.env.TRUSTED ? [{ source: "/:path*", headers: [{ key: "content-security-policy", value }] }] : []),
  turbopack: {},
  webpack(config) {
    config.output.trustedTypes = "nextjs#webpack";
    return config;
  },
};
JS
cat >look.mjs <<'JS'
import { chromium } from "playwright-core";
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage();
await page.goto("http://127.0.0.1:4567/");
await page.waitForFunction(() => !/waiting/.test(document.querySelector("#told")?.textContent ?? "waiting"));
console.log(await page.textContent("#told"));
await browser.close();
JS
for bundler in turbopack webpack; do
  for policy in "no policy" "trusted types"; do
    export TRUSTED=${policy%no policy}
    rm -rf .next
    npx next build --$bundler >build.log 2>&1 || { cat build.log; exit 1; }
    setsid npx next start -p 4567 >start.log 2>&1 &
    server=$!
    for _ in $(seq 60); do curl --silent --output /dev/null http://127.0.0.1:4567/ && break; sleep 0.5; done
    echo "$bundler, $policy: $(node look.mjs)" | tee -a told.txt
    stop
    sleep 1
  done
done
cat >seen.txt <<'SEEN'
turbopack, no policy: arrived
turbopack, trusted types: failed with a TypeError
webpack, no policy: arrived
webpack, trusted types: arrived
SEEN
diff seen.txt told.txt || { echo "CHANGED: see the lines above"; exit 1; }
echo "as seen"

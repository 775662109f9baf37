// The pages in which peers run, on loopback: an npm package as it lies on disk, pronk's own built library beside it, and
// whatever is made up on the fly. Without pronk's policy: the peers need wasm, and some of them eval.

import { existsSync, readFileSync, statSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { type FileServer, startFileServer } from "../../cli/server/file-server.ts";
import { outputFolder } from "../../cli/built.ts";

export interface PeerSiteOptions {
  /** URL prefix -> folder. */
  folders: Record<string, string>;
  /** Bare module names -> URLs. */
  imports?: Record<string, string>;
  /** Bytes that are in no file. */
  made?: (path: string) => Uint8Array | undefined;
}

const types: Record<string, string> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** loglevel, which WebLLM imports by its bare name, isn't an ES module; this has what WebLLM calls of it. */
const loglevel = `const tell = (name) => (...words) => { if (name === "warn" || name === "error") console[name](...words); };
const log = { levels: {}, setLevel() {}, setDefaultLevel() {}, getLevel: () => 3 };
for (const name of ["trace", "debug", "info", "warn", "error", "log"]) log[name] = tell(name);
export default log;`;

export function startPeerSite({ folders, imports = {}, made }: PeerSiteOptions): Promise<FileServer> {
  const all = { ...folders, "/lib/": outputFolder.library };
  const map = JSON.stringify({ imports: { loglevel: "/loglevel.js", ...imports } });
  const page = `<!doctype html><meta charset="utf-8"><title>peers</title><script type="importmap">${map}</script>`;
  const bytesAt = (path: string): Uint8Array | string | undefined => {
    if (path === "/") return page;
    if (path === "/favicon.ico") return ""; // asked for by itself
    if (path === "/loglevel.js") return loglevel;
    const bytes = made?.(path);
    if (bytes) return bytes;
    for (const [prefix, folder] of Object.entries(all)) {
      const file = join(folder, normalize(`/${path.slice(prefix.length)}`));
      if (path.startsWith(prefix) && existsSync(file) && statSync(file).isFile()) return readFileSync(file);
    }
    return undefined;
  };
  return startFileServer({
    mounts: [],
    answer(request, response) {
      const path = decodeURIComponent(new URL(request.url ?? "/", "http://127.0.0.1").pathname);
      const body = bytesAt(path);
      if (body === undefined) response.writeHead(404).end();
      else {
        const type = path === "/" ? "text/html" : (types[extname(path)] ?? "application/octet-stream");
        response.writeHead(200, { "content-type": type, "content-length": Buffer.byteLength(body) });
        response.end(request.method === "HEAD" ? undefined : body);
      }
      return true;
    },
  });
}

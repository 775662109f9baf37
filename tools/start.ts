// `npm start`: builds the demo when it is stale and serves it on localhost, where WebGPU is allowed. Port 4173, or the
// next free one; PORT asks for another.

import { startFileServer } from "../cli/server/file-server.ts";
import { outputFolder } from "../cli/built.ts";
import { ensureBuilt } from "./stale.ts";

ensureBuilt(["demo"]);
const server = await serve(Number(process.env.PORT || 4173));
const port = new URL(server.origin).port;
console.log(`pronk is at http://localhost:${port}/ (Ctrl+C ends it)`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(0));

async function serve(first: number) {
  for (let port = first; ; port++) {
    try {
      return await startFileServer({ mounts: [{ prefix: "/", path: outputFolder.demo }], port });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || port >= first + 50) throw error;
    }
  }
}

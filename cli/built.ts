// Where this package lies and where its builds are. Nothing here makes a build; in a checkout, npm's scripts renew what is
// stale before they start a command.

import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

export const outputFolder = {
  library: join(root, "dist/lib"),
  types: join(root, "dist/types"),
  demo: join(root, "dist/demo"),
  harness: join(root, "dist/harness"),
  runner: join(root, "dist/runner"),
  clients: join(root, "dist/clients"),
};

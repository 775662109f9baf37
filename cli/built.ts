// Where this package and its builds are. Nothing here makes a build; in a checkout, npm's scripts renew what is
// stale before they start a command.

import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url)); // cli/, or dist/cli/ where it is built
const isBuilt = basename(dirname(here)) === "dist";
export const root = join(here, isBuilt ? "../.." : "..");

export const outputFolder = {
  library: join(root, "dist/lib"),
  types: join(root, "dist/types"),
  demo: join(root, "dist/demo"),
  harness: join(root, "dist/harness"),
  runner: join(root, "dist/runner"),
  command: join(root, "dist/cli"),
  clients: join(root, "dist/clients"),
};

/** How a user here types a command. */
export const written = (command: string): string =>
  isBuilt ? `npx pronk ${command}` : `npm run --silent ${command} --`;

#!/usr/bin/env bash
# Which file tsx gives a script that imports its own package by name.
#
# Guess: the file that `exports` names, as Node itself does, so that such a script tries the package as it is built; `paths` are for
# the compiler. If they count, then those of the tsconfig.json nearest to the script, as in an editor.
#
# Seen 2026-11-29, tsx 4.23.15, Node 20.20:
#   - `paths` WIN over `exports`: the script gets the source, for JavaScript run by `node --import tsx` too where `allowJs` is on.
#   - Of the tsconfig.json files only that of the WORKING FOLDER counts. A script in a folder with a tsconfig.json of its own gets the
#     source when it is started from the top and the build when started from there, and so does the top's script, the other way round.
#   - A package in node_modules is spared: what it imports by that name is looked up as Node does.
# So a smoke test of a built package names its own configuration (`--tsconfig`, TSX_TSCONFIG_PATH), or goes without tsx.
#
# Needs npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p src app node_modules
cat >package.json <<'J'
{ "name": "thing", "version": "1.0.0", "type": "module", "exports": { ".": "./built.js" } }
J
npm install --silent --no-audit --no-fund tsx@4.23.15
echo 'export const from = "build";' >built.js
echo 'export const from = "source";' >src/index.ts
echo '{ "compilerOptions": { "module": "nodenext", "allowJs": true, "paths": { "thing": ["./src/index.ts"] } } }' >tsconfig.json
echo '{ "compilerOptions": { "module": "nodenext", "allowJs": true } }' | tee plain.json >app/tsconfig.json
echo 'import { from } from "thing"; console.log(process.argv[2] + ":", from);' | tee script.ts script.mjs app/script.ts >/dev/null
mkdir -p node_modules/thing node_modules/user
echo '{ "name": "thing", "type": "module", "exports": "./index.js" }' >node_modules/thing/package.json
echo 'export const from = "package";' >node_modules/thing/index.js
echo '{ "name": "user", "type": "module", "exports": "./index.js" }' >node_modules/user/package.json
echo 'export { from } from "thing";' >node_modules/user/index.js
echo 'import { from } from "user"; console.log("a package in node_modules:", from);' >through.ts

tsx="$work/node_modules/tsx/dist"
{
  node script.mjs "node"
  node "$tsx/cli.mjs" script.ts "tsx"
  node --import "$tsx/loader.mjs" script.mjs "node --import tsx, JavaScript"
  node "$tsx/cli.mjs" --tsconfig plain.json script.ts "tsx --tsconfig without paths"
  node "$tsx/cli.mjs" app/script.ts "app's script from the top"
  cd app
  node "$tsx/cli.mjs" script.ts "app's script from app"
  node "$tsx/cli.mjs" ../script.ts "the top's script from app"
  cd ..
  node "$tsx/cli.mjs" through.ts
} | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
node: build
tsx: source
node --import tsx, JavaScript: source
tsx --tsconfig without paths: build
app's script from the top: source
app's script from app: build
the top's script from app: build
a package in node_modules: package
SEEN
echo "as seen"

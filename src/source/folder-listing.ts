// The files that a web server lists for a folder, as most do (autoindex of nginx and Apache, `python -m http.server`, npm's
// serve and serve-index): links to names in that folder. A page that is no listing has no link that could be a model's file.

import { isMetaPath, isTorchPath } from "./torch-names.ts";

const modelFile = /^[^/?#:]+\.(safetensors|gguf|json|model|jinja|md|txt)$|^onnx\/$/i;
/** Weights in other forms: listed to let the format's reader say what they are, or that they are llama2.c's. */
const otherWeights =
  /^[^/?#:]+\.(bin|pth|pt|ckpt|onnx([_.]data[^/?#:]*)?|npz|msgpack|h5|keras|tflite|task|pte|nemo|llamafile|gguf[.-](part|split)[^/?#:]*)$/i;
const mostOthers = 8; // a few show what a folder holds; MLC has a hundred

/** Names of a model's files, and of the folder that may hold them in ONNX, in the HTML page at `address`; a link may be relative, or begin at the server's root. */
export function listedFiles(html: string, address: string): string[] {
  const tags = html.match(/<a\s[^<>]*/gi) ?? [];
  const folder = new URL("./", address);
  const names = tags.flatMap((tag) => {
    const href = /\shref\s*=\s*["']([^"']+)["']/i.exec(tag)?.[1] ?? "";
    try {
      const { origin, pathname, search } = new URL(unescaped(href), folder);
      const within = decodeURIComponent(folder.pathname);
      const path = decodeURIComponent(pathname);
      const name = path.slice(within.length);
      if (origin !== folder.origin || search || !path.startsWith(within)) return [];
      return modelFile.test(name) || otherWeights.test(name) ? [name] : [];
    } catch {
      return []; // not an address, or a name not in UTF-8
    }
  });
  return [...new Set(names)];
}

/** The characters that writers of listings escape; some escape slashes too. */
function unescaped(text: string): string {
  const named: Record<string, string> = { amp: "&", quot: '"', apos: "'", lt: "<", gt: ">" };
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(amp|quot|apos|lt|gt));/gi, (_, decimal, hex, name: string) =>
    name ? named[name.toLowerCase()] : String.fromCodePoint(decimal ? Number(decimal) : parseInt(hex, 16)),
  );
}

const isOnnxWeights = /\.onnx([_.]data[^/]*)?$/i;

/** The files in a listing that hold weights: those that are read, or if there are none, the first of the others. */
export function listedWeights(names: readonly string[]): string[] {
  const read = names.filter((name) => /\.(safetensors|gguf)$/i.test(name));
  if (read.length > 0) return read;
  const torch = names.filter((name) => isTorchPath(name) || isMetaPath(name));
  if (torch.length > 0) return torch;
  const graphs = names.filter((name) => isOnnxWeights.test(name));
  return graphs.length > 0 ? graphs : names.filter((name) => otherWeights.test(name)).slice(0, mostOthers);
}

const mostParts = 1000; // each is asked for; ten times as many as any published model has

/**
 * All files of a model, given the name of one: `-00001-of-00003` of GGUF stands for three, and beside an ONNX file are its
 * external data, if there are any.
 */
export function weightParts(name: string): string[] {
  if (/\.onnx$/i.test(name)) return ["", ".data", "_data", "_data_1", "_data_2"].map((end) => name + end);
  const split = /^(.*-)\d{5}-of-(\d{5})(\.gguf)$/i.exec(name);
  const [, start, count, end] = split ?? [];
  if (!split || Number(count) > mostParts) return [name];
  return Array.from({ length: Number(count) }, (_, i) => `${start}${String(i + 1).padStart(5, "0")}-of-${count}${end}`);
}

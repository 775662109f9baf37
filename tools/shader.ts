// `npm run --silent shader NAME`: a shader as the GPU's compiler gets it, all its files joined. NAME is what errors and
// `bench --kernels` call it: `matvec+normed_swiglu+q4+gathered`.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { shaderFiles as interfaces } from "../src/gpu/shader-interfaces.ts";
import { codeOf, joinedLines } from "../src/gpu/shader-source.ts";
import {
  decodes,
  kernels,
  products,
  shaderFiles,
  type DecodeName,
  type KernelName,
  type ProductName,
  type ShaderFile,
} from "../src/gpu/shader-table.ts";

const shaders = fileURLToPath(new URL("../shaders", import.meta.url));
const textOf = (file: ShaderFile) => readFileSync(join(shaders, `${file}.wgsl`), "utf8");

/** Throws an Error that says which names there are. */
export function shaderNamed(name: string): string {
  const [kernel, ...others] = name.split("+");
  const isKernel = (word: string): word is KernelName => word in kernels;
  const product = others.find((word): word is ProductName => word in products);
  const decode = others.find((word): word is DecodeName => word in decodes);
  const flags = ["gathered", "biased"];
  const unknown = others.filter((word) => word !== product && word !== decode && !flags.includes(word));
  const names = (table: object) => Object.keys(table).join(" ");
  const told = `A name is KERNEL, KERNEL+DECODE or KERNEL+PRODUCT+DECODE, then +gathered, +biased where a product is so.
kernels: ${names(kernels)}
products: ${names(products)}
decodes: ${names(decodes)}`;
  if (!isKernel(kernel)) throw new Error(`There is no kernel "${kernel}". ${told}`);
  if (unknown.length > 0) throw new Error(`There is no product, decode or flag "${unknown[0]}". ${told}`);
  const [gathered, biased] = flags.map((flag) => others.includes(flag));
  const joined = shaderFiles({ kernel, product, decode, gathered, biased });
  const given = joined.flatMap((file): readonly string[] => interfaces[file].provides);
  const missing = joined.flatMap((file) => interfaces[file].needs).find((need) => !given.includes(need));
  if (missing) throw new Error(`"${name}" is no whole shader: none of its files has ${missing}. ${told}`);
  return codeOf(joinedLines(joined, textOf));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(shaderNamed(process.argv[2] ?? ""));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

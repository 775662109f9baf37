// `npm run shaders`: reads every WGSL file and writes what TypeScript must know of it: bindings, overrides, records, what it
// provides to the files it is joined with and needs from them. A test fails while the committed files differ from what this
// makes. Declarations are read by wgsl_reflect; the names that a body mentions are found here, since the library rejects a
// file whose functions come from another.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "prettier";
import {
  ArrayType,
  LiteralExpr,
  Override,
  Struct,
  type Type,
  TemplateType,
  Var,
  WgslParser,
  WgslReflect,
} from "wgsl_reflect/wgsl_reflect.module.js";

interface ShaderFile {
  name: string;
  bindings: { name: string; group: number; binding: number; type: string; access: string }[];
  overrides: { name: string; type: string; optional: boolean }[];
  records: { name: string; sizeBytes: number; fields: { name: string; type: string; offset: number }[] }[];
  /** Functions and structs. */
  declares: string[];
  /** Every name that stands before a bracket, or like a type. */
  mentions: Set<string>;
  features: string[];
}

const shaders = fileURLToPath(new URL("../shaders", import.meta.url));
const own = fileURLToPath(new URL("../src", import.meta.url));

/** The file without comments and without its functions. */
function declarationsOf(text: string): string {
  const start = /(?:@\w+(?:\([^)]*\))?\s*)*\bfn\s+\w+/g;
  let declarations = "";
  let at = 0;
  for (let found = start.exec(text); found; found = start.exec(text)) {
    declarations += text.slice(at, found.index);
    let depth = 0;
    at = text.indexOf("{", found.index);
    do depth += { "{": 1, "}": -1 }[text[at]] ?? 0;
    while (++at < text.length && depth > 0);
    start.lastIndex = at;
  }
  return declarations + text.slice(at);
}

function textOf(type: Type): string {
  if (type instanceof ArrayType)
    return `array<${textOf(type.format!)}${type.count ? `, ${type.count as unknown as string}` : ""}>`;
  if (type instanceof TemplateType) return `${type.name}<${textOf(type.format!)}>`;
  return type.name;
}

/** Without a type it has that of the number that it begins with; one that is computed from others is not for the host to set. */
function overrideOf(node: unknown): ShaderFile["overrides"] {
  if (!(node instanceof Override)) return [];
  const { name, type, value } = node;
  const literal = value instanceof LiteralExpr ? value.type.name.replace("x32", "i32") : undefined; // x32: of no suffix
  const told = type?.name ?? literal;
  return told ? [{ name, type: told, optional: value !== null }] : [];
}

/** The override constants in a WGSL text that the host may set. */
export const overridesIn = (wgsl: string): ShaderFile["overrides"] =>
  new WgslParser().parse(declarationsOf(wgsl)).flatMap(overrideOf);

function readShader(path: string): ShaderFile {
  const name = basename(path, ".wgsl");
  const text = readFileSync(path, "utf8").replace(/\/\/.*$/gm, "");
  const declarations = declarationsOf(text);
  const nodes = new WgslParser().parse(declarations);
  const attribute = (node: Var, key: string) => Number(node.attributes!.find((one) => one.name === key)!.value);
  const vars = nodes.filter((node): node is Var => node instanceof Var);
  const bound = vars.filter(({ storage }) => storage === "storage" || storage === "uniform");
  const structs = nodes.filter((node): node is Struct => node instanceof Struct);
  const functions = [...text.matchAll(/\bfn\s+(\w+)/g)].map((found) => found[1]);
  const calls = [...text.matchAll(/(?<!\bfn\s+)\b([a-z]\w*)\s*\(/g)].map((found) => found[1]);
  const types = [...text.matchAll(/\b[A-Z]\w*/g)].map((found) => found[0]);
  return {
    name,
    bindings: bound.map((node) => ({
      name: node.name,
      group: attribute(node, "group"),
      binding: attribute(node, "binding"),
      type: textOf(node.type!),
      access: node.storage === "uniform" ? "uniform" : node.access!,
    })),
    overrides: nodes.flatMap(overrideOf),
    records: new WgslReflect(declarations).structs.map((struct) => ({
      name: struct.name,
      sizeBytes: struct.size,
      fields: struct.members.map(({ name, type, offset }) => ({ name, type: type.getTypeName(), offset })),
    })),
    declares: [...functions.filter((one) => one !== "main"), ...structs.map((one) => one.name)],
    mentions: new Set([...calls, ...types]),
    features: [...(/\bf16\b/.test(text) ? ["f16"] : []), ...(/\bsubgroup(_|[A-Z])/.test(text) ? ["subgroups"] : [])],
  };
}

const hostTypes: Record<string, string> = { u32: "number", i32: "number", f32: "number", bool: "boolean" };

/** What TypeScript writes for a type of WGSL. */
function hostType(type: string): string {
  if (type === "vec4u") return "readonly [number, number, number, number]";
  if (!(type in hostTypes)) throw new Error(`no host type for ${type}`);
  return hostTypes[type];
}

const record = (entries: string[]) => `{ ${entries.join(", ")} }`;
const list = (names: string[]) => `[${names.map((name) => JSON.stringify(name)).join(", ")}]`;

const opening = `// Made by tools/shader-interfaces.ts (\`npm run shaders\`) from the WGSL. Do not edit.
`;

function write(files: ShaderFile[], room: string): string {
  const declared = new Set(files.flatMap(({ declares }) => declares));
  const needsOf = ({ declares, mentions }: ShaderFile) =>
    [...mentions].filter((name) => declared.has(name) && !declares.includes(name));
  const needed = new Set(files.flatMap(needsOf));
  const bound = new Set(files.flatMap(({ bindings }) => bindings.map(({ type }) => type)));
  const records = files.flatMap((file) => file.records).filter(({ name }) => bound.has(name));
  const seen = new Map<string, string>();
  for (const one of records) {
    const shape = JSON.stringify(one);
    if ((seen.get(one.name) ?? shape) !== shape) throw new Error(`two structs are called ${one.name}`);
    seen.set(one.name, shape);
  }
  const distinct = records.filter(({ name }, i) => records.findIndex((one) => one.name === name) === i);
  return `${opening}
/** Of each file: bindings as [group, binding], names that it has for others and wants of others, features of the language. */
export const ${room}Files = {
${files
  .map((file) => {
    const bindings = file.bindings.map(({ name, group, binding }) => `${name}: [${group}, ${binding}]`);
    const provides = file.declares.filter((name) => needed.has(name));
    return `${file.name}: { bindings: ${record(bindings)}, provides: ${list(provides)}, needs: ${list(needsOf(file))}, features: ${list(file.features)} },`;
  })
  .join("\n")}
} as const;

/** What each binding is in WGSL: access and type. */
export interface ${title(room)}Bindings {
${files
  .map(
    (file) =>
      `${file.name}: { ${file.bindings.map(({ name, access, type }) => `${name}: ${JSON.stringify(`${access} ${type}`)}`).join("; ")} };`,
  )
  .join("\n")}
}

/** Override constants that the host sets; those with a default may be left out. */
export interface ${title(room)}Overrides {
${files
  .map(
    (file) =>
      `${file.name}: { ${file.overrides.map(({ name, type, optional }) => `${name}${optional ? "?" : ""}: ${hostType(type)}`).join("; ")} };`,
  )
  .join("\n")}
}

/** Structs that bindings have: bytes, and of each field its byte and type. */
export const ${room}Records = {
${distinct
  .map(
    ({ name, sizeBytes, fields }) =>
      `${name}: { sizeBytes: ${sizeBytes}, fields: ${record(fields.map((field) => `${field.name}: [${field.offset}, ${JSON.stringify(field.type)}]`))} },`,
  )
  .join("\n")}
} as const;
`;
}

const title = (word: string) => word[0].toUpperCase() + word.slice(1);

const outputs = [
  { folder: shaders, room: "shader", path: "gpu/shader-interfaces.ts" },
  { folder: join(shaders, "bench"), room: "probe", path: "bench/probe-interfaces.ts" },
];

/** The files as they must stand, by their paths below src/. */
export async function shaderInterfaces(): Promise<Map<string, string>> {
  const made = outputs.map(async ({ folder, room, path }) => {
    const names = readdirSync(folder).filter((name) => name.endsWith(".wgsl"));
    const files = names.toSorted().map((name) => readShader(join(folder, name)));
    return [path, await format(write(files, room), { parser: "typescript", printWidth: 120 })] as const;
  });
  return new Map(await Promise.all(made));
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [path, text] of await shaderInterfaces()) writeFileSync(join(own, path), text);

// The languages that code is coloured in, those that models are asked to write, by the words after a fence. Their parsers
// read line by line and are CodeMirror's for many languages; PHP has none there, and a page of HTML has three in one.

import { c, clike, cpp, csharp, java, kotlin, shader } from "@codemirror/legacy-modes/mode/clike";
import { css } from "@codemirror/legacy-modes/mode/css";
import { diff } from "@codemirror/legacy-modes/mode/diff";
import { dockerFile } from "@codemirror/legacy-modes/mode/dockerfile";
import { go } from "@codemirror/legacy-modes/mode/go";
import { javascript, json, typescript } from "@codemirror/legacy-modes/mode/javascript";
import { lua } from "@codemirror/legacy-modes/mode/lua";
import { powerShell } from "@codemirror/legacy-modes/mode/powershell";
import { properties } from "@codemirror/legacy-modes/mode/properties";
import { python } from "@codemirror/legacy-modes/mode/python";
import { r } from "@codemirror/legacy-modes/mode/r";
import { ruby } from "@codemirror/legacy-modes/mode/ruby";
import { rust } from "@codemirror/legacy-modes/mode/rust";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { standardSQL } from "@codemirror/legacy-modes/mode/sql";
import { swift } from "@codemirror/legacy-modes/mode/swift";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { xml } from "@codemirror/legacy-modes/mode/xml";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import type { StreamParser, StringStream } from "@codemirror/streamparser";
import { htmlPage } from "./html-page.ts";

export interface CodeLanguage {
  /** As people call it. */
  name: string;
  parser: StreamParser<unknown>;
}

const words = (text: string) => Object.fromEntries(text.split(/\s+/).map((word) => [word, true]));

const php = clike({
  name: "php",
  keywords: words(
    `abstract and array as break case catch class clone const continue declare default do echo else elseif empty enum extends
    final finally fn for foreach function global goto if implements include include_once instanceof insteadof interface isset
    list match namespace new or print private protected public readonly require require_once return static switch throw
    trait try unset use var while xor yield`,
  ),
  atoms: words("true false null TRUE FALSE NULL"),
  types: words("bool int float string void mixed iterable object self parent never"),
  multiLineStrings: true,
  hooks: {
    $: (stream: StringStream) => {
      stream.eatWhile(/[\w\x80-\uffff]/);
      return "property";
    },
    "#": (stream: StringStream) => {
      if (stream.eat("[")) return "meta";
      stream.skipToEnd();
      return "comment";
    },
    "<": (stream: StringStream) => (stream.match("?php") || stream.match("?=") ? "meta" : "operator"),
  },
});

const table: [name: string, parser: StreamParser<unknown>, words: string][] = [
  ["Shell", shell, "bash sh shell zsh console terminal"],
  ["C", c, "c h"],
  ["C++", cpp, "cpp c++ cc hpp cxx"],
  ["C#", csharp, "csharp cs c#"],
  ["CSS", css, "css"],
  ["Diff", diff, "diff patch"],
  ["Dockerfile", dockerFile, "dockerfile docker"],
  ["GLSL", shader, "glsl"],
  ["Go", go, "go golang"],
  ["HTML", htmlPage, "html htm vue svelte"],
  ["INI", properties, "ini properties conf env"],
  ["Java", java, "java"],
  ["JavaScript", javascript, "javascript js mjs cjs node"],
  ["JSON", json, "json jsonc json5 jsonl"],
  ["JSX", javascript, "jsx"],
  ["Kotlin", kotlin, "kotlin kt"],
  ["Lua", lua, "lua"],
  ["PHP", php, "php"],
  ["PowerShell", powerShell, "powershell ps1 pwsh"],
  ["Python", python, "python py python3"],
  ["R", r, "r"],
  ["Ruby", ruby, "ruby rb"],
  ["Rust", rust, "rust rs"],
  ["SQL", standardSQL, "sql mysql postgresql postgres sqlite plsql"],
  ["Swift", swift, "swift"],
  ["TOML", toml, "toml"],
  ["TSX", typescript, "tsx"],
  ["TypeScript", typescript, "typescript ts mts cts"],
  ["WGSL", rust, "wgsl"], // `fn`, `let`, `var`, attributes and types look the same
  ["XML", xml, "xml svg xhtml rss"],
  ["YAML", yaml, "yaml yml"],
];

const languages = new Map(
  table.flatMap(([name, parser, known]) =>
    known.split(" ").map((word): [string, CodeLanguage] => [word, { name, parser }]),
  ),
);

export const languageOf = (word: string): CodeLanguage | undefined => languages.get(word.toLowerCase());

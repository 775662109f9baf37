// Chat templates: drawn from Jinja's grammar with every filter, test and method, published ones with a stretch replaced, and
// ones made to be costly: loops in loops, texts that double, calls of themselves, chains and lists without end.

import { PronkError } from "../../src/errors.ts";
import { filterNames } from "../../src/text/jinja/filters.ts";
import { parseTemplate } from "../../src/text/jinja/parse-template.ts";
import { TemplateError, TemplateRefusal } from "../../src/text/jinja/template-error.ts";
import { testNames } from "../../src/text/jinja/tests.ts";
import { chatRenderer } from "../../src/text/template-dialog.ts";
import type { ChatMessage } from "../../src/text/tokenizer.ts";
import { pick, wholeBelow } from "../long/proof.ts";
import { chatTemplates } from "../support/chat-templates.ts";
import { oddText, otherText } from "./extremes.ts";
import { between, chance, demand, type FuzzInput, type FuzzReader, type Random, utf8, wholeShare } from "./reader.ts";

const path = "chat_template.jinja";
const whole = Object.values(chatTemplates);

function make(random: Random): FuzzInput {
  const way = random();
  const file = (text: string): FuzzInput => ({ files: new Map([[path, utf8(text)]]) });
  if (way < wholeShare) return { ...file(pick(random, whole)), must: "read" };
  if (way < 0.35) return file(exchanged(pick(random, whole), random));
  if (way < 0.5) return file(costly(random));
  const text = statements(random, 4);
  return file(way < 0.9 ? text : otherText(text, random));
}

/** One with a stretch replaced by a stretch of another. */
function exchanged(text: string, random: Random): string {
  const tokens = (from: string) => from.match(/\w+|\s+|[^\w\s]/g) ?? [];
  const parts = tokens(text);
  for (let times = between(random, 1, 3); times > 0; times--) {
    const others = tokens(pick(random, whole));
    const from = wholeBelow(random, others.length);
    const stretch = others.slice(from, from + between(random, 0, 8));
    parts.splice(wholeBelow(random, parts.length), between(random, 0, 5), ...stretch);
  }
  return parts.join("");
}

const names = ["messages", "m", "m.content", "m['role']", "loop", "loop.index", "ns", "ns.x", "x", "y", "bos_token", "eos_token", "tools", "nothing", "self", "caller", "range", "dict", "namespace", "cycler", "joiner", "lipsum", "raise_exception", "strftime_now", "add_generation_prompt"]; // prettier-ignore
const constants = ["''", "'a'", "\"b\\n\"", "'{{'", "'\\u00e9🦙'", "0", "1", "-1", "2", "7", "1.5", "1e300", "9007199254740993", "99999999999999999999", "true", "none", "False", "[]", "{}", "()", "'a,b,c'", "'%s %d'", "'{} {0:>9}'"]; // prettier-ignore
const methods = ["split", "strip", "replace", "startswith", "upper", "title", "join", "format", "items", "keys", "get", "center", "zfill", "rjust", "expandtabs", "partition", "splitlines", "count", "find", "append", "pop", "__class__", "constructor", "__proto__", "prototype"]; // prettier-ignore
const operators = [
  "+",
  "-",
  "*",
  "/",
  "//",
  "%",
  "**",
  "~",
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "in",
  "not in",
  "and",
  "or",
];
const allFilters = [...filterNames];
const allTests = [...testNames];

function expression(random: Random, depth: number): string {
  const inner = () => expression(random, depth - 1);
  const given = () => Array.from({ length: between(random, 0, 3) }, () => (chance(random, 0.15) ? `${pick(random, ["x", "sep", "width", "attribute", "indent"])}=${inner()}` : inner())).join(", "); // prettier-ignore
  if (depth <= 0) return pick(random, chance(random, 0.5) ? names : constants);
  switch (wholeBelow(random, 14)) {
    case 0:
    case 1:
      return `${inner()} ${pick(random, operators)} ${inner()}`;
    case 2:
    case 3:
      return `${inner()} | ${pick(random, allFilters)}${chance(random, 0.5) ? `(${given()})` : ""}`;
    case 4:
      return `${inner()} is ${chance(random, 0.3) ? "not " : ""}${pick(random, allTests)}${chance(random, 0.3) ? `(${given()})` : ""}`;
    case 5:
    case 6:
      return `${inner()}.${pick(random, methods)}(${given()})`;
    case 7:
      return `${inner()}[${pick(random, [inner(), `${inner()}:`, `:${inner()}`, "::-1", `${inner()}:${inner()}:${inner()}`])}]`;
    case 8:
      return `(${inner()} if ${inner()}${chance(random, 0.7) ? ` else ${inner()}` : ""})`;
    case 9:
      return `[${given()}]`;
    case 10:
      return `{${constants[wholeBelow(random, 5)]}: ${inner()}}`;
    case 11:
      return `${pick(random, ["range", "dict", "namespace", "cycler", "joiner", "x", "strftime_now"])}(${given()})`;
    case 12:
      return `${pick(random, ["-", "not ", "+"])}${inner()}`;
    default:
      return `(${inner()})`;
  }
}

function statements(random: Random, depth: number): string {
  return Array.from({ length: between(random, 1, 3) }, () => statement(random, depth)).join("");
}

function statement(random: Random, depth: number): string {
  const value = () => expression(random, between(random, 0, 3));
  const body = () => (depth > 0 ? statements(random, depth - 1) : "text ");
  const tag = (text: string) => `{%${pick(random, ["", "", "-", "+"])} ${text} ${pick(random, ["", "", "-"])}%}`;
  switch (depth > 0 ? wholeBelow(random, 14) : wholeBelow(random, 4)) {
    case 0:
      return pick(random, [
        "text",
        "\n",
        "  \n ",
        "<|im_start|>",
        "{#- x -#}",
        "{% raw %}{{ x }}{% endraw %}",
        "{",
        "}}",
      ]);
    case 1:
    case 2:
    case 3:
      return `{{ ${value()} }}`;
    case 4:
    case 5:
      return `${tag(`for ${pick(random, ["m", "m, x", "(x, y)"])} in ${pick(random, ["messages", value()])}${chance(random, 0.2) ? ` if ${value()}` : ""}${chance(random, 0.1) ? " recursive" : ""}`)}${body()}${chance(random, 0.1) ? `{% else %}${body()}` : ""}${chance(random, 0.1) ? tag(pick(random, ["break", "continue"])) : ""}{% endfor %}`;
    case 6:
    case 7:
      return `${tag(`if ${value()}`)}${body()}${chance(random, 0.3) ? `{% elif ${value()} %}${body()}` : ""}${chance(random, 0.3) ? `{% else %}${body()}` : ""}{% endif %}`;
    case 8:
    case 9:
      return tag(
        `set ${pick(random, ["x", "y", "ns.x", "x, y", "ns"])} = ${pick(random, [value(), "namespace(x=1)"])}`,
      );
    case 10:
      return `{% set x %}${body()}{% endset %}`;
    case 11:
      return `${tag(`macro x(${pick(random, ["", "y", "y=1", "m, y=m"])})`)}${body()}{% endmacro %}${chance(random, 0.5) ? `{% call x(1) %}${body()}{% endcall %}` : `{{ x(${value()}) }}`}`;
    case 12:
      return `{% filter ${pick(random, allFilters)} %}${body()}{% endfilter %}`;
    default:
      return pick(random, [`{% with x = ${value()} %}${body()}{% endwith %}`, `{% generation %}${body()}{% endgeneration %}`, `{% block x %}${body()}{% endblock %}`, "{% include 'x' %}", `{% print ${value()} %}`]); // prettier-ignore
  }
}

/** Made to take long, or much. */
function costly(random: Random): string {
  const count = 10 ** between(random, 1, 4);
  const times = (text: string | ((i: number) => string), join = "") => Array.from({ length: count }, (_, i) => (typeof text === "string" ? text : text(i))).join(join); // prettier-ignore
  const big = pick(random, ["10 ** 9", "2 ** 40", "99999999", "messages | length * 1000000", "'9' * 20 | int"]);
  const loops = between(random, 2, 8);
  if (chance(random, 0.1))
    return "{% for a in range(5000) %}".repeat(loops) + pick(random, ["", "x"]) + "{% endfor %}".repeat(loops);
  return pick<() => string>(random, [
    () => `{% set ns = namespace(x='ab') %}{% for i in range(${count}) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}`,
    () => `{% set ns = namespace(x=[1]) %}{% for i in range(${count}) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}`,
    () => `{% set ns = namespace(x=[1]) %}{% for i in range(${count}) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x ${pick(random, ["", "| tojson", "| string", "== ns.x", "| list | length"])} }}`,
    () => `{% set ns = namespace(x=3) %}{% for i in range(${count}) %}{% set ns.x = ns.x * ns.x %}{% endfor %}{{ ns.x }}`,
    () => `{{ ${pick(random, ["'ab'", "[1]", "(1, 2)"])} * (${big}) }}`,
    () => `{{ range(${big}) | ${pick(random, ["list", "join", "sum", "length", "reverse | list", "batch(3) | list", "map('string') | join", "sort", "unique | list"])} }}`,
    () => `{{ 'a' | ${pick(random, ["center", "indent", "truncate", "wordwrap"])}(${big}) }}{{ 'a'.${pick(random, ["center", "zfill", "rjust", "expandtabs"])}(${big}) }}`,
    () => `{{ ${pick(random, ["'%9999999d' % 1", "'{:>99999999}'.format(1)", "'%.99999999f' % 1.5", "'%*d' % (99999999, 1)"])} }}`,
    () => `{% macro x(y) %}{{ x(y) }}{{ x(y) }}{% endmacro %}{{ x(1) }}`,
    () => `{% for m in messages recursive %}{{ loop(messages) }}{% endfor %}`,
    () => `{{ ${"(".repeat(count)}1${")".repeat(count)} }}`,
    () => `{{ ${times("not ")}1 }}`,
    () => `{{ ${times("-")}1 }}`,
    () => `{{ x${times(".a")} }}`,
    () => `{{ 'a'${times(" | upper")} }}`,
    () => `{{ ${times((i) => `${i}`, pick(random, [" + ", " ~ ", " ** ", " and ", " == ", ", "]))} }}`,
    () => `{% macro x(${times((i) => `a${i}`, ", ")}) %}{% endmacro %}{{ x() }}`,
    () => `{{ dict(${times((i) => `a${i}=${i}`, ", ")}) }}`,
    () => `{{ x(${times((i) => `a${i}=1`, ", ")}) }}`,
    () => `{${"%"} set ${times((i) => `a${i}`, ", ")} = messages %}`,
    () => times("{% if x %}") + times("{% endif %}"),
    () => times((i) => `{% set a${i} = ${i} %}`) + times((i) => `{{ a${i} }}`),
    () => `{% if 0 %}${times("{% elif 0 %}x")}{% endif %}`,
    () => times("{#") + times("{%") + times("{{"),
    () => `{{ '${times("\\u0041")}' }}`,
    () => `{{ ${times("1")} }}{{ 1${times("_1")} }}{{ ${times("1")}.${times("1")}e9 }}`,
    () => `{{ '${oddText(random)}' | ${pick(random, allFilters)} }}`,
    () => times(" \n") + "{%- set x = 1 -%}" + times(" \n"),
    () => `{{ messages | ${pick(random, allFilters)}('${"a.".repeat(count)}a') }}`,
  ])(); // prettier-ignore
}

const turns: ChatMessage[] = [
  { role: "user", content: "  What is a <pronk>? \n" },
  { role: "assistant", content: "A leap, é 🦙." },
  { role: "user", content: "Why?" },
];

function use({ files, must }: FuzzInput, _: Random, pass: () => void): void {
  const source = new TextDecoder().decode(files.get(path)!);
  try {
    parseTemplate(source);
    pass();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
  }
  try {
    const render = chatRenderer({ template: { source, file: path } }, { bos_token: "<s>", eos_token: "</s>" });
    const text = render(must === "read" ? [...turns] : turns);
    demand(typeof text === "string" && text.length < 2 ** 22, "a text without end");
  } catch (error) {
    // The caller gets an error either way; but only these are known ways for a template to fail.
    const cause = error instanceof PronkError ? error.cause : undefined;
    if (cause && !(cause instanceof TemplateError) && !(cause instanceof TemplateRefusal)) throw cause;
    throw error;
  }
}

export const templateReader: FuzzReader = { name: "template", make, use };

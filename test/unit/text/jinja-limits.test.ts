// Templates made to block the thread end with an error that names chat_template, after steps that take a fraction of a
// second; what a published template needs for a long conversation is far below the limits.

import { describe, expect, it } from "vitest";
import { PronkError } from "../../../src/errors.ts";
import { parseTemplate } from "../../../src/text/jinja/parse-template.ts";
import { renderTemplate } from "../../../src/text/jinja/render.ts";
import { chatRenderer } from "../../../src/text/template-dialog.ts";

const around = (count: number, open: string, close: string, middle = "") =>
  open.repeat(count) + middle + close.repeat(count);
const numbered = (count: number, write: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => write(i)).join(" ");
const loop = (body: string) => `{% for i in range(99999) %}${body}{% endfor %}`;
const grow = (step: string) =>
  `{% set n = namespace(t='a', l=[1], d=(1,)) %}{% for i in range(90) %}{% set ${step} %}{% endfor %}`;
const long = "{% set x = 'a' * 1000000 %}{% set smile = '\u{1f600}' * 250000 %}";

const hostile: Record<string, string> = {
  "nested loops": loop(loop(loop(""))),
  "a text doubled": grow("n.t = n.t + n.t"),
  "a text joined to itself": grow("n.t = n.t ~ n.t"),
  "a list doubled": grow("n.l = n.l + n.l"),
  "a list in itself, printed": `${grow("n.l = [n.l, n.l]")}{{ n.l }}`,
  "a list in itself, as JSON": `${grow("n.l = [n.l, n.l]")}{{ n.l | tojson }}`,
  "a tuple in itself, as a key": `${grow("n.d = (n.d, n.d)")}{{ {n.d: 1} }}`,
  "a deep list": `{% set n = namespace(l=[1]) %}${loop("{% set n.l = [n.l] %}")}{{ n.l }}`,
  "filters behind each other": `{% set n = namespace(l=[1]) %}${loop("{% set n.l = n.l | map('string') %}")}{{ n.l | list }}`,
  "repeated text": "{{ 'a' * 99999999999 }}",
  "a repeated list": "{{ [1] * 99999999999 }}",
  "a giant range": "{{ range(99999999999) | list }}",
  "many lists": loop("{% set x = range(99999) | list %}"),
  "a method's width": "{{ 'a'.center(99999999999) }}",
  "a filter's width": "{{ 'a' | center(99999999999) }}",
  "a format's width": "{{ '%999999s' % 'a' * 99 }}",
  "join with a long text": "{{ range(9999) | join('a' * 100000) }}",
  "replace by a long text": "{{ ('a' * 100000) | replace('a', 'b' * 100000) }}",
  "indent by a long text": "{{ ('\\n' * 100000) | indent(1000, blank=true) }}",
  "a long text, stripped": long + loop("{% set y = x.strip('b') %}"),
  "a long text, compared": long + loop("{% set y = x < x ~ 'b' %}"),
  "a long text, counted": long + loop("{% set y = smile | length %}"),
  "a long text, indexed": long + loop("{% set y = smile[-1] %}"),
  "a long text, cut": long + loop("{% set y = smile[1:2] %}"),
  "a long text, wrapped": "{{ ('\u{1f600}' * 100000) | wordwrap(1) }}",
  "a power": "{{ 9 ** 99999999 }}",
  "big products": `{% set x = 10 ** 2100 %}${loop("{% set y = x * x %}")}`,
  "a number in base 36": `{% set x = 'z' * 4300 %}${loop("{% set y = x | int(0, 36) %}")}`,
  "a macro that calls itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
  "a macro that calls itself twice":
    "{% macro m(d) %}{% if d %}{{ m(d - 1) }}{{ m(d - 1) }}{% endif %}{% endmacro %}{{ m(90) }}",
  "a loop that calls itself": "{% for i in [1, 2] recursive %}{{ loop([1, 2]) }}{% endfor %}",
  "a call block that calls itself":
    "{% macro m() %}{{ caller() }}{% endmacro %}{% macro r() %}{% call m() %}{{ r() }}{% endcall %}{% endmacro %}{{ r() }}",
  "a namespace in itself": "{% set n = namespace() %}{% set n.n = n %}{{ n }}",
  parentheses: `{{ ${around(20_000, "(", ")", "1")} }}`,
  "lists in lists": `{{ ${around(20_000, "[", "]", "1")} }}`,
  negations: `{{ ${"not ".repeat(20_000)}1 }}`,
  "a chain of filters": `{{ 1${" | string".repeat(20_000)} }}`,
  "a chain of attributes": `{{ x${".a".repeat(20_000)} }}`,
  "arguments without end": `{{ x(${numbered(20_000, (i) => `a${i}=1`)}) }}`,
  "names under conditions": `${numbered(3000, (i) => `{% set a${i} = 1 %}`)}{% if 0 %}${numbered(3000, () => "{% elif x %}")}{% endif %}`,
  "a text of megabytes": "x".repeat(2 ** 20),
  "blocks in blocks": around(20_000, "{% if true %}", "{% endif %}"),
};

describe("templates made to hold the thread", () => {
  it.each(Object.entries(hostile))("%s", (_, source) => {
    const render = chatRenderer({ template: { source, file: "tokenizer_config.json" } }, {});
    let found: unknown;
    try {
      render([{ role: "user", content: "Hello" }]);
    } catch (error) {
      found = error;
    }
    expect(found).toBeInstanceOf(PronkError);
    expect(found).toMatchObject({ code: "model-unsupported", facts: { field: "chat_template" } });
    expect((found as Error).message.length).toBeLessThan(500);
  });
});

// Like Llama 3.1's: tools as JSON in the first question, calls and results by role.
const toolTemplate = `{{- bos_token }}{%- if messages[0]['role'] == 'system' %}
{%- set system_message = messages[0]['content'] | trim %}{%- set messages = messages[1:] %}
{%- else %}{%- set system_message = "" %}{%- endif %}
{{- "<|system|>" + system_message }}
{%- for message in messages %}
{%- if loop.first and tools is not none %}{%- for t in tools %}{{- t | tojson(indent=4) }}{{- "\\n" }}{%- endfor %}{%- endif %}
{%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
{{- '<|' + message['role'] + '|>' + message['content'] | trim + '<|eot|>' }}
{%- elif 'tool_calls' in message %}
{%- set call = message.tool_calls[0].function %}{{- '{"name": "' + call.name + '", "parameters": ' + (call.arguments | tojson) + '}' }}
{%- else %}{{- '<|ipython|>' + message.content | tojson + '<|eot|>' }}{%- endif %}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|assistant|>' }}{%- endif %}`;

it("128 messages with tools take less than a twentieth of the steps", () => {
  const call = { type: "function", function: { name: "look_up", arguments: { word: "tea", times: 3 } } };
  const properties = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`p${i}`, { type: "string" }]));
  const tool = { type: "function", function: { name: "look_up", parameters: { type: "object", properties } } };
  const four = [
    { role: "user", content: "What is tea?" },
    { role: "assistant", content: "", tool_calls: [call] },
    { role: "tool", content: "A drink." },
    { role: "assistant", content: "Tea is a drink." },
  ];
  const messages = Array.from({ length: 128 }, (_, i) => four[i % 4]);
  const context = {
    bos_token: "<s>",
    messages,
    tools: Array.from({ length: 8 }, () => tool),
    add_generation_prompt: true,
  };
  const template = parseTemplate(toolTemplate);
  expect(renderTemplate(template, context, { steps: 50_000 })).toContain('"word": "tea"');
});

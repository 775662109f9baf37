// Templates with tools: conversations render as in transformers (test/fixtures/make/tools.py), and how a model writes calls is
// inferred from what its template writes.

import { describe, expect, test } from "vitest";
import { AnswerReader } from "../../../src/api/answer-reader.ts";
import { findCallForm } from "../../../src/text/call-form.ts";
import { callIdMark } from "../../../src/text/tokenizer.ts";
import { findToolTurns, withToolTurns } from "../../../src/text/tool-turns.ts";
import { rejection } from "../../support/rejection.ts";
import { toolRenderer, toolRenders, toolTemplates } from "../../support/tool-templates.ts";
import { builtInForm } from "../../../src/text/built-in-tools.ts";

const inTags = builtInForm;
const forms = {
  "llama-3.1": { begin: "", open: '{"name": "', middle: '", "parameters": ', close: "}", between: undefined, end: "" },
  hermes: inTags,
  qwen3: inTags,
  mistral: {
    begin: "[TOOL_CALLS] [",
    open: '{"name": "',
    middle: '", "arguments": ',
    close: `, "id": "${callIdMark}"}`,
    between: ", ",
    end: "]",
  },
};

const found = (source: string) => {
  const render = toolRenderer(source);
  return findCallForm(render, findToolTurns(render).arguments);
};

describe.each(Object.keys(forms) as (keyof typeof forms)[])("%s", (name) => {
  test("renders as in transformers", () => {
    const render = toolRenderer(toolTemplates[name]);
    const turns = findToolTurns(render);
    const mine = toolRenders.renders.filter(({ template }) => template === name);
    expect(mine.length).toBeGreaterThanOrEqual(15);
    for (const { conversation, context, output } of mine) {
      const { tools, kwargs } = toolRenders.contexts[context];
      const messages = withToolTurns(toolRenders.conversations[conversation], turns);
      const told = { tools: tools ?? undefined, named: kwargs };
      const text = output === null ? "refused" : output;
      let rendered: string;
      try {
        rendered = render(messages, told);
      } catch {
        rendered = "refused";
      }
      expect([conversation, context, rendered]).toEqual([conversation, context, text]);
    }
  });

  test("and its calls are understood", () => expect(found(toolTemplates[name])).toEqual(forms[name]));

  test("and those that transformers writes are read again", () => {
    const text = (conversation: string) =>
      toolRenders.renders.find(
        (one) => one.template === name && one.conversation === conversation && one.context === "both",
      )!.output;
    const prompt = text("asked")!;
    let read = 0;
    for (const conversation of ["called", "two calls"]) {
      const whole = text(conversation);
      if (whole === null) continue; // one call only
      expect(whole.startsWith(prompt)).toBe(true);
      const [answer] = whole.slice(prompt.length).split(/<\|im_end\|>|<\|eot_id\|>|<\/s>/);
      const calls = { form: forms[name], names: new Set(["get_weather", "clock"]), isParallel: true };
      const reader = new AnswerReader({ calls, thought: { open: "<think>", close: "</think>", isOpen: false } });
      const deltas = [...reader.push(answer), ...reader.finish(false)];
      const { tool_calls: asked } = toolRenders.conversations[conversation][1];
      const got = deltas.map(({ tool_calls: call }) => call![0].function);
      expect(got.map((call) => [call.name, JSON.parse(call.arguments)])).toEqual(
        asked!.map((call) => [call.function.name, JSON.parse(String(call.function.arguments))]),
      );
      read++;
    }
    expect(read).toBe(name === "llama-3.1" ? 1 : 2);
  });
});

describe("other forms", () => {
  const around = (call: string) =>
    `{% if tools %}{{ tools | tojson }}{% endif %}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% for c in m.tool_calls or [] %}${call}{% endfor %}<|end|>{% endfor %}`;

  test("a name before its arguments", () => {
    expect(found(around("[CALL]{{ c.function.name }}[ARGS]{{ c.function.arguments | tojson }}"))).toEqual({
      begin: "",
      open: "[CALL]",
      middle: "[ARGS]",
      close: "",
      between: "",
      end: "",
    });
  });

  test("a name behind its arguments is read as before them; results get the names of their calls", () => {
    const template = around(
      '<tool_call>\\n{ "arguments": {{ c.function.arguments | tojson }}, "name": "{{ c.function.name }}" }\\n</tool_call> ',
    ).replace("{{ m.content }}", "{% if m.role == 'tool' %}{{ m.name + ' gave ' }}{% endif %}{{ m.content }}");
    expect(found(template.replaceAll("\\n", "\n"))).toEqual({ ...inTags, between: " " });
    const render = toolRenderer(template);
    const messages = withToolTurns(toolRenders.conversations["answered by the tool"], findToolTurns(render));
    expect(render(messages)).toContain("get_weather gave ");
  });

  test.each([
    ["XML", "<call name={{ c.function.name }}>{% for k, v in c.function.arguments | items %}<{{ k }}>{{ v }}</{{ k }}>{% endfor %}</call>"],
    ["no arguments", "[CALL]{{ c.function.name }}"],
  ])("%s are not understood", (_, call) => expect(found(around(call))).toBeUndefined()); // prettier-ignore

  test("nor those of a template that is told of no tools", () => {
    const call = "{{ c.function.name }}{{ c.function.arguments | tojson }}";
    const deaf = around(call).replace("{{ tools | tojson }}", "");
    expect(findToolTurns(toolRenderer(deaf)).arguments).toBe("values");
    expect(found(deaf)).toBeUndefined();
  });
});

test("ids that a template does not take become some that it takes, the same for call and result", () => {
  const render = toolRenderer(toolTemplates.mistral);
  const turns = findToolTurns(render);
  const call = (id: string) => ({ id, type: "function" as const, function: { name: "f", arguments: "{}" } });
  const text = render(
    withToolTurns(
      [
        { role: "user", content: "q" },
        { role: "assistant", content: "", tool_calls: [call("call_long_one"), call("abcDEF123")] },
        { role: "tool", content: "1", tool_call_id: "abcDEF123" },
        { role: "tool", content: "2", tool_call_id: "call_long_one" },
      ],
      turns,
    ),
  );
  const ids = [...text.matchAll(/"(?:call_)?id": "([^"]*)"/g)].map(([, id]) => id);
  expect(ids).toEqual(["000000000", "abcDEF123", "abcDEF123", "000000000"]);
});

test("a template's own refusal of two calls is told in its words", async () => {
  const render = toolRenderer(toolTemplates["llama-3.1"]);
  const error = await rejection(() =>
    render(withToolTurns(toolRenders.conversations["two calls"], findToolTurns(render))),
  );
  expect([error.code, error.message]).toEqual(["bad-request", "One call at once!"]);
});

// A conversation through the repository's own Jinja template. The template writes control tokens as text, and so could
// a user: hence every character is known to come from the template or from a message, and only the template's become
// control tokens. marked-messages.ts tells them apart.

import type { RenderChat } from "./tokenizer.ts";
import { PronkError } from "../errors.ts";
import { findCallForm } from "./call-form.ts";
import { badMessage, hasToolTurn, refuseToolTurns } from "./chat-messages.ts";
import { parseTemplate, type Template } from "./jinja/parse-template.ts";
import { renderTemplate } from "./jinja/render.ts";
import { TemplateRefusal } from "./jinja/template-error.ts";
import { endOfLast, templateTokens } from "./marked-messages.ts";
import { findToolTurns, type ToolTurns, withToolTurns } from "./tool-turns.ts";
import type { TokenizerConfig } from "./tokenizer-config.ts";
import type { CallForm, ChatDialog, ThoughtMarks, Tokenizer } from "./tokenizer.ts";

/** Errors of the template itself come at the first rendering, so that a broken one does not keep a model from opening. */
export function chatRenderer(
  config: Pick<TokenizerConfig, "template">,
  specialTokens: Record<string, string>,
): RenderChat {
  const { source, file } = config.template!;
  let template: Template | undefined;
  return (messages, { tools, named } = {}) => {
    try {
      template ??= parseTemplate(source);
      return renderTemplate(template, {
        ...specialTokens,
        documents: null,
        ...named,
        messages,
        tools: tools ?? null,
        add_generation_prompt: true,
      });
    } catch (cause) {
      if (cause instanceof TemplateRefusal)
        throw new PronkError("bad-request", cause.message, { file, field: "messages" }, { cause });
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new PronkError(
        "model-unsupported",
        `${file}: chat_template: expected a template that renders here, found ${message}. Continue plain text instead, or use a repository with another template.`,
        { file, field: "chat_template", expected: "a template that renders", found: message },
        { cause },
      );
    }
  };
}

// Qwen3's and DeepSeek's, and Magistral's.
const thoughtMarks: readonly ThoughtMarks[] = [
  { open: "<think>", close: "</think>" },
  { open: "[THINK]", close: "[/THINK]" },
];

export function templateDialog(render: RenderChat, tokenizer: Tokenizer, source: string): ChatDialog {
  const takesThoughts = source.includes("reasoning_content");
  let turns: ToolTurns | undefined; // until a conversation has some
  let calls: { form: CallForm | undefined } | undefined;
  return {
    kind: "template",
    thoughts: thoughtMarks.find(({ open, close }) => source.includes(open) || source.includes(close)),
    tools() {
      turns ??= findToolTurns(render);
      calls ??= { form: findCallForm(render, turns.arguments) };
      return { turns: turns.arguments !== undefined, form: calls.form };
    },
    encode(given, context = {}) {
      let messages = takesThoughts ? given : given.map(({ reasoning_content: _thought, ...message }) => message);
      if (given.some(hasToolTurn)) {
        turns ??= findToolTurns(render);
        if (turns.arguments === undefined) refuseToolTurns(given);
        messages = withToolTurns(messages, turns);
      }
      const text = render(messages, context);
      const conversation = { messages, context };
      const last = messages[messages.length - 1];
      const isOpen = last.role === "assistant"; // the model continues it; after calls there is nothing to continue
      const end = isOpen ? (last.tool_calls ? undefined : endOfLast(text, conversation, render)) : text.length;
      if (end === undefined)
        throw badMessage(
          `messages[${messages.length - 1}].role`,
          "user or tool (this model's template does not write a last answer as it is, so it cannot go on from it)",
          '"assistant"',
        );
      // As transformers: the template's text is all there is, no BOS is put before it.
      return tokenizer.encode(text.slice(0, end), { parseSpecial: templateTokens(text, conversation, render) });
    },
  };
}

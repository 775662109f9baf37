// A conversation through the repository's own Jinja template. The template writes control tokens as text, and so could
// a user: so it is known for every character whether the template or a message wrote it, and only the template's become
// control tokens. marked-messages.ts tells them apart.

import type { RenderChat } from "./tokenizer.ts";
import { PronkError } from "../errors.ts";
import { badMessage, refuseToolTurns } from "./chat-messages.ts";
import { parseTemplate, type Template } from "./jinja/parse-template.ts";
import { renderTemplate } from "./jinja/render.ts";
import { TemplateRefusal } from "./jinja/template-error.ts";
import { endOfLast, templateTokens } from "./marked-messages.ts";
import { findToolArguments, hasToolTurn, type ToolArguments, withArguments } from "./tool-turns.ts";
import type { TokenizerConfig } from "./tokenizer-config.ts";
import type { ChatDialog, Tokenizer } from "./tokenizer.ts";

/** Errors of the template itself come at the first rendering, so that a broken one does not keep a model from opening. */
export function chatRenderer(
  config: Pick<TokenizerConfig, "template">,
  specialTokens: Record<string, string>,
): RenderChat {
  const { source, file } = config.template!;
  let template: Template | undefined;
  return (messages) => {
    try {
      template ??= parseTemplate(source);
      return renderTemplate(template, {
        ...specialTokens,
        messages,
        tools: null,
        documents: null,
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

export function templateDialog(render: RenderChat, tokenizer: Tokenizer): ChatDialog {
  let tools: { form: ToolArguments } | undefined; // until a conversation has some
  return {
    kind: "template",
    encode(given) {
      let messages = given;
      if (given.some(hasToolTurn)) {
        const { form } = (tools ??= { form: findToolArguments(render) });
        if (form === undefined) refuseToolTurns(given);
        messages = given.map((message) => withArguments(message, form));
      }
      const text = render(messages);
      const last = messages[messages.length - 1];
      const isOpen = last.role === "assistant"; // the model goes on with it; behind calls there is nothing to go on with
      const end = isOpen ? (last.tool_calls ? undefined : endOfLast(text, messages, render)) : text.length;
      if (end === undefined)
        throw badMessage(
          `messages[${messages.length - 1}].role`,
          "user or tool (this model's template does not write a last answer as it is, so it cannot go on from it)",
          '"assistant"',
        );
      // As transformers: the template's text is all there is, no BOS is put before it.
      return tokenizer.encode(text.slice(0, end), { parseSpecial: templateTokens(text, messages, render) });
    },
  };
}

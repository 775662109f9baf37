// How a chat with tools is put to a model and its answer read: in the form of its template where that has one, else in the
// built-in one. Loaded when a request first asks for it (answer-parts.ts).

import { builtInForm, withBuiltInTools } from "../text/built-in-tools.ts";
import type { CallForm, ChatDialog, ChatMessage, StreamDecoder, Tokenizer } from "../text/tokenizer.ts";
import { callIdMark } from "../text/tokenizer.ts";
import { PronkError } from "../errors.ts";
import type { AnswerForm } from "./answer-form.ts";
import type { AnswerWay } from "./answer-parts.ts";
import { AnswerReader, markerOf } from "./answer-reader.ts";
import type { EngineCore } from "./engine-core.ts";
import type { Fields } from "./request-fields.ts";
import { readTools, type RequestedTools } from "./tool-request.ts";

/** `form`: what the answer must be where it is no call. Throws PronkError bad-request. */
export function prepareToolUse(
  core: EngineCore,
  dialog: ChatDialog,
  fields: Fields,
  { form, hasToolTurns }: { form: AnswerForm | undefined; hasToolTurns: boolean },
): AnswerWay {
  const requested = readTools(fields);
  const known = requested || hasToolTurns ? dialog.tools() : { turns: true, form: undefined };
  const tools = requested?.tools.map(({ type, function: described }) => ({ type, function: described }));
  const isBuiltIn = requested ? !known.form : !known.turns;
  const encode = (messages: readonly ChatMessage[]) =>
    isBuiltIn ? encodePlain(dialog, messages, tools) : dialog.encode(messages, { tools });
  const callForm = known.form ?? builtInForm;
  const marks = requested ? marksIn(core.tokenizer, formTexts(callForm)) : [];
  return {
    dialog: { encode },
    begin: () => ({
      form: requested ? heldForm(requested, callForm, marks, form) : form,
      decoder: (decoder) => showing(decoder, marks),
      reader: () =>
        new AnswerReader({
          calls: requested && { form: callForm, names: requested.allowed, isParallel: requested.isParallel },
        }),
    }),
  };
}

function encodePlain(
  dialog: ChatDialog,
  messages: readonly ChatMessage[],
  tools: Parameters<typeof withBuiltInTools>[1],
): number[] {
  try {
    return dialog.encode(withBuiltInTools(messages, tools));
  } catch (error) {
    // A dialog that takes no system message.
    const isRefused = error instanceof PronkError && error.code === "bad-request";
    if (!isRefused || !tools || messages[0].role === "system") throw error;
    return dialog.encode(withBuiltInTools(messages, tools, "user"));
  }
}

/** Undefined where the model may write what it likes: then a call is recognised, and held to nothing. */
function heldForm(
  { tools, allowed, isRequired, isLimited, isParallel }: RequestedTools,
  form: CallForm,
  marks: readonly Mark[],
  text: AnswerForm | undefined,
): AnswerForm | undefined {
  const called = tools.filter((tool) => allowed.has(tool.function.name));
  if (!isRequired && !isLimited && !text && !called.some(({ isStrict }) => isStrict)) return undefined;
  const calls = {
    form,
    idMark: callIdMark,
    marker: markerOf(form),
    functions: called.map(({ function: { name, parameters }, isStrict, field }) => ({
      name,
      parameters,
      isStrict,
      field: `${field}.parameters`,
    })),
    isRequired,
    isParallel,
    marks: marks.map((mark) => mark.text),
  };
  const otherwise = text && !("calls" in text.wanted) ? text.wanted : undefined;
  return {
    wanted: { calls, ...(otherwise && { otherwise }) },
    field: text?.field ?? "tools",
    marks: marks.map((mark) => mark.id),
  };
}

const formTexts = ({ begin, open, middle, close, between, end }: CallForm): string[] =>
  [begin, open, middle, close, between ?? "", end].filter((text) => text !== "");

/** A special token that stands in a form: decoders leave those out. */
export interface Mark {
  id: number;
  text: string;
}

export function marksIn(tokenizer: Tokenizer, texts: readonly string[]): Mark[] {
  const ids = new Set(texts.flatMap((text) => tokenizer.encode(text, { parseSpecial: true })));
  return [...ids]
    .filter((id) => tokenizer.isSpecial(id))
    .map((id) => ({ id, text: tokenizer.decode([id], { keepSpecial: true }) }))
    .filter(({ text }) => text !== "" && texts.some((whole) => whole.includes(text)));
}

/** The decoder, with these tokens in its text. */
export function showing(decoder: StreamDecoder, marks: readonly Mark[]): StreamDecoder {
  if (marks.length === 0) return decoder;
  const texts = new Map(marks.map(({ id, text }) => [id, text]));
  return {
    push: (id) => decoder.push(id) + (texts.get(id) ?? ""),
    flush: () => decoder.flush(),
  };
}

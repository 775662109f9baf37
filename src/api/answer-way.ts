// How a chat with tools or thoughts is put to a model and its answer read: in the form of its template where that has one, else
// in the built-in one. Loaded when a request first needs it (answer-parts.ts).

import { builtInForm, withBuiltInTools } from "../text/built-in-tools.ts";
import { hasToolTurn } from "../text/chat-messages.ts";
import type { CallForm, ChatDialog, ChatMessage, StreamDecoder, ThoughtMarks, Tokenizer } from "../text/tokenizer.ts";
import { callIdMark } from "../text/tokenizer.ts";
import { PronkError } from "../errors.ts";
import type { AnswerForm } from "./answer-form.ts";
import type { AnswerWay } from "./answer-parts.ts";
import { AnswerReader, markerOf } from "./answer-reader.ts";
import type { EngineCore } from "./engine-core.ts";
import { badField, type Fields } from "./request-fields.ts";
import { readTools, type RequestedTools } from "./tool-request.ts";

/** `form`: what the answer must be if it is no call. Throws PronkError bad-request. */
export function prepareWay(
  core: EngineCore,
  dialog: ChatDialog,
  fields: Fields,
  messages: readonly ChatMessage[],
  form: AnswerForm | undefined,
): AnswerWay {
  const requested = readTools(fields);
  const named = readTemplateValues(fields.chat_template_kwargs);
  const known = requested || messages.some(hasToolTurn) ? dialog.tools() : { turns: true, form: undefined };
  const tools = requested?.tools.map(({ type, function: described }) => ({ type, function: described }));
  const isBuiltIn = requested ? !known.form : !known.turns;
  const encode = (given: readonly ChatMessage[]) =>
    isBuiltIn ? encodePlain(dialog, given, tools, named) : dialog.encode(given, { tools, named });
  const callForm = known.form ?? builtInForm;
  const { thoughts } = dialog;
  const marks = marksIn(core.tokenizer, [
    ...(requested ? formTexts(callForm) : []),
    ...(thoughts ? [thoughts.open, thoughts.close] : []),
  ]);
  return {
    dialog: { encode },
    begin: (promptIds) => {
      const thought = thoughts && thoughtBehind(core.tokenizer, thoughts, promptIds, messages);
      return {
        form: heldForm(requested, callForm, thought, marks, form),
        decoder: (decoder) => showing(decoder, marks),
        reader: () =>
          new AnswerReader({
            calls: requested && { form: callForm, names: requested.allowed, isParallel: requested.isParallel },
            thought,
          }),
      };
    },
  };
}

const given = ["messages", "tools", "add_generation_prompt"];

function readTemplateValues(values: unknown): Record<string, unknown> | undefined {
  if (values === undefined || values === null) return undefined;
  const field = "chat_template_kwargs";
  if (typeof values !== "object" || Array.isArray(values)) throw badField(field, "an object", values);
  for (const [name, value] of Object.entries(values))
    if (!/^[a-zA-Z_]\w*$/.test(name) || given.includes(name))
      throw badField(`${field}.${name.slice(0, 40)}`, "left out, or another name", value);
  return values as Record<string, unknown>;
}

const tailLength = 16; // tokens; an opening mark and white space have fewer

/** Undefined where the answer continues words: no thought begins there. */
function thoughtBehind(
  tokenizer: Tokenizer,
  { open, close }: ThoughtMarks,
  promptIds: readonly number[],
  messages: readonly ChatMessage[],
): (ThoughtMarks & { isOpen: boolean }) | undefined {
  const { role, content } = messages[messages.length - 1];
  if (role === "assistant") {
    const isOpen = content.lastIndexOf(open) > content.lastIndexOf(close);
    return isOpen ? { open, close, isOpen } : undefined;
  }
  const tail = tokenizer.decode(promptIds.slice(-tailLength), { keepSpecial: true });
  return { open, close, isOpen: tail.trimEnd().endsWith(open) };
}

function encodePlain(
  dialog: ChatDialog,
  messages: readonly ChatMessage[],
  tools: Parameters<typeof withBuiltInTools>[1],
  named: Record<string, unknown> | undefined,
): number[] {
  try {
    return dialog.encode(withBuiltInTools(messages, tools), { named });
  } catch (error) {
    // A dialog that takes no system message.
    const isRefused = error instanceof PronkError && error.code === "bad-request";
    if (!isRefused || !tools || messages[0].role === "system") throw error;
    return dialog.encode(withBuiltInTools(messages, tools, "user"), { named });
  }
}

/** Undefined where the model may write what it likes: then a call is recognised, and held to nothing. */
function heldForm(
  requested: RequestedTools | undefined,
  form: CallForm,
  thought: (ThoughtMarks & { isOpen: boolean }) | undefined,
  marks: readonly Mark[],
  text: AnswerForm | undefined,
): AnswerForm | undefined {
  const called = requested?.tools.filter((tool) => requested.allowed.has(tool.function.name)) ?? [];
  const isHeld = requested && (requested.isRequired || requested.isLimited || called.some(({ isStrict }) => isStrict));
  if (!isHeld && !text) return undefined;
  if (!requested && !thought) return text;
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
    isRequired: requested?.isRequired ?? false,
    isParallel: requested?.isParallel ?? true,
    thought,
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
interface Mark {
  id: number;
  text: string;
}

function marksIn(tokenizer: Tokenizer, texts: readonly string[]): Mark[] {
  const ids = new Set(texts.flatMap((text) => tokenizer.encode(text, { parseSpecial: true })));
  return [...ids]
    .filter((id) => tokenizer.isSpecial(id))
    .map((id) => ({ id, text: tokenizer.decode([id], { keepSpecial: true }) }))
    .filter(({ text }) => text !== "" && texts.some((whole) => whole.includes(text)));
}

/** The decoder, with these tokens in its text. */
function showing(decoder: StreamDecoder, marks: readonly Mark[]): StreamDecoder {
  if (marks.length === 0) return decoder;
  const texts = new Map(marks.map(({ id, text }) => [id, text]));
  return {
    push: (id) => decoder.push(id) + (texts.get(id) ?? ""),
    flush: () => decoder.flush(),
  };
}

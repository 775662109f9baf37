// Which characters of a rendered conversation come from messages. The conversation is rendered a second time with a
// private mark before and after each message's text; if the result without marks is the plain rendering, the marks say
// exactly what came from where. A template that looks into the text may act on the marks: then the safe guess at the end holds.

import { trim, trimStart } from "./jinja/characters.ts";
import type { ChatMessage, DialogContext, SpecialFilter } from "./tokenizer.ts";
import type { RenderChat } from "./tokenizer.ts";
import { changeDeep, changeTexts, messageTexts } from "./tool-turns.ts";

/** What a template is given. */
export interface Conversation {
  messages: readonly ChatMessage[];
  context: DialogContext;
}

/** Which special tokens of `text` (what `render` made of the conversation) the template itself wrote. */
export function templateTokens(text: string, conversation: Conversation, render: RenderChat): SpecialFilter {
  const spans = messageSpans(text, conversation, render);
  if (spans) return (start, end) => !spans.some((span) => start < span.end && end > span.start);
  return onlyWithoutMessages(text, conversation, render);
}

/**
 * Where the last message's text ends in `text`, with the white space after it that the template leaves; undefined if it
 * is not written as it is, or not exactly once.
 */
export function endOfLast(text: string, conversation: Conversation, render: RenderChat): number | undefined {
  const { messages, context } = conversation;
  const last = messages[messages.length - 1];
  const core = trim(last.content);
  const [close] = absentCharacters(1, [text, ...textsOf(conversation)]);
  const from = last.content.length - trimStart(last.content).length;
  const spaceAfter = last.content.slice(from + core.length);
  const content = `${last.content.slice(0, from)}${core}${close}${spaceAfter}`;
  const [before, ...after] = render([...messages.slice(0, -1), { ...last, content }], context).split(close);
  if (after.length !== 1 || before + after[0] !== text || !before.endsWith(core)) return undefined;
  return before.length + (after[0].startsWith(spaceAfter) ? spaceAfter.length : 0);
}

interface Span {
  start: number;
  end: number;
}

/**
 * What a caller may have made from anybody's words, besides messages: what tools say of themselves. Only texts with the
 * characters of tags: many templates compare the rest, such as the types of parameters.
 */
function changeContext(context: DialogContext, change: (text: string) => string): DialogContext {
  return changeDeep(context, (text) => (/[<>[\]{|}]/.test(text) ? change(text) : text)) as DialogContext;
}

function contextTexts(context: DialogContext): string[] {
  const texts: string[] = [];
  changeContext(context, (text) => (texts.push(text), text));
  return texts;
}

const textsOf = ({ messages, context }: Conversation) => [...messages.flatMap(messageTexts), ...contextTexts(context)];

function messageSpans(text: string, conversation: Conversation, render: RenderChat): Span[] | undefined {
  const { messages, context } = conversation;
  const [open, close] = absentCharacters(2, [text, ...textsOf(conversation)]);
  const marked = rendered(render, conversation, (content) => {
    // Outside the marks: the white space that a template may strip.
    const core = trim(content);
    if (core === "") return content;
    const start = content.length - trimStart(content).length;
    return `${content.slice(0, start)}${open}${core}${close}${content.slice(start + core.length)}`;
  });
  if (marked === undefined) return undefined;
  const spans: Span[] = [];
  let plain = "";
  let from = -1;
  for (const part of marked.split(new RegExp(`([${open}${close}])`))) {
    if (part === open && from < 0) from = plain.length;
    else if (part === close && from >= 0) {
      spans.push({ start: from, end: plain.length });
      from = -1;
    } else if (part === open || part === close) return undefined;
    else plain += part;
  }
  if (from >= 0 || plain !== text) return undefined;
  // Every message must be there once and whole: a template that took one apart may have acted on the marks. Other texts,
  // of a call's arguments or a tool's own, may be there any number of times. All may be written as JSON.
  const found = spans.map(({ start, end }) => plain.slice(start, end));
  for (const core of cores(messages.map(({ content }) => content))) {
    const at = found.findIndex((span) => span === core || span === escaped(core));
    if (at < 0) return undefined;
    found.splice(at, 1);
  }
  const others = [...messages.flatMap(otherTexts), ...contextTexts(context)];
  const said = new Set(cores(others).flatMap((core) => [core, escaped(core)]));
  return found.every((span) => said.has(span)) ? spans : undefined;
}

/** All but its content. */
const otherTexts = (message: ChatMessage) => messageTexts({ ...message, content: "" });

const cores = (texts: readonly string[]) => texts.map(trim).filter((core) => core !== "");

/** As it stands between the quotes of a JSON string. */
const escaped = (text: string) => JSON.stringify(text).slice(1, -1);

/**
 * Where marks cannot tell: a token is the template's if no message contains it and it appears as often when the
 * messages say something else. Any other stays plain text, even if the template wrote it: wrong, but harmless.
 */
function onlyWithoutMessages(text: string, conversation: Conversation, render: RenderChat): SpecialFilter {
  const contents = textsOf(conversation);
  const [letter] = absentCharacters(1, [text, ...contents]);
  const neutral = rendered(render, conversation, (content) => content.replace(/\S/g, letter));
  const count = (where: string, token: string): number => where.split(token).length;
  return (start, end) => {
    const token = text.slice(start, end);
    if (neutral === undefined || contents.some((content) => content.includes(token))) return false;
    return count(neutral, token) === count(text, token);
  };
}

function rendered(
  render: RenderChat,
  { messages, context }: Conversation,
  change: (content: string) => string,
): string | undefined {
  try {
    return render(
      messages.map((message) => changeTexts(message, change)),
      changeContext(context, change),
    );
  } catch {
    return undefined; // the plain rendering went well, so this failure is the change's
  }
}

/** Noncharacters, or else private-use characters, that none of the texts contains: one UTF-16 unit each. */
function absentCharacters(count: number, texts: readonly string[]): string[] {
  const found: string[] = [];
  const ranges = [
    [0xfdd0, 0xfdef],
    [0xe000, 0xf8ff],
  ];
  for (const [first, last] of ranges)
    for (let code = first; code <= last && found.length < count; code++) {
      const character = String.fromCharCode(code);
      if (!texts.some((text) => text.includes(character))) found.push(character);
    }
  // A text with all 6,432 of them was made to annoy: its marks collide, are found damaged, and the safe guess holds.
  while (found.length < count) found.push("\uFDD0");
  return found;
}

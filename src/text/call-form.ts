// How a template writes calls of tools, found by having it write some: whatever it rendered around names and
// arguments is the form, whatever its author called it. Where nothing of that kind is found, the built-in form is used
// (built-in-tools.ts).

import type { CallForm, ChatMessage, RenderChat, Tool } from "./tokenizer.ts";
import { callIdMark } from "./tokenizer.ts";
import { type ToolArguments, withArguments } from "./tool-turns.ts";

const contentMark = "\uFDD2";
const names = ["probefirst", "probesecond"];
const ids = ["probe0001", "probe0002"]; // nine letters, as Mistral's templates want them
const question: ChatMessage = { role: "user", content: "question" };

const probeTool: Tool = {
  type: "function",
  function: {
    name: "probetool",
    description: "probedescription",
    parameters: {
      type: "object",
      properties: { probekey: { type: "string", description: "probevalue" } },
      required: ["probekey"],
    },
  },
};

/** Undefined where the template does not write tools and calls, or not in a way that is understood. */
export function findCallForm(render: RenderChat, form: ToolArguments): CallForm | undefined {
  if (form === undefined) return undefined;
  const tools = [probeTool];
  const written = (messages: readonly ChatMessage[]) => {
    try {
      return render(
        messages.map((message) => withArguments(message, form)),
        { tools },
      );
    } catch {
      return undefined; // its author's words: no second call, say
    }
  };
  if (!written([question])?.includes(probeTool.function.name)) return undefined;
  const plain = written([question, { role: "assistant", content: contentMark }]);
  const at = plain?.indexOf(contentMark) ?? -1;
  if (plain === undefined || at < 0) return undefined;
  const around = { before: plain.slice(0, at), after: plain.slice(at + contentMark.length) };
  const one = partsOf(written([question, calling(1)]), 1, around);
  if (!one) return undefined;
  return joined(one, partsOf(written([question, calling(2)]), 2, around));
}

const calling = (count: number): ChatMessage => ({
  role: "assistant",
  content: "",
  tool_calls: names.slice(0, count).map((name, i) => ({
    id: ids[i],
    type: "function",
    function: { name, arguments: '{"probekey": "probevalue"}' },
  })),
});

/** Between the assistant's turn and its name, name and arguments, arguments and the next name or the turn's end. */
interface Parts {
  first: string;
  middle: string;
  last: string;
  /** Between two calls. */
  next?: string;
}

/** `around`: what the template writes before and after an answer without calls. */
function partsOf(
  text: string | undefined,
  count: number,
  around: { before: string; after: string },
): Parts | undefined {
  if (text === undefined) return undefined;
  const pieces: string[] = [];
  let behind = ""; // what the last call has before the rest
  let from = startOfTurn(text, around.before);
  for (const name of names.slice(0, count)) {
    const call = findCall(text, name, from);
    if (!call) return undefined;
    pieces.push(behind + call.open, call.middle);
    ({ from, close: behind } = call);
  }
  const rest = text.slice(from);
  const last = behind + rest.slice(0, rest.length - sharedEnd(rest, around.after));
  const clean = [...pieces, last].map((piece) => ids.reduce((it, id) => it.replaceAll(id, callIdMark), piece));
  const [first, middle, next] = clean;
  return count === 1 ? { first, middle, last: clean[2] } : { first, middle, next, last: clean[4] };
}

/** `open` begins at `from`; `close` is what is known of it before the new `from`. */
function findCall(text: string, name: string, from: number) {
  const nameAt = text.indexOf(name, from);
  const key = text.indexOf('"probekey"', from);
  const opens = text.lastIndexOf("{", key);
  const closes = text.indexOf("}", key);
  if (nameAt < 0 || key < 0 || opens < from || closes < 0) return undefined;
  if (!isProbe(text.slice(opens, closes + 1))) return undefined;
  const nameEnd = nameAt + name.length;
  if (nameAt < opens)
    return { open: text.slice(from, nameAt), middle: text.slice(nameEnd, opens), close: "", from: closes + 1 };
  // An object with its name last, which means the same with its name first.
  const outer = /\{\s*("[^"]*"):\s*$/.exec(text.slice(from, opens));
  const nameKey = /^,\s*("[^"]*"):\s*"$/.exec(text.slice(closes + 1, nameAt));
  const end = /^"\s*\}/.exec(text.slice(nameEnd));
  if (!outer || !nameKey || !end) return undefined;
  const open = `${text.slice(from, from + outer.index)}{${nameKey[1]}: "`;
  return { open, middle: `", ${outer[1]}: `, close: "}", from: nameEnd + end[0].length };
}

function isProbe(json: string): boolean {
  try {
    return (JSON.parse(json) as { probekey?: unknown }).probekey === "probevalue";
  } catch {
    return false;
  }
}

/** Where it departs from an answer without calls: not within a tag, nor after white space that both have by chance. */
function startOfTurn(text: string, before: string): number {
  const at = sharedBeginning(text, before);
  return at - (/[<[][^\s<>[\]]*$/.exec(text.slice(0, at))?.[0].length ?? 0);
}

function sharedBeginning(a: string, b: string): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a[length] === b[length]) length++;
  return length;
}

function sharedEnd(a: string, b: string): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}

function joined(one: Parts, two: Parts | undefined): CallForm {
  const { first, middle, last } = one;
  if (two?.next === undefined || two.middle !== middle)
    return { begin: "", open: first, middle, close: last.trimEnd(), between: undefined, end: "" };
  const open = two.first.slice(two.first.length - sharedEnd(two.first, two.next));
  const behind = two.next.slice(0, two.next.length - open.length);
  const shared = sharedBeginning(behind, last);
  const close = last.slice(0, shared);
  return {
    begin: two.first.slice(0, two.first.length - open.length),
    open,
    middle,
    // White space after the last is not required.
    close: close.trimEnd(),
    between: behind.slice(close.trimEnd().length),
    end: last.slice(shared).trimEnd(),
  };
}

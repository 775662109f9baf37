// Which tokens end a chat's answer besides the ids that the model's configuration names: many fine-tunes name the end of
// a text there and end their turns with another token. Found by what the tokenizer has and what the dialog writes, never by
// the model's name. Texts that are only continued have nothing to do with it.

import type { ChatDialog, ChatMessage, Tokenizer } from "./tokenizer.ts";

/** The spellings by which llama.cpp knows the end of a turn or a text (llama-vocab.cpp, special_eog_ids). */
const spellings = [
  ...["<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|calls|>", "<end_of_turn>", "<|endoftext|>"],
  ...["<|end_of_text|>", "<|eom_id|>", "<EOT>", "_<EOT>", "<turn|>"],
];

/** By id, lowest first; for chats only. Never throws. */
export function turnEnds(tokenizer: Tokenizer, dialog: ChatDialog): number[] {
  const spelled = spellings.map((piece) => tokenizer.idOf(piece));
  const ends = spelled.filter((id) => id !== undefined && tokenizer.isSpecial(id));
  const written = endOfTurn(tokenizer, dialog);
  return [...new Set([...ends, written])].filter((id) => id !== undefined).toSorted((a, b) => a - b);
}

/**
 * The first control token that the dialog puts after an assistant's words. What lies between those words and the next
 * question is what stays when either is changed.
 */
function endOfTurn(tokenizer: Tokenizer, dialog: ChatDialog): number | undefined {
  try {
    const ids = conversation(dialog, "Yes", "Why");
    const otherAnswer = conversation(dialog, "No", "Why");
    const otherQuestion = conversation(dialog, "Yes", "How");
    let start = ids.length;
    for (let back = 1; start > 0 && ids[start - 1] === otherAnswer.at(-back); back++) start--;
    if (start === 0) return undefined; // the dialog leaves earlier answers out
    let end = 0;
    while (end < ids.length && ids[end] === otherQuestion[end]) end++;
    return ids.slice(start, end).find((id) => isControl(tokenizer, id));
  } catch {
    return undefined; // a template that does not render says so at the first question
  }
}

function conversation(dialog: ChatDialog, answer: string, question: string): number[] {
  const messages: ChatMessage[] = [
    { role: "user", content: "Good" },
    { role: "assistant", content: answer },
    { role: "user", content: question },
  ];
  return dialog.encode(messages);
}

/** Special, or a tag that cuts the text as special tokens do though its file forgets to call it one. */
function isControl(tokenizer: Tokenizer, id: number): boolean {
  let isTag = false;
  const parseSpecial = (_start: number, _end: number, found: number) => (isTag ||= found === id);
  if (!tokenizer.isSpecial(id)) tokenizer.encode(tokenizer.decode([id]), { parseSpecial });
  return isTag || tokenizer.isSpecial(id);
}

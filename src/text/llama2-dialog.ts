// Llama 2's own dialog, byte for byte as Meta's reference (facebookresearch/llama, llama/generation.py,
// chat_completion): [INST], <<SYS>>, one BOS and EOS per turn, each turn encoded by itself. Nothing in a message can
// become a control token, and a user or system message that has the dialog's own tags is refused in the reference's words.

import { PronkError } from "../errors.ts";
import { badMessage, refuseToolTurns } from "./chat-messages.ts";
import { trim, trimStart } from "./jinja/characters.ts";
import type { ChatDialog, ChatMessage, Tokenizer } from "./tokenizer.ts";

const tags = ["[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"];
const unsafeReply = "Error: special tags are not allowed as part of the prompt.";
const noSpecials = { addBos: true, parseSpecial: () => false } as const;

/** Throws PronkError format where the vocabulary has no begin or end of sequence. */
export function llama2Dialog(tokenizer: Tokenizer): ChatDialog {
  const { eosId } = tokenizer;
  if (eosId === undefined || tokenizer.bosId === undefined)
    throw new PronkError(
      "format",
      `tokenizer: Llama 2's dialog needs bos_token and eos_token, found ids ${tokenizer.bosId} and ${eosId}. Name both in tokenizer_config.json.`,
      { field: "bos_token, eos_token", expected: "two ids", found: `${tokenizer.bosId}, ${eosId}` },
    );
  return {
    kind: "llama-2",
    thoughts: undefined,
    tools: () => ({ turns: false, form: undefined }),
    encode(messages) {
      refuseToolTurns(messages);
      // The reference looks into answers too, and so ends a chat whose model once wrote a tag itself; here the tag becomes
      // plain text, like everything in a message, and harms nobody.
      for (const [index, { role, content }] of messages.entries())
        if (role !== "assistant" && tags.some((tag) => content.includes(tag)))
          throw new PronkError("bad-request", unsafeReply, { field: `messages[${index}].content` });
      const ids: number[] = [];
      const turns = llama2Turns(messages);
      for (const [index, turn] of turns.entries()) {
        for (const id of tokenizer.encode(turn, noSpecials)) ids.push(id);
        if (index < turns.length - 1) ids.push(eosId);
      }
      return ids;
    },
  };
}

/** The same conversation as one text, for comparing with what a template writes. */
export function llama2DialogText(messages: readonly ChatMessage[], bos: string, eos: string): string {
  return bos + llama2Turns(messages).join(eos + bos);
}

/** One text per turn: question and answer; the last is the open question, or an answer to continue. */
function llama2Turns(messages: readonly ChatMessage[]): string[] {
  const offset = messages[0].role === "system" ? 1 : 0;
  const system = offset === 1 ? `<<SYS>>\n${messages[0].content}\n<</SYS>>\n\n` : ""; // not stripped, as in the reference
  const talk = messages.slice(offset);
  talk.forEach(({ role }, index) => {
    const expected = index % 2 === 0 ? "user" : "assistant";
    if (role !== expected)
      throw badMessage(
        `messages[${index + offset}].role`,
        `${expected} (an optional system message, then user and assistant in turn)`,
        role,
      );
  });
  if (talk.length === 0) throw badMessage(`messages[${offset - 1}].role`, "user in the last message", "system");
  const turns: string[] = [];
  for (let index = 0; index < talk.length; index += 2) {
    const question = (index === 0 ? system : "") + talk[index].content;
    const answer = talk[index + 1];
    const isOpen = index + 2 === talk.length; // the model continues it
    const said = answer && (isOpen ? ` ${trimStart(answer.content)}` : ` ${trim(answer.content)} `);
    turns.push(`[INST] ${trim(question)} [/INST]${said ?? ""}`);
  }
  return turns;
}

// What must hold for a tokenizer and a dialog that were read, whatever their files say: any text can be encoded and any ids
// decoded, and the model has a row for every id.

import type { ChatDialog, ChatMessage, Tokenizer } from "../../src/text/tokenizer.ts";
import { turnEnds } from "../../src/text/turn-ends.ts";
import { pick, wholeBelow } from "../long/proof.ts";
import { randomText } from "../support/sentencepiece.ts";
import { chance, demand, type Random } from "./reader.ts";

export function useTokenizer(tokenizer: Tokenizer, vocabSize: number, random: Random): void {
  const text = chance(random, 0.02) ? randomText(random, 20_000) : randomText(random, 120);
  const ids = tokenizer.encode(text, { addBos: true, parseSpecial: chance(random, 0.5) });
  checkIds(ids, vocabSize);
  for (const id of [tokenizer.bosId, tokenizer.eosId, tokenizer.unkId])
    demand(
      id === undefined || (Number.isInteger(id) && id >= 0 && id < vocabSize),
      `a special token ${id} of ${vocabSize}`,
    );
  tokenizer.decode(ids);
  const stream = tokenizer.stream();
  for (let times = 20; times > 0; times--) stream.push(wholeBelow(random, vocabSize));
  stream.flush();
}

const checkIds = (ids: readonly number[], vocabSize: number) => {
  for (const id of ids) demand(Number.isInteger(id) && id >= 0 && id < vocabSize, `an id ${id} of ${vocabSize}`);
};

export function useDialog(dialog: ChatDialog, random: Random, tokenizer?: Tokenizer): void {
  const messages: ChatMessage[] = [{ role: "user", content: randomText(random, 40) || "x" }];
  if (chance(random, 0.5)) messages.unshift({ role: "system", content: "Be brief." });
  if (chance(random, 0.5))
    messages.push(
      { role: "assistant", content: pick(random, ["</s>", "Yes.\n", " "]) },
      { role: "user", content: "Why?" },
    );
  const ids = dialog.encode(messages);
  demand(
    ids.every((id) => Number.isInteger(id) && id >= 0),
    "an id that is none",
  );
  if (tokenizer) turnEnds(tokenizer, dialog);
}

// Logits that no token can be chosen from: the sampler marks them by ids that no token has (sample.wgsl); rows that are
// handed out are checked here. Either is an error before anything is delivered. Neither knows the cause: the file may hold
// such numbers, or the adapter may compute wrongly, and the message says so.

import { PronkError, type ErrorFacts } from "../errors.ts";

const notFinite = 0xffffffff;
const allEqual = 0xfffffffe;

const advice =
  "The weights hold such numbers or lead to them, or this GPU computes wrongly. Try another browser or " +
  '`without: ["subgroups", "shader-f16", "dp4a"]`; where that changes nothing, take another file of the model.';

/**
 * Throws where `id`, the sampler's choice from the logits after `position`, means that there was none: `driver-fault`, or
 * `bad-request` where the settings leave nothing to choose from.
 */
export function checkChoice(id: number, vocabSize: number, position: number): void {
  if (id < vocabSize) return;
  if (id === notFinite) throw unusable("NaN or infinite", position);
  if (id === allEqual) throw unusable("all equal", position);
  throw new PronkError(
    "bad-request",
    "These settings take the logits out of the range of 32-bit floats: use a temperature and a repetition_penalty nearer to 1.",
    { field: "temperature", position },
  );
}

/** The same for a row of logits on its way to the caller. [vocabSize] */
export function checkRow(row: Float32Array, position: number): void {
  const wrong = row.findIndex((logit) => !Number.isFinite(logit));
  if (wrong >= 0) throw unusable("NaN or infinite", position, { token: wrong });
  if (row.length > 1 && row.every((logit) => logit === row[0])) throw unusable("all equal", position);
}

function unusable(found: string, position: number, facts: ErrorFacts = {}): PronkError {
  const which = found === "all equal" ? "The logits after" : "Some logits after";
  return new PronkError("driver-fault", `${which} position ${position} are ${found}. ${advice}`, {
    expected: "finite logits that differ",
    found,
    position,
    ...facts,
  });
}

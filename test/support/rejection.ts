// The PronkError that something must throw, for tests that look at its code, facts and message.

import { PronkError } from "../../src/errors.ts";

export async function rejection(work: Promise<unknown> | (() => unknown)): Promise<PronkError> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    if (error instanceof PronkError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

// Why a file could not be attached; the words for it are in strings.

import type { AttachStrings } from "../languages/en-attach.ts";

export type ProblemKind = keyof AttachStrings["problems"];

export class AttachProblem extends Error {
  readonly kind: ProblemKind;

  constructor(kind: ProblemKind, cause?: unknown) {
    super(kind, { cause });
    this.kind = kind;
  }
}

// A failure of the engine as it arrives from a page or the Node runtime: a PronkError's parts, told as the tools do.

export interface FailureParts {
  name: string;
  code?: string;
  message: string;
  facts?: Record<string, unknown>;
}

export class EngineFailure extends Error {
  readonly code: string | undefined;
  readonly facts: Record<string, unknown>;

  constructor({ name, code, message, facts = {} }: FailureParts) {
    super(message);
    this.name = name;
    this.code = code;
    this.facts = facts;
  }
}

/** `PronkError <code>: <message>`, or the error's stack where it is none of the engine's. */
export function tellFailure(error: unknown): string {
  const { name, code, message } = error as FailureParts;
  if (name === "PronkError") return `PronkError ${code}: ${message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Null where OpenAI's types for completions do not have it, though its server gives it. */
export const untold = null as never;

// Why a schema or a grammar can't be used, in words that constraint.ts makes a message of.

/** Something in it that can't be meant, or isn't supported. */
export class Unusable extends Error {
  readonly isUnusable = true;
  /** The request's, if it is another than that of the whole. */
  field?: string;
}

/** It would take too much computing. */
export class TooComplex extends Unusable {}

/** With its place in a schema, as a JSON pointer. */
export class UnusableSchema extends Unusable {
  readonly path: string;

  constructor(path: string, what: string, options?: ErrorOptions) {
    super(what, options);
    this.path = path;
  }
}

// Why a schema or a grammar can't be used, in words that constraint.ts makes a message of.

/** Something of it that can't be meant, or is not done here. */
export class Unusable extends Error {
  readonly isUnusable = true;
  /** Of the request, where it is another than what is wanted as a whole. */
  field?: string;
}

/** It asks for more than is computed for it. */
export class TooComplex extends Unusable {}

/** With its place in a schema, as a JSON pointer. */
export class UnusableSchema extends Unusable {
  readonly path: string;

  constructor(path: string, what: string, options?: ErrorOptions) {
    super(what, options);
    this.path = path;
  }
}

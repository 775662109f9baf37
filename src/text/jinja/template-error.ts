// What can go wrong in a template: the classes that its caller tells apart. Messages are for whoever reads the template,
// and follow Python's where Python has one.

/** The template is wrong, does what Python refuses, or goes beyond a limit. */
export class TemplateError extends Error {}

/** raise_exception called by the template: its author's words for the user. */
export class TemplateRefusal extends Error {}

/** Throws a TemplateError; an expression, so that it can stand where a value is missing. */
export function fail(message: string): never {
  throw new TemplateError(message);
}

// What a message from another thread or tab may look like, said once and checked where it arrives: any script of the origin
// can post to a channel, and a tab may run an older or a newer release. Only shape and type are looked at; what a value
// means is its reader's business. Unknown fields are let through.

/** Undefined for a value as it should be; else the path of what is wrong in it, "" for the value itself. */
export type Shape = (value: unknown) => string | undefined;

const of =
  (is: (value: unknown) => boolean): Shape =>
  (value) =>
    is(value) ? undefined : "";

export const text = of((value) => typeof value === "string");
export const flag = of((value) => typeof value === "boolean");
export const number = of((value) => typeof value === "number");
export const count = of((value) => Number.isSafeInteger(value) && (value as number) >= 0);
export const nothing = of((value) => value === undefined);
export const anything: Shape = () => undefined;

export const oneOf = (...allowed: readonly unknown[]) => of((value) => allowed.includes(value));

export const instance = (made: abstract new (...parameters: never[]) => unknown) =>
  of((value) => value instanceof made);

export const optional =
  (shape: Shape): Shape =>
  (value) =>
    value === undefined ? undefined : shape(value);

export const either =
  (...shapes: readonly Shape[]): Shape =>
  (value) =>
    shapes.some((shape) => shape(value) === undefined) ? undefined : "";

/** An array of these, without holes. */
export const list =
  (item: Shape): Shape =>
  (value) => {
    if (!Array.isArray(value)) return "";
    for (let at = 0; at < value.length; at++) {
      const fault = item(value[at]);
      if (fault !== undefined) return `[${at}]${fault}`;
    }
    return undefined;
  };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const object = (fields: Readonly<Record<string, Shape>> = {}): Shape => {
  const entries = Object.entries(fields);
  return (value) => {
    if (!isObject(value)) return "";
    for (const [name, shape] of entries) {
      const fault = shape(Object.hasOwn(value, name) ? value[name] : undefined);
      if (fault !== undefined) return `.${name}${fault}`;
    }
    return undefined;
  };
};

/** Any names, with such values. */
export const record =
  (item: Shape): Shape =>
  (value) => {
    if (!isObject(value)) return "";
    return list(item)(Object.values(value)) === undefined ? undefined : "";
  };

/** One of several objects, told apart by a field. A value of another kind is wrong in that field. */
export const union =
  (field: string, kinds: Readonly<Record<string, Shape>>): Shape =>
  (value) => {
    if (!isObject(value)) return "";
    const kind = value[field];
    if (typeof kind !== "string" || !Object.hasOwn(kinds, kind)) return `.${field}`;
    return kinds[kind](value);
  };

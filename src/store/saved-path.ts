// Where a saved KV cache stands among the blocks of its model: under a path that no file has.

const folder = "//cache/";

/** Of the one with this name. */
export const savedPath = (name: string): string => folder + name;

/** All of a model's. "0" follows "/". */
export const savedRange = (model: string): IDBKeyRange => IDBKeyRange.bound([model, folder], [model, "//cache0"]);

/** The names among the keys of that range. */
export const savedNames = (keys: readonly (readonly [string, string, number])[]): string[] =>
  keys.filter(([, , index]) => index === 0).map(([, path]) => path.slice(folder.length));

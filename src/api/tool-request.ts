// What a chat request says of tools: which there are, which of them may or must be called, and whether several at once.

import type { Tool } from "../text/tokenizer.ts";
import { checkFields, functionFields } from "./known-fields.ts";
import { badField, booleanField, type Fields } from "./request-fields.ts";

export interface RequestedTools {
  /** All that the model is told of; at least one. */
  tools: readonly RequestedTool[];
  /** What may be called, by name. */
  allowed: ReadonlySet<string>;
  isRequired: boolean;
  /** Only what is allowed, whatever the model would call. */
  isLimited: boolean;
  isParallel: boolean;
}

export interface RequestedTool extends Tool {
  /** Its arguments are kept to its schema in any case. */
  isStrict: boolean;
  /** Where it stands in the request. */
  field: string;
}

// As OpenAI's. Templates write names as they are: there is no room here for a control token.
const plainName = /^[a-zA-Z0-9_-]{1,64}$/;
const noParameters = { type: "object", properties: {}, additionalProperties: false };
const mostTools = 128; // OpenAI's

/** Undefined where none may be called. Throws PronkError bad-request. */
export function readTools(fields: Fields): RequestedTools | undefined {
  const { tools: given, tool_choice: choice } = fields;
  const hasTools = given !== undefined && given !== null && !(Array.isArray(given) && given.length === 0);
  if (hasTools && (!Array.isArray(given) || given.length > mostTools))
    throw badField("tools", `a list of at most ${mostTools} functions`, given);
  const tools = hasTools ? (given as unknown[]).map((tool, at) => readTool(tool, `tools[${at}]`)) : [];
  const names = new Set(tools.map((tool) => tool.function.name));
  tools.forEach(({ function: { name } }, at) => {
    if (tools.findIndex((tool) => tool.function.name === name) < at)
      throw badField(`tools[${at}].function.name`, "another name than those before", name);
  });
  const isParallel = booleanField({ parallel_tool_calls: fields.parallel_tool_calls ?? true }, "parallel_tool_calls");
  const { allowed, isRequired } = readChoice(choice ?? "auto", names);
  if (isRequired && tools.length === 0) throw badField("tools", "a list with the functions to call", given);
  if (tools.length === 0 || allowed.size === 0) return undefined;
  return { tools, allowed, isRequired, isLimited: allowed.size < names.size, isParallel };
}

function readTool(tool: unknown, field: string): RequestedTool {
  const { type, function: described } = Object(tool) as Fields;
  if (type !== "function") throw badField(`${field}.type`, '"function": the model calls nothing else', type);
  if (typeof described !== "object" || described === null)
    throw badField(`${field}.function`, "an object with a name and parameters", described);
  checkFields(described as Fields, functionFields, `${field}.function`);
  const { name, description, parameters, strict } = described as Fields;
  if (typeof name !== "string" || !plainName.test(name))
    throw badField(`${field}.function.name`, "1 to 64 letters, digits, _ or -", name);
  if (typeof (description ?? "") !== "string") throw badField(`${field}.function.description`, "a text", description);
  if (typeof (parameters ?? {}) !== "object" || Array.isArray(parameters))
    throw badField(`${field}.function.parameters`, "a JSON Schema of an object", parameters);
  return {
    type: "function",
    function: {
      name,
      description: (description as string | null | undefined) ?? "", // some templates cannot do without one
      // OpenAI: without them there are none.
      parameters: (parameters as Record<string, unknown> | null | undefined) ?? noParameters,
    },
    isStrict: booleanField({ strict }, "strict"),
    field: `${field}.function`,
  };
}

function readChoice(choice: unknown, names: ReadonlySet<string>): Pick<RequestedTools, "allowed" | "isRequired"> {
  if (choice === "none") return { allowed: new Set(), isRequired: false };
  if (choice === "auto" || choice === "required") return { allowed: names, isRequired: choice === "required" };
  const expected = '"none", "auto", "required" or a function of tools';
  const { type, function: named, allowed_tools: listed } = Object(choice) as Fields;
  if (type === "function")
    return { allowed: new Set([readName(named, "tool_choice.function", names)]), isRequired: true };
  if (type !== "allowed_tools") throw badField("tool_choice", expected, choice);
  const { mode, tools } = Object(listed) as Fields;
  if (mode !== "auto" && mode !== "required")
    throw badField("tool_choice.allowed_tools.mode", '"auto" or "required"', mode);
  if (!Array.isArray(tools)) throw badField("tool_choice.allowed_tools.tools", "a list of functions", tools);
  const allowed = tools.map((tool: unknown, at) =>
    readName((Object(tool) as Fields).function, `tool_choice.allowed_tools.tools[${at}].function`, names),
  );
  return { allowed: new Set(allowed), isRequired: mode === "required" };
}

function readName(named: unknown, field: string, names: ReadonlySet<string>): string {
  const { name } = Object(named) as Fields;
  if (typeof name !== "string" || !names.has(name)) throw badField(`${field}.name`, "the name of one of tools", name);
  return name;
}

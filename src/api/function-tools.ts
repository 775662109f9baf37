// What a chat request says of tools, in OpenAI's shapes: types only. tool-request.ts reads them.

/** A function that the model may call. At most 128 in a request, each with a name of its own. */
export interface FunctionTool {
  /** The kind of tool. */
  type: "function";
  /** What the model is told of it. */
  function: {
    /** 1 to 64 letters, digits, _ or -. */
    name: string;
    /** What it does, for the model to read. Default "". */
    description?: string;
    /** A JSON Schema; without one it takes no arguments. src/constrain/README.md says how much of schemas is read. */
    parameters?: Record<string, unknown>;
    /** Default false: the model writes the arguments as it likes. True: they are kept to `parameters`. */
    strict?: boolean | null;
  };
}

/** OpenAI's tools that take free text; refused (`bad-request`). It is here so that OpenAI's lists of tools can be given. */
export interface CustomTool {
  /** The kind of tool. */
  type: "custom";
}

interface NamedFunction {
  /** The kind of tool. */
  type: "function";
  /** One of the request's `tools`, by name. */
  function: {
    /** As in `tools`. */
    name: string;
  };
}

/**
 * Which tools may be called, and whether one must be. `none`: no call; `auto`: as the model likes; `required`: at least one
 * call; a function: that one; allowed tools: only those. A name of no function in the request is refused (`bad-request`).
 */
export type ToolChoice =
  | "none"
  | "auto"
  | "required"
  | NamedFunction
  | CustomTool
  | {
      /** The kind of choice. */
      type: "allowed_tools";
      /** Of the request's tools, those that may be called. */
      allowed_tools: {
        /** Whether one must be called. */
        mode: "auto" | "required";
        /** Each `{ type: "function", function: { name } }`. */
        tools: readonly (NamedFunction | Record<string, unknown>)[];
      };
    };

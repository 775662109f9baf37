// What form a request asks its answer to have: JSON, JSON by a schema, or a grammar's; and what keeps the answer to it. The
// part that knows schemas and grammars (constrain/) is loaded when the first such request comes.

import type { Wanted } from "../constrain/constraint.ts";
import { PronkError } from "../errors.ts";
import type { GenerateRequest } from "../generate/request.ts";
import { onDemand } from "../on-demand.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { checkFields, formatFields, schemaFields } from "./known-fields.ts";
import { badField, type Fields } from "./request-fields.ts";

const constraints = onDemand("keeps answers to a schema or grammar", () => import("../constrain/constraint.ts"));

/** What text an answer may be, in OpenAI's shape: any, any JSON object, or JSON that is valid under a schema. */
export type ResponseFormat =
  | {
      /** Any text: the default. */
      type: "text";
    }
  | {
      /** Any JSON object. */
      type: "json_object";
    }
  | {
      /** JSON that is valid under a schema. */
      type: "json_schema";
      /** The schema. */
      json_schema: {
        /** For a provider's cache; ignored. */
        name: string;
        /** A JSON Schema; without one any JSON object. A keyword that is not read is refused (`bad-request`) by name. */
        schema?: Record<string, unknown>;
        /** Ignored. */
        description?: string;
        /** Ignored: the answer is kept to the schema either way. */
        strict?: boolean | null;
      };
    };

export interface AnswerForm {
  wanted: Wanted;
  /** The request's field, for messages. */
  field: string;
  /** Special tokens that count in it. */
  marks?: readonly number[];
}

/** Undefined where any text will do. */
export function readAnswerForm(fields: Fields): AnswerForm | undefined {
  const { grammar, response_format: format } = fields;
  const byFormat = format === undefined || format === null ? undefined : readFormat(format);
  if (grammar === undefined || grammar === null) return byFormat;
  if (typeof grammar !== "string") throw badField("grammar", "a grammar in GBNF", grammar);
  if (byFormat) throw badField("grammar", "left out, or response_format", grammar);
  return { wanted: { grammar }, field: "grammar" };
}

function readFormat(format: unknown): AnswerForm | undefined {
  if (typeof format !== "object" || format === null) throw badField("response_format", "an object", format);
  checkFields(format as Fields, formatFields, "response_format");
  const { type, json_schema: given } = format as Fields;
  if (type === "text") return undefined;
  if (type === "json_object") return { wanted: { json: true }, field: "response_format" };
  if (type !== "json_schema") throw badField("response_format.type", '"text", "json_object" or "json_schema"', type);
  const field = "response_format.json_schema";
  if (typeof given !== "object" || given === null) throw badField(field, "an object with a name and a schema", given);
  checkFields(given as Fields, schemaFields, field);
  const { schema } = given as Fields;
  if (schema === undefined || schema === null) return { wanted: { json: true }, field: "response_format" };
  if (typeof schema !== "object" || schema === null || Array.isArray(schema))
    throw badField(`${field}.schema`, "a JSON Schema", schema);
  return { wanted: { schema }, field: `${field}.schema` };
}

/** What keeps an answer to its form. */
export type Kept = Required<Pick<GenerateRequest, "constrain" | "forced">>;

/**
 * What the generator asks before each choice. `endIds` may end the answer; `isAlone`: its text stands without the prompt's,
 * so the decoder may take a leading space away. Rejects with PronkError bad-request, or network.
 */
export async function keepTo(
  { wanted, field, marks }: AnswerForm,
  tokenizer: Tokenizer,
  endIds: readonly number[],
  isAlone: boolean,
): Promise<Kept> {
  const { Constraint, trieOf } = await constraints();
  const spaceBefore = isAlone && takesSpaceAway(tokenizer);
  const constraint = new Constraint(wanted, trieOf(tokenizer, marks), { endIds, spaceBefore, field });
  let state = constraint.start;
  let seen = 0; // how many ids led to `state`
  constraint.mask(state); // what is too complex says so before anything is computed
  const goTo = (answerIds: readonly number[]) => {
    if (answerIds.length < seen) [state, seen] = [constraint.start, 0];
    for (; seen < answerIds.length; seen++) {
      const next = constraint.next(state, answerIds[seen]);
      if (!next) throw notAllowed(answerIds[seen]);
      state = next;
    }
  };
  return {
    constrain(answerIds) {
      goTo(answerIds);
      return constraint.mustEnd(state) ? undefined : constraint.mask(state);
    },
    forced(answerIds) {
      goTo(answerIds);
      return constraint.forcedIds(state);
    },
  };
}

function notAllowed(id: number): PronkError {
  return new PronkError(
    "driver-fault",
    `The GPU chose token ${id}, which was not allowed. Try another browser or \`without: ["subgroups", "shader-f16", "dp4a"]\`.`,
    { expected: "an allowed token", found: id },
  );
}

function takesSpaceAway(tokenizer: Tokenizer): boolean {
  const [first] = tokenizer.encode("a");
  return tokenizer.bytesOf(first)?.[0] === 0x20 && tokenizer.decode([first])[0] !== " ";
}

// Whether JSON is valid by a schema, as ajv and ajv-formats find it.

import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** What ajv objects to, or undefined. */
export function invalidity(schema: unknown, value: unknown): string | undefined {
  const ajv = new Ajv2020({ strict: false, logger: false });
  addFormats.default(ajv);
  const validate = ajv.compile(schema as object);
  return validate(value) ? undefined : ajv.errorsText(validate.errors);
}

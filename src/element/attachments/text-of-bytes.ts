// Bytes of a file as text: UTF-8, or UTF-16 that says so by its mark. Other encodings are not guessed, since a wrong guess
// would silently change the words; what is not text at all is recognized.

import { AttachProblem } from "./attach-problem.ts";

export function textOfBytes(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (isBinary(bytes)) throw new AttachProblem("binary");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AttachProblem("encoding", cause);
  }
}

const looksFar = 65_536; // bytes; formats that are no text show it in their first kilobyte
const mostControls = 0.01; // of them: terminals' logs have some

/** Whether it has a NUL, or more control characters than a terminal's log. */
function isBinary(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, looksFar);
  let controls = 0;
  for (const byte of head) {
    if (byte === 0) return true;
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) controls++;
  }
  return controls > head.length * mostControls;
}

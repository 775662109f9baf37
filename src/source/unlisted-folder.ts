// What stands beside the weights in a folder whose server lists nothing: asked for by name, in an order in which one answer
// makes other requests unnecessary, since each 404 is a red line in the browser's console. Nothing that would be used is
// skipped, only what an earlier answer shows to be of no use.

/** A small file's bytes, which are also kept; undefined where there is none. */
type Ask = (name: string) => Promise<Uint8Array | undefined>;

/**
 * `config`: config.json, without which its companions are not asked for. `holdsPacked`: whether the weights have matrices
 * that some tool packed, in which case a file beside them may say how.
 */
export async function askForCompanions(
  ask: Ask,
  config: Uint8Array | undefined,
  holdsPacked: () => Promise<boolean>,
): Promise<void> {
  const questions = [askForTokenizer(ask), askForLicense(ask)];
  if (config) questions.push(askForTokens(ask), askForPacking(ask, config, holdsPacked));
  await Promise.all([...questions, ...(config ? ["generation_config.json", "chat_template.jinja"].map(ask) : [])]);
}

/** A byte-level tokenizer was never SentencePiece's, so it has no tokenizer.model. */
async function askForTokenizer(ask: Ask): Promise<void> {
  const json = await ask("tokenizer.json");
  if (!json || !beginning(json).includes('"ByteLevel"')) await ask("tokenizer.model");
}

/** special_tokens_map.json is older, and adds nothing to a complete tokenizer_config.json. */
async function askForTokens(ask: Ask): Promise<void> {
  const config = await ask("tokenizer_config.json");
  const text = config ? new TextDecoder().decode(config) : "";
  const says = (name: string) => new RegExp(`"${name}"\\s*:\\s*["{]`).test(text);
  if (!says("bos_token") || !says("eos_token")) await ask("special_tokens_map.json");
}

async function askForPacking(ask: Ask, config: Uint8Array, holdsPacked: () => Promise<boolean>): Promise<void> {
  if (new TextDecoder().decode(config).includes('"quantization_config"')) return;
  if ((await holdsPacked()) && !(await ask("quantize_config.json"))) await ask("quant_config.json");
}

/** Any one text is enough. Llama 2's policy goes first: it may stand beside the licence of somebody's code. */
async function askForLicense(ask: Ask): Promise<void> {
  const askForText = async () => {
    for (const name of ["USE_POLICY.md", "LICENSE.txt", "LICENSE", "LICENSE.md"]) if (await ask(name)) break;
  };
  await Promise.all([ask("README.md"), askForText()]); // both are awaited, whichever fails
}

/** Whether an index or the beginning of a header names a packed matrix; writers put those of integers first. */
export const namesPacked = (bytes: Uint8Array): boolean => /\.q_?weight"/.test(beginning(bytes));

const beginning = (bytes: Uint8Array) => new TextDecoder().decode(bytes.subarray(0, 2 ** 20));

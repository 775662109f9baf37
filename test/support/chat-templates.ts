// Chat templates as repositories publish them, and some that look into the text, cut it, or change it: to test that
// nothing a user types becomes a control token.

import { loadDialog } from "../../src/text/load-dialog.ts";
import { loadTokenizer } from "../../src/text/load-tokenizer.ts";
import type { ChatDialog, Tokenizer } from "../../src/text/tokenizer.ts";
import { randomPieces, seededRandom, writeSentencePieceModel } from "./sentencepiece.ts";

const chatml =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
const zephyr =
  "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}";
const vicuna =
  "{% if messages[0]['role'] == 'system' %}{{ bos_token + messages[0]['content'].strip() + ' ' }}{% set messages = messages[1:] %}{% else %}{{ bos_token }}{% endif %}{% for message in messages %}{% if message['role'] == 'user' %}{{ 'USER: ' + message['content'].strip() + ' ' }}{% else %}{{ 'ASSISTANT: ' + message['content'].strip() + eos_token }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}";
const mistral =
  "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% else %}{{ message['content'] + eos_token + ' ' }}{% endif %}{% endfor %}";
// Templates that look into the text, cut it, or change it.
const thinking =
  "{{ bos_token }}{% for m in messages %}{% set content = m.content %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1].lstrip('\n') %}{% endif %}{{ '<|im_start|>' + m.role + '\n' + content + '<|im_end|>\n' }}{% endfor %}<|im_start|>assistant\n<think>";
const slicing = "{{ bos_token }}{% for m in messages %}{{ m.content[1:-1] + eos_token }}{% endfor %}";
const lower = "{{ bos_token }}{% for m in messages %}{{ m.content | lower + eos_token }}{% endfor %}";
const commands =
  "{{ bos_token }}{% for m in messages %}{% if m.content.startswith('!') %}{{ m.content[1:] }}{% else %}default</s>{% endif %}{{ eos_token }}{% endfor %}";
const dropping = "{{ bos_token }}{% for m in messages %}{{ m.content.replace('_', '') + eos_token }}{% endfor %}";

/** By name. */
export const chatTemplates = { chatml, zephyr, vicuna, mistral, thinking, slicing, lower, commands, dropping };

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
/** What the tokenizer of these dialogs has, before the added tokens. */
export const templatePieces = randomPieces(seededRandom(51), 60);
const added = ["<|im_start|>", "<|im_end|>", "<|system|>", "<|user|>", "<|assistant|>", "<think>", "</think>"];
export const addedIds = Object.fromEntries(added.map((content, index) => [content, templatePieces.length + index]));
/** Every token that no message may become. */
export const controlIds: Record<string, number> = { "<s>": 1, "</s>": 2, "<unk>": 0, ...addedIds };

/** The dialog of a repository with this template; `more` are further files. */
export async function openTemplate(
  template: unknown,
  more: Record<string, string> = {},
): Promise<{ dialog: ChatDialog; tokenizer: Tokenizer }> {
  const files = new Map([
    ["tokenizer.model", writeSentencePieceModel(templatePieces)],
    [
      "tokenizer_config.json",
      utf8(
        JSON.stringify({
          bos_token: "<s>",
          eos_token: { content: "</s>" },
          chat_template: template,
          added_tokens_decoder: Object.fromEntries(
            added.map((content) => [
              addedIds[content],
              { content, special: !content.includes("think") && content !== "<|im_start|>" },
            ]),
          ),
        }),
      ),
    ],
    ...Object.entries(more).map(([name, text]): [string, Uint8Array] => [name, utf8(text)]),
  ]);
  const tokenizer = await loadTokenizer(files);
  return { dialog: (await loadDialog(files, tokenizer))!, tokenizer };
}

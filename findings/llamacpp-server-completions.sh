#!/usr/bin/env bash
# How llama.cpp's own server answers what OpenAI's two calls ask for beyond plain text.
#
# Guess: an answer that goes on from the assistant's last words says the same whole and streamed; completions with `echo` and
# `max_tokens: 0` score a prompt, and their `logprobs` have OpenAI's four lists (tokens, token_logprobs, top_logprobs, text_offset).
#
# Seen 2026-11-29, xllamacpp 2026.10.11549 (llama.cpp's server), a random model of one layer:
#   - Whole, the answer begins with the words that it goes on from ("Once upon…"); streamed, it does not. Nothing in either says so.
#   - `max_tokens: 0` makes one token, and `echo` is passed over without a word: no prompt comes back, so a score that is read from
#     the answer's logprobs is one of the wrong token.
#   - `logprobs` of a completion have the chat's form: `content`, a list of { token, bytes, logprob, top_logprobs }; none of the four.
#   - An answer that ends inside a character has no logprobs of the tokens that stand for its first bytes: of that one token, none.
#
# Needs Python 3.11 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install --quiet xllamacpp==2026.10.11549 gguf==0.19.0 numpy==2.4.6

cat >model.py <<'PY'
import gguf
import numpy as np

pieces = [("<unk>", 2), ("<s>", 3), ("</s>", 3)] + [(f"<0x{byte:02X}>", 6) for byte in range(256)]
pieces += [("\u2581", 1)] + [(chr(code), 1) for code in range(33, 127)]
size, inner = 32, 64
random = np.random.default_rng(0)
writer = gguf.GGUFWriter("model.gguf", "llama")
writer.add_context_length(256)
writer.add_embedding_length(size)
writer.add_block_count(1)
writer.add_feed_forward_length(inner)
writer.add_head_count(2)
writer.add_head_count_kv(2)
writer.add_rope_dimension_count(16)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_vocab_size(len(pieces))
writer.add_file_type(0)
writer.add_tokenizer_model("llama")
writer.add_token_list([piece.encode() for piece, _ in pieces])
writer.add_token_scores([-float(i) for i in range(len(pieces))])
writer.add_token_types([kind for _, kind in pieces])
writer.add_bos_token_id(1)
writer.add_eos_token_id(2)
writer.add_unk_token_id(0)
writer.add_add_bos_token(True)
writer.add_chat_template("{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}")
ones = np.ones(size, np.float32)
shapes = {"attn_q": (size, size), "attn_k": (size, size), "attn_v": (size, size), "attn_output": (size, size),
          "ffn_gate": (inner, size), "ffn_up": (inner, size), "ffn_down": (size, inner)}
shapes = {f"blk.0.{name}": shape for name, shape in shapes.items()}
shapes |= {"token_embd": (len(pieces), size), "output": (len(pieces), size)}
for name, shape in shapes.items():
    writer.add_tensor(f"{name}.weight", (random.standard_normal(shape) * 0.3).astype(np.float32))
for name in ("blk.0.attn_norm", "blk.0.ffn_norm", "output_norm"):
    writer.add_tensor(f"{name}.weight", ones)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
PY
env/bin/python model.py

cat >ask.py <<'PY'
import json
import os
import urllib.request

import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = "model.gguf"
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_ctx = 256
params.n_parallel = 1
params.n_gpu_layers = 0
server = xllamacpp.Server(params)


def ask(path, **body):
    request = urllib.request.Request(f"{server.listening_address}/v1/{path}", json.dumps(body).encode(), {"content-type": "application/json"})
    return urllib.request.urlopen(request).read().decode()


def streamed(**body):
    events = [json.loads(line[6:]) for line in ask("chat/completions", stream=True, **body).split("\n") if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for event in events for choice in event["choices"])


begun = [{"role": "user", "content": "Tell"}, {"role": "assistant", "content": "Once upon"}]
usual = {"messages": begun, "max_tokens": 4, "temperature": 0}
whole = json.loads(ask("chat/completions", **usual))["choices"][0]["message"]["content"]
scored = json.loads(ask("completions", prompt="Tell", max_tokens=0, echo=True, logprobs=1, temperature=0))
found = {
    "whole begins with them": whole.startswith("Once upon"),
    "streamed begins with them": streamed(**usual).startswith("Once upon"),
    "tokens of max_tokens 0": scored["usage"]["completion_tokens"],
    "echoed": scored["choices"][0]["text"].startswith("Tell"),
    "logprobs": sorted(scored["choices"][0]["logprobs"]),
}
lead = {str(3 + 0xF0): 100}  # the first byte of four
cut = json.loads(ask("chat/completions", messages=begun[:1], max_tokens=1, logit_bias=lead, logprobs=True, top_logprobs=1))
found["logprobs of half a character"] = "logprobs" in cut["choices"][0]
found["tokens of half a character"] = cut["usage"]["completion_tokens"]
print(json.dumps(found, indent=2), flush=True)
expected = {
    "whole begins with them": True,
    "streamed begins with them": False,
    "tokens of max_tokens 0": 1,
    "echoed": False,
    "logprobs": ["content"],
    "logprobs of half a character": False,
    "tokens of half a character": 1,
}
os._exit(0 if found == expected else 1)  # the server would go on
PY
env/bin/python ask.py 2>/dev/null && echo "as on 2026-11-29"

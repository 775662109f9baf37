#!/usr/bin/env bash
# What `transformers serve` does with fields of OpenAI's calls that it does not know.
#
# Guess: a 400 that names the field, or at least an answer that can be told from a full one; and a last message of the assistant
# is gone on from.
#
# Seen 2026-11-29, transformers 5.24.0, a random model of one layer:
#   - `n: 2`, `logprobs`, `response_format` and (of completions) `echo` answer 200 as if they were not there: one
#     choice, no logprobs, text that is no JSON. Only the server's own log says so.
#   - A last message of the assistant is not gone on from: it is rendered as said, and an answer in a new turn follows.
#   - Usage comes with the last choice of a stream, asked for or not; there is no chunk without choices and no [DONE].
#   - The text of a completion is stripped: where the first token is a space, the answer is a character short of its tokens.
#   - A prompt of ids or a list of prompts is a 400; `max_tokens: 0` and OpenAI's own form of `logit_bias` are a 500 without a word.
#
# Needs Python 3.11 with venv. Takes a few minutes: torch.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 "transformers[serving]==5.24.0" tokenizers==0.23.3 numpy==2.4.6

cat >model.py <<'PY'
import torch
from tokenizers import Tokenizer, decoders, models
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

torch.manual_seed(0)
letters = [chr(code) for code in range(32, 127)]
vocab = {"<s>": 0, "</s>": 1, "<unk>": 2} | {letter: i + 3 for i, letter in enumerate(letters)}
made = Tokenizer(models.BPE(vocab=vocab, merges=[], unk_token="<unk>"))
made.decoder = decoders.Fuse()
tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="</s>", unk_token="<unk>")
tokenizer.chat_template = "{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}"
config = LlamaConfig(vocab_size=len(vocab), hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
                     num_key_value_heads=2, bos_token_id=0, eos_token_id=1, max_position_embeddings=256)
LlamaForCausalLM(config).save_pretrained("model")
tokenizer.save_pretrained("model")
PY
env/bin/python model.py 2>/dev/null

cat >ask.py <<'PY'
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
program = os.path.join(os.path.dirname(sys.executable), "transformers")
server = subprocess.Popen([program, "serve", "model", "--host", "127.0.0.1", "--port", str(port)],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"HF_HUB_OFFLINE": "1"})


def ask(path, body=None):
    data = json.dumps({"model": "model", **body}).encode() if body else None
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/{path}", data, {"content-type": "application/json"})
    try:
        return 200, urllib.request.urlopen(request).read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def chat(**more):
    status, text = ask("chat/completions", {"messages": asked, "max_tokens": 6, "temperature": 0} | more)
    return json.loads(text) if status == 200 else status


try:
    for _ in range(600):
        try:
            ask("models")
            break
        except OSError:
            time.sleep(0.5)
    asked = [{"role": "user", "content": "Tell"}]
    plain = chat()
    same = lambda answer: len(answer["choices"]) == 1 and answer["choices"][0] == plain["choices"][0]
    begun = chat(messages=asked + [{"role": "assistant", "content": "Once upon"}])
    _, stream = ask("chat/completions", {"messages": asked, "max_tokens": 6, "temperature": 0, "stream": True})
    events = [json.loads(line[6:]) for line in stream.split("\n") if line.startswith("data: {")]
    complete = {"prompt": "Tell", "max_tokens": 6, "temperature": 0}
    echoed = json.loads(ask("completions", complete | {"echo": True, "logprobs": 1})[1])
    found = {
        "the same answer with": [
            name for name, more in {
                "n": {"n": 2},
                "logprobs": {"logprobs": True, "top_logprobs": 2},
                "response_format": {"response_format": {"type": "json_object"}},
            }.items() if same(chat(**more))
        ],
        "prompt of a last assistant message": begun["usage"]["prompt_tokens"],
        "that of a new turn": len("[user]Tell[assistant]Once upon[assistant]"),
        "usage in the stream": [bool(event.get("usage")) and len(event["choices"]) for event in events if event.get("usage")],
        "[DONE]": "[DONE]" in stream,
        "echo": echoed["choices"][0]["text"].startswith("Tell"),
        "logprobs of a completion": "logprobs" in echoed["choices"][0],
        "characters and tokens": [len(echoed["choices"][0]["text"]), echoed["usage"]["completion_tokens"]],
        "statuses": [
            ask("completions", complete | {"prompt": [5, 6]})[0],
            ask("completions", complete | {"prompt": ["Tell", "me"]})[0],
            chat(max_tokens=0),
            chat(logit_bias={"5": 100}),
        ],
    }
finally:
    server.kill()
print(json.dumps(found, indent=2))
expected = {
    "the same answer with": ["n", "logprobs", "response_format"],
    "prompt of a last assistant message": 41,
    "that of a new turn": 41,
    "usage in the stream": [1],
    "[DONE]": False,
    "echo": False,
    "logprobs of a completion": False,
    "characters and tokens": [5, 6],
    "statuses": [400, 400, 500, 500],
}
sys.exit(found != expected)
PY
env/bin/python ask.py && echo "as on 2026-11-29"

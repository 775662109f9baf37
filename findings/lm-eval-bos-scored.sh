#!/usr/bin/env bash
# What lm-evaluation-harness scores first in a rolling perplexity.
#
# Guess: a token in front (BOS, or EOS where there is none) is the condition of the first prediction, and the text's own
# tokens are scored, once each.
#
# Seen 2026-11-29, lm_eval 0.4.13, transformers 5.24.0, a small Llama: where the tokenizer puts BOS before every text, as Llama's do, the
# model is fed BOS TWICE, and the second one is scored as a token of the text. `add_bos_token=False` among the model's arguments
# mends it; the default is the tokenizer's own way. The windows shift by a token too. So a perplexity of the harness for a Llama holds
# one term that no text has: how likely BOS is behind BOS.
#
# Needs Python 3.11 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install torch==2.13.0 transformers==5.24.0 tokenizers==0.23.3 accelerate==1.15.0 peft==0.21.2 lm_eval==0.4.13
cat >rolling.py <<'PY'
import json, pathlib
import torch
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

vocab = {piece: i for i, piece in enumerate(["<unk>", "<s>", "</s>", "▁", "a", "b", "c", "▁a"])}
special = [dict(id=i, content=piece, special=True, normalized=False, lstrip=False, rstrip=False, single_word=False)
           for piece, i in list(vocab.items())[:3]]
bos, text = {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}
template = dict(type="TemplateProcessing", single=[bos, text], pair=[bos, text, text],
                special_tokens={"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}})
torch.manual_seed(0)
model = LlamaForCausalLM(LlamaConfig(vocab_size=8, hidden_size=16, intermediate_size=16, num_hidden_layers=1,
                                     num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=8)).eval()


def windows(name, post, **arguments):
    folder = pathlib.Path("tokenizer")
    folder.mkdir(exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(dict(
        version="1.0", truncation=None, padding=None, added_tokens=special, normalizer=None, decoder=None, post_processor=post,
        pre_tokenizer=dict(type="Metaspace", replacement="▁", prepend_scheme="first", split=False),
        model=dict(type="BPE", unk_token="<unk>", vocab=vocab, merges=[["▁", "a"]]))))
    (folder / "tokenizer_config.json").write_text(json.dumps(dict(
        tokenizer_class="LlamaTokenizer", bos_token="<s>", eos_token="</s>", unk_token="<unk>")))
    harness = HFLM(pretrained=model, tokenizer=AutoTokenizer.from_pretrained(folder), max_length=8, **arguments)
    scored, score = [], harness._loglikelihood_tokens

    def noted(requests, **rest):
        scored.extend(requests)
        return score(requests=requests, **rest)

    harness._loglikelihood_tokens = noted
    request = Instance(request_type="loglikelihood_rolling", doc={}, arguments=("abcabcabc",), idx=0)
    harness.loglikelihood_rolling([request], disable_tqdm=True)
    said = lambda ids: " ".join(harness.tokenizer.convert_ids_to_tokens(ids))
    for _, before, after in scored:
        print(f"{name}: after [{said(before)}] scored [{said(after)}]")


windows("a tokenizer with BOS", template)
windows("add_bos_token=False", template, add_bos_token=False)
windows("a tokenizer without", None)
PY
venv/bin/python rolling.py 2>/dev/null | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
a tokenizer with BOS: after [<s>] scored [<s> ▁a b c a b c a]
a tokenizer with BOS: after [▁a b c a b c a] scored [b c]
add_bos_token=False: after [<s>] scored [▁a b c a b c a b]
add_bos_token=False: after [▁a b c a b c a b] scored [c]
a tokenizer without: after [<s>] scored [▁a b c a b c a b]
a tokenizer without: after [▁a b c a b c a b] scored [c]
SEEN
echo "as seen"

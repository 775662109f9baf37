#!/usr/bin/env bash
# Whether transformers 5's LlamaTokenizer begins a text with BOS.
#
# Guess: it does, as in transformers 4, unless `add_bos_token` says false; the post-processor in tokenizer.json follows that flag.
#
# Seen 2026-11-28, transformers 5.23.0 and tokenizers 0.23.3: tokenizer.json DECIDES. Without a post-processor in it there is
# no BOS, even with `add_bos_token: true`, and saving writes a template without BOS and drops the flag. With a template that
# begins with BOS there is one. So a reader that adds BOS to every Llama vocabulary gives other ids than transformers does.
#
# Needs python3 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install transformers==5.23.0 tokenizers==0.23.3
cat >bos.py <<'PY'
import json, pathlib
from transformers import AutoTokenizer

vocab = {piece: i for i, piece in enumerate(["<unk>", "<s>", "</s>", "▁", "a", "▁a"])}
special = [dict(id=i, content=piece, special=True, normalized=False, lstrip=False, rstrip=False, single_word=False)
           for piece, i in list(vocab.items())[:3]]
bos, text = {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}
template = dict(type="TemplateProcessing", single=[bos, text], pair=[bos, text, text],
                special_tokens={"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}})
for name, post, flags in [("nothing said", None, {}), ("add_bos_token", None, dict(add_bos_token=True)), ("template", template, {})]:
    folder, saved = pathlib.Path(name.replace(" ", "-")), pathlib.Path("saved-" + name.replace(" ", "-"))
    folder.mkdir()
    (folder / "tokenizer.json").write_text(json.dumps(dict(
        version="1.0", truncation=None, padding=None, added_tokens=special, normalizer=None, decoder=None, post_processor=post,
        pre_tokenizer=dict(type="Metaspace", replacement="▁", prepend_scheme="first", split=False),
        model=dict(type="BPE", unk_token="<unk>", vocab=vocab, merges=[["▁", "a"]]))))
    (folder / "tokenizer_config.json").write_text(json.dumps(dict(
        tokenizer_class="LlamaTokenizer", bos_token="<s>", eos_token="</s>", unk_token="<unk>") | flags))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.save_pretrained(saved)
    written = json.loads((saved / "tokenizer.json").read_text())["post_processor"]["single"]
    flag = json.loads((saved / "tokenizer_config.json").read_text()).get("add_bos_token")
    print(f"{name}: ids {tokenizer('a').input_ids}, saved template of {len(written)}, add_bos_token {flag}")
PY
venv/bin/python bos.py 2>/dev/null | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
nothing said: ids [5], saved template of 1, add_bos_token None
add_bos_token: ids [5], saved template of 1, add_bos_token None
template: ids [1, 5], saved template of 2, add_bos_token None
SEEN
echo "as seen"

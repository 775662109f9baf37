#!/usr/bin/env bash
# Where transformers 5's LlamaTokenizer puts spaces, beside the tokenizer.json that it is loaded from.
#
# Guess: it cuts a text as tokenizer.json says, which the package tokenizers runs for both.
#
# Seen 2026-11-29, transformers 5.24.0, tokenizers 0.23.3: of tokenizer.json it takes the vocabulary and the merges. The normalizer goes,
# and the pre-tokenizer becomes a Metaspace of its own, by tokenizer_config.json alone: "first", "always" where `legacy` is
# true, "never" where `add_prefix_space` is false.
#   - With the normalizer that most Llama 2 repositories have (put "▁" in front, then replace spaces), the file gives " a" two
#     spaces and transformers ONE; after a special token the file adds a space and transformers, unless `legacy` is true, none.
#   - A file whose Metaspace says "never" gets a space in front all the same.
#   - PreTrainedTokenizerFast in tokenizer_config.json, on the same file, gives the file's ids.
# So of such a repository the ids are the file's only for texts that don't begin with a space and hold no special token.
#
# Needs python3 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install transformers==5.24.0 tokenizers==0.23.3
cat >spaces.py <<'PY'
import json, pathlib
from tokenizers import Tokenizer
from transformers import AutoTokenizer

vocab = {piece: i for i, piece in enumerate(["<unk>", "<s>", "</s>", "▁", "a", "▁a", "▁▁"])}
special = [dict(id=i, content=piece, special=True, normalized=False, lstrip=False, rstrip=False, single_word=False)
           for piece, i in list(vocab.items())[:3]]
replace = dict(type="Replace", pattern=dict(String=" "), content="▁")
prepend = dict(type="Sequence", normalizers=[dict(type="Prepend", prepend="▁"), replace])
never = dict(type="Metaspace", replacement="▁", prepend_scheme="never", split=False)
folder = pathlib.Path("model")
folder.mkdir()


def told(name, normalizer, pre_tokenizer, tokenizer_class="LlamaTokenizer", **flags):
    (folder / "tokenizer.json").write_text(json.dumps(dict(
        version="1.0", truncation=None, padding=None, added_tokens=special, normalizer=normalizer, pre_tokenizer=pre_tokenizer,
        post_processor=None, decoder=None,
        model=dict(type="BPE", unk_token="<unk>", vocab=vocab, merges=[["▁", "a"], ["▁", "▁"]]))))
    (folder / "tokenizer_config.json").write_text(json.dumps(dict(
        tokenizer_class=tokenizer_class, bos_token="<s>", eos_token="</s>", unk_token="<unk>") | flags))
    file, ours = Tokenizer.from_file(str(folder / "tokenizer.json")), AutoTokenizer.from_pretrained(folder)
    for text in ["a", " a", "</s>a"]:
        pieces = [" ".join(file.id_to_token(i) for i in ids) for ids in (file.encode(text).ids, ours(text).input_ids)]
        print(f"{name}, '{text}': file [{pieces[0]}], transformers [{pieces[1]}]")


told("prepend", prepend, None)
told("prepend, legacy", prepend, None, legacy=True)
told("never", None, never)
told("never, add_prefix_space false", None, never, add_prefix_space=False)
told("prepend, PreTrainedTokenizerFast", prepend, None, "PreTrainedTokenizerFast")
PY
venv/bin/python spaces.py 2>/dev/null | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
prepend, 'a': file [▁a], transformers [▁a]
prepend, ' a': file [▁ ▁a], transformers [▁a]
prepend, '</s>a': file [</s> ▁a], transformers [</s> a]
prepend, legacy, 'a': file [▁a], transformers [▁a]
prepend, legacy, ' a': file [▁ ▁a], transformers [▁a]
prepend, legacy, '</s>a': file [</s> ▁a], transformers [</s> ▁a]
never, 'a': file [a], transformers [▁a]
never, ' a': file [▁a], transformers [▁a]
never, '</s>a': file [</s> a], transformers [</s> a]
never, add_prefix_space false, 'a': file [a], transformers [a]
never, add_prefix_space false, ' a': file [▁a], transformers [▁a]
never, add_prefix_space false, '</s>a': file [</s> a], transformers [</s> a]
prepend, PreTrainedTokenizerFast, 'a': file [▁a], transformers [▁a]
prepend, PreTrainedTokenizerFast, ' a': file [▁ ▁a], transformers [▁ ▁a]
prepend, PreTrainedTokenizerFast, '</s>a': file [</s> ▁a], transformers [</s> ▁a]
SEEN
echo "as seen"

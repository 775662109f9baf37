#!/usr/bin/env bash
# Whether llguidance's JSON Schema grammars let through every text that the schema allows.
#
# Guess: yes, up to white space, which its documentation leaves out.
#
# Seen 2026-11-28, llguidance 1.9.1: no. Between EXCLUSIVE bounds 0 and 1 it takes 0.5 and 0.05 but not 0.50, while 0.50 passes
# with inclusive bounds; and a string may not hold an escape that it could do without ("\u00e9", "\/"), while "\n" passes. So
# a model that is kept to a schema by it cannot write some valid answers, and two engines that both keep to one schema may
# differ in which ids are allowed.
#
# Needs python3 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install llguidance==1.9.1 jsonschema==4.26.0
cat >fits.py <<'PY'
import json
import jsonschema
from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper, grammar_from

class Bytes:  # one token a byte, and one that ends the text
    eos_token_id, bos_token_id, special_token_ids = 256, None, [256]
    tokens = [bytes([byte]) for byte in range(256)] + [b"<end>"]
    def __call__(self, text):
        return list(text if isinstance(text, bytes) else text.encode())

tokenizer = LLTokenizer(TokenizerWrapper(Bytes()))
exclusive = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
inclusive = {"type": "number", "minimum": 0, "maximum": 1}
string = {"type": "string"}
for schema, texts in (exclusive, ["0.5", "0.05", "0.50"]), (inclusive, ["0.50"]), (string, ['"é"', '"\\n"', '"\\u00e9"', '"\\/"']):
    for text in texts:
        jsonschema.validate(json.loads(text), schema)
        matcher = LLMatcher(tokenizer, grammar_from("json", json.dumps(schema)))
        ids = list(text.encode())
        fits = matcher.try_consume_tokens(ids) == len(ids) and matcher.is_accepting()
        print(text, "under", ", ".join(list(schema)[1:]) or "string", "fits" if fits else "is refused")
PY
venv/bin/python fits.py | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
0.5 under exclusiveMinimum, exclusiveMaximum fits
0.05 under exclusiveMinimum, exclusiveMaximum fits
0.50 under exclusiveMinimum, exclusiveMaximum is refused
0.50 under minimum, maximum fits
"é" under string fits
"\n" under string fits
"\u00e9" under string is refused
"\/" under string is refused
SEEN
echo "as seen"

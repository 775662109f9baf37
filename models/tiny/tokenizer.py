"""Train the SentencePiece vocabulary on generated text, and write tokenizer.model, tokenizer.json and its config.

The pieces are Llama 2's kind: BPE with byte fallback, split digits, a dummy prefix, identity normalization.
tokenizer.json is the "legacy" form (Prepend, Replace); its merges follow from the pieces in rank order.
"""
import os
import json
import random
import sys
from pathlib import Path

import sentencepiece as spm

from dialogs import conversation, plain_text

OUT = Path(__file__).resolve().parents[2] / "public/models/tiny"
VOCAB_SIZE = 2048
CHAT_TEMPLATE = (
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}"
    "{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}"
    "{% for message in loop_messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
    "{% if loop.index0 == 0 and system_message %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}"
    "{% else %}{% set content = message['content'] %}{% endif %}"
    "{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}")


def corpus(seed=1, dialogs=14000, stories=1500):
    """Lines for the vocabulary. Newlines inside a text become lines of their own."""
    rng = random.Random(seed)
    for _ in range(dialogs):
        for question, answer in conversation(rng, 2):
            yield from f"[INST] {question} [/INST] {answer}".split("\n")
    for _ in range(stories):
        yield plain_text(rng)


def train(folder):
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(list(corpus())), model_prefix=os.path.relpath(folder / "tokenizer"), model_type="bpe", vocab_size=VOCAB_SIZE,
        byte_fallback=True, split_digits=True, add_dummy_prefix=True, remove_extra_whitespaces=False, allow_whitespace_only_pieces=True,
        normalization_rule_name="identity", character_coverage=0.9999, unk_id=0, bos_id=1, eos_id=2, pad_id=-1, num_threads=2,
        required_chars="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;!?'\"()[]{}<>/\\|@#$%^&*-_=+~`")
    (folder / "tokenizer.vocab").unlink()


def merges_of(pieces):
    """All pairs of pieces that join to a piece, by the rank of the result, then of the parts."""
    rank = {piece: i for i, piece in enumerate(pieces)}
    found = []
    for piece in pieces[259:]:
        pairs = [(piece[:i], piece[i:]) for i in range(1, len(piece)) if piece[:i] in rank and piece[i:] in rank]
        found += sorted(pairs, key=lambda pair: (rank[pair[0]], rank[pair[1]]))
    return [list(pair) for pair in found]


def export(folder):
    sp = spm.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    pieces = [sp.id_to_piece(i) for i in range(sp.get_piece_size())]
    special = lambda id: {"id": id, "content": pieces[id], "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    bos = {"SpecialToken": {"id": "<s>", "type_id": 0}}
    text = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [special(i) for i in range(3)],
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
        "pre_tokenizer": None,
        "post_processor": {"type": "TemplateProcessing", "single": [bos, {"Sequence": {"id": "A", "type_id": 0}}],
                           "pair": [bos, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<s>", "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 1}}],
                           "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
        "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
        "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": True,
                  "byte_fallback": True, "ignore_merges": False, "vocab": {piece: i for i, piece in enumerate(pieces)}, "merges": merges_of(pieces)},
    }
    (folder / "tokenizer.json").write_text(json.dumps(text, ensure_ascii=False, indent=1) + "\n")
    config = {"add_bos_token": True, "add_eos_token": False, "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "clean_up_tokenization_spaces": False,
              "legacy": True, "model_max_length": 512, "tokenizer_class": "LlamaTokenizer", "chat_template": CHAT_TEMPLATE}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, ensure_ascii=False, indent=2) + "\n")


def verify(folder, count=3000):
    """Check that tokenizer.json gives sentencepiece's ids on generated and on odd texts."""
    from tokenizers import Tokenizer
    sp = spm.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    fast = Tokenizer.from_file(str(folder / "tokenizer.json"))
    rng = random.Random(5)
    texts = ["", " ", "  ", "\n", "\n\n a", "Hello", " Hello", "a  b   c", "naïve café 日本語 🙂👍🏽", "1234567890", "x=1;\ty=2", "ÄÖÜß ½ €", "don't", "<|x|> [INST]  [/INST]", "    indented\n\tcode();"]
    texts += [f"[INST] {q} [/INST] {a} " for _ in range(count // 2) for q, a in conversation(rng, 2)]
    texts += ["".join(rng.choice("abc eT.\n  19é🙂[]/▁") for _ in range(rng.randint(1, 30))).replace("▁", "_") for _ in range(count)]
    wrong = [t for t in texts if sp.encode(t, add_bos=True) != fast.encode(t).ids]
    print(f"tokenizer.json: {len(texts) - len(wrong)} of {len(texts)} texts have sentencepiece's ids")
    for text in wrong[:5]:
        print(repr(text), sp.encode(text, add_bos=True), fast.encode(text).ids)
    return not wrong


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    if "--export-only" not in sys.argv:
        train(OUT)
    export(OUT)
    sys.exit(0 if verify(OUT) else 1)

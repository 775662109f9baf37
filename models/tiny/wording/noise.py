"""What people's typing does to a clean question: greetings before, thanks after, case, missing marks, typos.

`dirty(rng, text)` is for training; evaluation on "noisy" questions uses the same function with another seed.
"""
import re

from wording.synonyms import pad, reword

PREFIXES = ["hi, ", "hello, ", "hey, ", "hi! ", "hello! ", "ok, ", "okay, ", "so, ", "so ", "please ", "well, ", "hmm, ",
            "quick question: ", "one more question: ", "i have a question: ", "sorry, ", "and ", "but ", "tell me, ",
            "can you tell me: ", "i wonder, ", "just curious, ", "good morning, ", "hey there, ", "now ", "oh, ", "um, "]
SUFFIXES = [" please", ", please", " thanks", ", thank you", " in short", " for me", " exactly", " in simple words",
            " then", " again", " by the way", " :)", " \U0001F642", " \U0001F914"]
NEAR = {"a": "s", "s": "a", "e": "r", "r": "t", "t": "r", "i": "o", "o": "p", "n": "m", "m": "n", "u": "i", "d": "f",
        "l": "k", "c": "v", "g": "h", "h": "g"}
SHORT = [(r"\bwhat is\b", "whats"), (r"\bwhat is\b", "what's"), (r"\bplease\b", "pls"), (r"\bare you\b", "r u"), (r"\byou\b", "u"), (r"\byour\b", "ur"), (r"\bi am\b", "im"), (r"\bi am\b", "i'm"), (r"\bdo not\b", "dont"),
         (r"\bdo not\b", "don't"), (r"\bdoes not\b", "doesnt"), (r"\bdoes not\b", "doesn't"), (r"'", ""), (r"\bi would\b", "i'd"), (r"\bwant to\b", "wanna"), (r"\bhow is\b", "hows"), (r"\bbecause\b", "cuz"), (r"\bcan not\b|\bcannot\b", "cant"),
         (r"\bit is\b", "its"), (r"\bthat is\b", "thats"), (r"\bwho is\b", "whos"), (r"\bwhere is\b", "wheres"), (r"\bthe \b", ""), (r"\ba \b", ""), (r"\b(is|are|do|does|can) ", ""), (r"\band\b", "&"), (r"\bwhat\b", "wat"), (r"\btell me\b", "tell")]


PROPER = {word.lower(): word for word in """WebGPU GPU GPUs CPU WGSL WebGL Llama KV RoPE GQA RMSNorm SwiGLU SiLU LLM LLMs AI BPE SentencePiece WebAssembly
WASM JavaScript TypeScript HTML API I I'm GGUF GPTQ AWQ EXL2 NF4 Chrome Firefox Safari Edge Linux Windows Android iPhone iPad Mac Meta Meta's Facebook Google
OpenAI ChatGPT GPT Siri Alexa Claude Gemini Python Rust C++ Llama's Hugging Face TinyLlama Mistral Apple Amazon Jupiter Mars Saturn Mercury Nile Everest
German French Spanish English Italian Chinese Japanese Russian RAM VRAM GB PWA ONNX PyTorch TensorFlow MLP MAU AUP DNA F16 BF16 FP16 F32 Q4 Q8 INT8 INT4
Monday Friday Sunday Nigeria Earth Pacific""".split()}
PROPER["face"], PROPER["edge"] = "face", "edge"


def proper(text):
    """Names and abbreviations as a careful writer spells them: WebGPU, Llama 2, KV cache, I."""
    return re.sub(r"[A-Za-z][A-Za-z0-9+']*", lambda m: PROPER.get(m.group(0), m.group(0)), text).replace("Hugging face", "Hugging Face")


def slip(rng, text):
    """One typo: a letter lost, doubled, swapped with the next, or replaced by a neighbouring key. Digits are left alone."""
    places = [i for i in range(1, len(text) - 1) if text[i].isalpha() and text[i + 1].isalpha()]
    if len(places) < 6:
        return text
    at = rng.choice(places)
    kind = rng.random()
    if kind < 0.35:
        return text[:at] + text[at + 1:]
    if kind < 0.55:
        return text[:at] + text[at] + text[at:]
    if kind < 0.85:
        return text[:at] + text[at + 1] + text[at] + text[at + 2:]
    return text[:at] + NEAR.get(text[at].lower(), text[at]) + text[at + 1:]


def hurried(rng, text):
    """A phone typist's short forms and dropped little words."""
    fit = [(old, new) for old, new in SHORT if re.search(old, text)]
    for old, new in rng.sample(fit, min(len(fit), rng.choice([1, 1, 2]))):
        text = re.sub(old, new, text, count=1)
    return text


def finish(rng, text, marked=True):
    """Case of the first letter and the closing mark."""
    if rng.random() < 0.55:
        text = text[:1].upper() + text[1:]
    if not marked or text[-1:] in "?!.)":
        return text
    roll = rng.random()
    return text + ("?" if roll < 0.6 else "" if roll < 0.9 else "." if roll < 0.95 else "??" if roll < 0.98 else "!")


def dirty(rng, text, small_talk=False, opened=False):
    """A question as somebody may type it. Small talk gets no greeting before it and seldom a question mark; what is `opened`
    has its own first words."""
    if rng.random() < (0.12 if small_talk else 0.3):
        text = reword(rng, text)
    if not small_talk and not opened and rng.random() < 0.12:
        text = pad(rng, text)
    elif not small_talk and not opened and rng.random() < 0.14:
        text = rng.choice(PREFIXES) + text
    if not small_talk and not opened and rng.random() < 0.08 and text[-1:] not in "?!.":
        text += rng.choice(SUFFIXES)
    if rng.random() < 0.1:
        text = hurried(rng, text)
    if rng.random() < 0.6:
        text = proper(text)
    text = finish(rng, text, marked=not small_talk or rng.random() < 0.3)
    roll = rng.random()
    if roll < 0.10:
        text = slip(rng, text)
        if rng.random() < 0.3:
            text = slip(rng, text)
    elif roll < 0.20:
        text = text.lower()
    elif roll < 0.22:
        text = text.upper()
    return text

"""Question templates: a small grammar of nested choices.

`{a|b|c}` picks one of a, b and c (each may hold further choices, and may be empty); `$name` is a macro of MACROS.
A template with no braces is plain text. Nothing here knows any topic.
"""
import itertools
import re
from functools import lru_cache

MACROS = {
    "what": "{what is|what's|what is|whats|what exactly is|so what is}",
    "tell": "{tell me about|explain|describe|can you explain|talk about|please explain|tell me something about}",
    "can": "{can|could|may|will}",
    "does": "{does|will}",
    "how": "{how do i|how can i|how to|how would i|how should i|what do i do to|i want to|is there a way to|can i}",
    "site": "{my site|my page|my own page|my website|a web page|my own website|my blog|a website|my app}",
    "it": "{it|pronk|this|this page|this app}",
}


@lru_cache(maxsize=None)
def parse(template):
    """Template -> list of parts; a part is a string or a tuple of parsed alternatives."""
    for name, text in MACROS.items():
        template = template.replace("$" + name, text)
    parts, alternatives, _ = _parse(template, 0, top=True)
    return alternatives[0] if alternatives else parts


def _parse(text, at, top=False):
    alternatives, parts, plain = [], [], ""
    while at < len(text):
        char = text[at]
        if char == "{":
            if plain:
                parts.append(plain)
                plain = ""
            _, inner, at = _parse(text, at + 1)
            parts.append(tuple(inner))
            continue
        if char == "}" and not top:
            at += 1
            break
        if char == "|" and not top:
            parts.append(plain)
            plain = ""
            alternatives.append(parts)
            parts = []
        else:
            plain += char
        at += 1
    parts.append(plain)
    alternatives.append(parts)
    return parts, alternatives, at


def expand(rng, template):
    """One random text of the template."""
    return " ".join(_expand(rng, parse(template)).split(" "))


def _expand(rng, parts):
    return "".join(p if isinstance(p, str) else _expand(rng, rng.choice(p)) for p in parts)


def plain(text):
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def all_texts(parts, limit=30000):
    """Every text of a parsed template."""
    choices = [[p] if isinstance(p, str) else [t for a in p for t in all_texts(a, limit)] for p in parts]
    return ["".join(t) for t in itertools.islice(itertools.product(*choices), limit)]

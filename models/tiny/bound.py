"""What means something else after each topic: "is it fast?", "the price?", "who made it?"; and more ways to ask for any follow-up.

`Bound(held)` draws from wording/bound.py: a question that the topic before it gives a meaning, or one of a follow-up's kind.
No text of `held` is drawn. `clashes` tells a question that another answer is given to here, so that no aside asks it.
"""
import re

from intents import intent_of
from threads import base_of
from topics.unknown import ANSWER as UNKNOWN
from wording.bound import FAMILIES, SAID
from wording.frames import split
from wording.grammar import all_texts, expand, parse, plain

BEFORE = split("{||||||||and |and |and |but |but |so |ok, |ok, and |ok and |ok so |okay, |cool, |cool. |nice, |nice. and |hm, |hmm, |hmm, but |also, |then |thanks, |thanks. |thanks, and |i see, |i see. and |great, |right, |alright, |aha, |oh, |wow, |good, but |good to know, |well, |interesting, |got it, |fine, but |yes, but |sorry, |just wondering, |btw, |one thing: }")
AFTER = split("{|||||||||||| then| though| actually| by the way| anyway| exactly| btw|, tiny}")
FIRST = re.compile(r"^(?:(?:and|but|so|ok|okay|cool|nice|hm|hmm|also|then|thanks|thank you|i see|great|right|alright|aha|oh|wow|good|good to know|well|interesting|got it|fine|yes|sorry|now|just wondering|btw|by the way) )+")
LAST = re.compile(r"(?: (?:then|though|actually|by the way|anyway|exactly|btw|tiny|too|please))+$")
NO_MORE = "That is all I know about it, I am afraid. Ask me something else, or load a bigger model to hear more."
NO_WHY = "That is how I learned it. I am too small to know the deeper reason, but a bigger model may."
FIXED = {"unknown": UNKNOWN, "no_more": NO_MORE, "no_why": NO_WHY}


def bare(text):
    """A question without the words that turn to it."""
    return LAST.sub("", FIRST.sub("", plain(text)))


def is_of_family(intent):
    """Whether it is one of many alike: the colour of a thing, a task in one of two languages."""
    return intent.thing or intent.id.startswith("code_")


def topics_of(last):
    """The names that the table may have for what was last asked about."""
    if not hasattr(last, "id"):
        return [last] if isinstance(last, str) else []
    base = base_of(last.id)
    return [base, base.split("_")[0]] if is_of_family(last) else [base]


class Bound:
    def __init__(self, held):
        is_new = lambda text: plain(text) not in held and bare(text) not in held
        self.said = {kind: [t for text in texts for t in all_texts(parse(text)) if is_new(t)] for kind, texts in SAID.items()}
        self.families = {name: [t for text in split(wordings) for t in all_texts(parse(text)) if is_new(t)] for name, (wordings, _) in FAMILIES.items()}
        self.by_topic = {}  # topic -> {family: the answer}
        for name, (_, answers) in FAMILIES.items():
            for answer, topics in answers.items():
                for topic in topics.split():
                    self.by_topic.setdefault(topic, {})[name] = answer
        self.family_of = {bare(t): name for name, texts in self.families.items() for t in texts}

    def _table(self, last):
        return {family: answer for topic in reversed(topics_of(last)) for family, answer in self.by_topic.get(topic, {}).items()}

    def _about(self, last, wanted):
        """-> (the intent that answers, which part of it; "" for its answers)"""
        id, _, part = wanted.partition(".")
        return intent_of((last.id if is_of_family(last) else base_of(last.id)) if id == "self" else id), part

    def _answer(self, rng, last, wanted):
        """-> (what the turn is about, the answer)"""
        if wanted in FIXED:
            return "unknown" if wanted == "unknown" else last, FIXED[wanted]
        about, part = self._about(last, wanted)
        return about, getattr(about, part) if part else rng.choice(about.answers)

    def draw(self, rng, last):
        """-> (a question that only `last` gives a meaning, what it is about, the answer); None where there is none."""
        table = self._table(last)
        if rng.random() * 5 >= len(table) or last == "unknown" and rng.random() < 0.5:  # where few of them fit, they come less often
            return None
        family = rng.choice(list(table))
        text = rng.choice(self.families[family])
        if not text.startswith(("and ", "but ", "so ", "or ", "also ")):
            text = expand(rng, rng.choice(BEFORE)) + text
        if not text.endswith("?") and " then" not in text:
            text += expand(rng, rng.choice(AFTER))
        return text, *self._answer(rng, last, table[family])

    def clashes(self, last, question, answer):
        """Whether `question` has another answer than `answer` after `last`."""
        family = self.family_of.get(bare(question))
        wanted = self._table(last).get(family) if family else None
        if not wanted or wanted in FIXED:
            return bool(wanted) and answer != FIXED[wanted]
        about, part = self._about(last, wanted)
        return answer != getattr(about, part) if part else answer not in about.answers

    def texts(self):
        """Every text, for the check that held-out questions are not among them."""
        return {plain(t) for texts in (*self.said.values(), *self.families.values()) for t in texts}

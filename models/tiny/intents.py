"""What an intent is, and the question frames that intents share.

An intent is a thing a visitor may want; it holds the answers (any of which is right), the training templates and the
held-out templates, which no training question uses. `define` makes the intent of a notion from its names by frames.
"""
from dataclasses import dataclass, field

TRAIN_FRAMES = [
    "$what {X}", "$what {X}", "$tell {X}", "what does {X} mean", "define {X}", "{X}", "{X}", "i want to know what {X} is",
    "do you know what {X} is", "i {do not|don't} know what {X} is", "what can you tell me about {X}",
    "how would you explain {X}", "what do you know about {X}", "{the |}meaning of {X}", "what is {X} exactly",
    "what is this {X} thing", "what is {X} {in simple words|in short|all about|good for|actually}",
    "{can|could|would} you {explain|describe|define} {X}{| to me}", "i am {new to|curious about} {X}",
    "i {want|would like} to {learn|hear|know} {about|more about|something about} {X}", "what about {X}",
    "and {X}", "what did you say {X} is", "what {X} is", "explain to me what {X} is", "teach me {about |}{X}",
    "what is meant by {X}", "{X} explained", "i have heard of {X}, what is it", "is {X} important, what is it",
    "have you heard of {X}", "what's {X} then", "why is {X} {important|useful}, what is it", "explain {X} {like i am five|to a child|simply|briefly}",
]
HELD_FRAMES = [
    "could you tell me what {X} is", "give me a short explanation of {X}", "help me understand {X}",
    "what do people mean by {X}", "i keep hearing about {X}, but what is it", "what in the world is {X}",
    "would you mind explaining {X}", "in a few words: {X}",
]


@dataclass
class Intent:
    id: str
    group: str
    answers: list
    train: list
    held: list
    more: str = ""          # the answer to "tell me more"
    why: str = ""           # the answer to "why?"
    weight: float = 1.0
    keys: list = field(default_factory=list)  # an answer with all of these is right too
    denied: str = ""        # the answer to a claim put in the negative, if that is not `answers`
    thing: str = ""        # what a family of facts is about
    follow: list = field(default_factory=list)  # [(templates, answer)] that only make sense next; no answer: another of its own
    phrases: dict = field(default_factory=dict)  # kind -> phrases for frames.py
    plain: list = field(default_factory=list)  # templates of wording/plain_words.py and plain_terms.py
    words: list = field(default_factory=list)  # those of its templates that are in everyday words (wording/daily_talk.py)
    leaves_out: object = None  # question -> whether it belongs to another intent, though made of these


REGISTRY = []


_by_id = {}


def intent_of(id):
    if id not in _by_id:
        _by_id.update((intent.id, intent) for intent in REGISTRY)
    return _by_id[id]


def ask(group, id, answer, train, held, **rest):
    """An intent with its own templates. `train` and `held` are lists of templates."""
    answers = [answer] if isinstance(answer, str) else list(answer)
    intent = Intent(id, group, answers, list(train), list(held), **rest)
    REGISTRY.append(intent)
    return intent


def define(group, id, names, answer, train=(), held=(), **rest):
    """The intent of a notion: frames filled with its names ("a|b|c"), and templates of its own."""
    slot = "{" + names + "}"
    first = names.split("|")[0]
    frames = [frame.replace("{X}", slot) for frame in TRAIN_FRAMES]
    held_frames = [frame.replace("{X}", first) for frame in HELD_FRAMES]
    own = list(train)
    # Own templates are fewer than frames; repeat them so that both kinds come up.
    own = own * max(1, round(len(frames) / max(1, len(own)) * 0.8)) if own else []
    return ask(group, id, answer, frames + own, held_frames[:4 if held else 6] + list(held), **rest)

"""From intents to conversations: which turn comes next, follow-ups, names, system prompts, and Llama 2's chat form.

`conversation(rng, turns)` gives [(system-folded user text, answer)]; `plain_text` a story without the chat form.
"""
import random

from topics import everyday, gpu, licence, markdown, model, pronk, quant, talk, yes_no  # noqa: F401 (they register)
from asides import CLAUSE, Asides
from bound import NO_MORE, NO_WHY, Bound
from follow_ups import UNKNOWN_WHY, answer_of, answer_to, first_sentence, request, topic_of
from wording.grammar import expand
from intents import REGISTRY, intent_of
from wording.asked_for import add_forms
from wording.daily_talk import give_words
from wording.frames import give_phrases, question_of, split
from wording.noise import dirty
from wording.paraphrases import add_to
from wording.phrases import SEEDS
from wording.senses import widen
from wording.phrases_daily import CAPITAL, COLOUR, LEGS, SEEDS as DAILY, SOUND
from topics.near_miss import INSIST, MORE_STILL, WHY_NOT, WHY_STILL, near_miss, short_miss
from topics.stories import KINDS, MORE_KINDS, NAMES, RARE_KINDS, article, continuation, story, story_question
from topics.sums import sum_question
from topics.unknown import ANSWER as UNKNOWN, unknown_question
from topics.unknown_next import unknown_next
from topics.yes_no import settle
from threads import thread_of

GROUP_WEIGHTS = {"pronk": 54, "gpu": 9, "quant": 10, "model": 13, "licence": 14, "talk": 25, "facts": 11,
                 "sum": 10, "unknown": 24, "story": 4, "opening": 3, "name": 5, "form": 18}
add_to(REGISTRY)
add_forms(REGISTRY)
give_phrases(REGISTRY, SEEDS, DAILY)
settle(REGISTRY)
widen(REGISTRY)
GROUPS = {}
for _intent in REGISTRY:
    GROUPS.setdefault(_intent.group, []).append(_intent)
    _family = {"capital": CAPITAL, "colour": COLOUR, "sound": SOUND, "legs": LEGS}.get(_intent.id.split("_")[0])
    if _family and _intent.thing:
        _intent.phrases["q"] = split(_family.replace("#", _intent.thing))

ASIDES = Asides(REGISTRY, GROUP_WEIGHTS)
BOUND = Bound(ASIDES.held)
give_words(REGISTRY, ASIDES.is_held)

MORE = ["{ok|okay|yes|yes please|sure|cool|nice|great|wow|thanks|i see|interesting|oh}{,|,|} {go on|tell me more|more please|please go on|and more|what else|do go on|continue}", "{tell me more|more|more please|tell me more about {it|that|this}|go deeper|more details|can you say more|say more|please tell me more|more about {that|it}|what else|and what else|anything else|more information|i want to know more|can you tell me more|explain more|give me more details|go on, tell me more|elaborate|can you elaborate|keep going|carry on|expand on that|go further|further details|further|give me the rest|the rest please|next|what comes next|what more is there|is there more|is that all|is there anything else|tell me a bit more|go on|and|what else can you tell me|continue|more info|details please|cool, tell me more|interesting, go on|ok, tell me more|nice, tell me more|more on that|more about this|what more can you say|can you add something|anything more|keep talking|say more about it|tell me more please|i'd like to hear more|give me more|add more|explain further|some more please|i want more|more!|mooore|please {go on|continue|carry on|proceed|expand}|continue {with that|about that|please|on this topic}|{more|further} {on|about} {this|the} topic|stay on this topic|i would like {to hear|to know} more|some more detail|in detail please|and then|and beyond that|a bit more}"]
UNCLEAR = ["{i do not understand|i don't understand|what do you mean|huh|how so|can you explain that|please explain|explain that|in more detail|what does that mean|i don't get it|can you explain it better|meaning}"]
WHY = ["{why|why is that|but why|why so|how come|and why|why not|what is the reason|why do you say that|why is it so}"]
WHICH_THEN = ["{ok|ok, and|and|so|cool|fine|then|well|but|hmm|i see}{,|} {how do i load it|which one|which larger one|where do i load it|how do i load the larger one|how do i get the larger one|where is the larger one|load the larger one|which model knows it|how do i load one|load it please|i want the larger one}{| then| please}", "{who knows it|who does|who can tell me|which model knows|which model can|what model then|which model could|which one knows it|where do i get one|how do i load one|how do i load it|show me|how|how do i do that|which larger model|and where is that larger model|how do i get a larger model}"]
NEAR_FIRST, NEAR_LATER = 0.085, 0.08  # how often a turn is a near miss, or what is answered beside it
MORE_FIRST = "Gladly! About what? I know about pronk, WebGPU, quantization, language models and Llama 2."
SHARE_SAID, SHARE_BOUND = 0.35, 0.3  # of follow-ups in the words of wording/bound.py; of turns that hang on the topic for their meaning
PASSING = ("thanks", "compliment", "yes_ok", "how_are_you", "sorry", "no", "insult")
HELD_MORE = ["could you go into more detail", "and further", "please continue with that topic"]

PEOPLE = NAMES + "Maria Peter John Sarah Alex Kim Chris David Laura Julia Eva Tim Nina Robert Alice Bob Carol Frank Grace Helen".split()
NAME_GIVE = ["{my name is|i am|i'm|call me|i am called|hi, i am|hello, my name is|hi, my name is|hey, i'm|you can call me|please call me|they call me} NAME"]
NAME_ASK = ["{what is my name|what's my name|do you know my name|who am i|do you remember my name|tell me my name|can you remember my name|say my name|my name}"]
NO_NAME = "You have not told me your name yet. What is it?"

SYSTEM = ["You are a helpful assistant.", "You are a helpful, respectful and honest assistant.", "You are a friendly assistant.", "Be kind and helpful.", "You are the guide of this page.", "Answer the questions of visitors.", "You are a polite and honest assistant. Answer clearly.", "Help the user with questions about pronk.", "You are pronk's demo model.", "Always answer as helpfully as possible.", "You are an expert on WebGPU.", "Speak simple English.", "Do not use bad words.", "Always be polite. If you do not know something, say so."]
SYSTEM_SHORT = ["Answer in one sentence.", "Be brief.", "Keep your answers short.", "You are a helpful assistant. Be brief.", "Answer with one short sentence.", "Short answers only.", "Be concise.", "You answer very briefly."]
SYSTEM_PIRATE = ["You are a pirate.", "Talk like a pirate.", "Speak like a pirate.", "Answer like a pirate.", "You are a friendly pirate. Answer all questions."]
SYSTEM_NAMED = ["Your name is {N}.", "You are {N}, a helpful assistant.", "You are called {N}.", "You are {N}."]

ASIDE = {"topic": 56, "unknown": 18, "talk": 16, "story": 4, "sum": 4, "name": 2}  # how often each kind of aside comes
ASIDE_KINDS = [kind for kind, count in ASIDE.items() for _ in range(count)]
# How often each kind of follow-up comes after a topic, and after another follow-up.
FOLLOW_UP = {"shorter": 7, "sure": 7, "again": 5, "summary": 4, "bold": 2, "language": 2, "asked": 3, "first": 2}
AFTER_FOLLOW_UP = {"summary": 3, "asked": 3, "first": 3, "again": 3, "sure": 3, "shorter": 2, "language": 2, "bold": 1}


def pick_intent(rng):
    group = rng.choices(list(GROUP_WEIGHTS), list(GROUP_WEIGHTS.values()))[0]
    if group not in GROUPS:
        return group, None
    return group, rng.choices(GROUPS[group], [intent.weight for intent in GROUPS[group]])[0]


def names_of(intent):
    """The noun phrases of a notion."""
    return [phrase for kind, phrases in intent.phrases.items() if kind[0] == "n" for phrase in phrases]


NAMED = {expand(random.Random(0), phrase) for intent in REGISTRY for phrase in names_of(intent)}  # what is named of what is known


def siblings(last):
    """What "and X?" may ask about after an intent: its family of facts, or its group's notions and forms."""
    if not hasattr(last, "id") or last.group == "talk":
        return []
    if last.thing:
        return [i for i in GROUPS[last.group] if i.thing and i.id.split("_")[0] == last.id.split("_")[0] and i is not last]
    return [i for i in GROUPS[last.group] if names_of(i) and not i.thing and i is not last]


def other_code(intent):
    """The same task in the other language."""
    start, _, language = intent.id.rpartition("_")
    return intent_of(f"{start}_{'js' if language == 'python' else 'python'}")


class Talker:
    """One conversation: it remembers the last intent, the visitor's name and the system prompt."""

    def __init__(self, rng):
        self.rng, self.last, self.visitor, self.style, self.name = rng, None, None, None, None
        self.subject = None  # the last intent that was no follow-up
        self.ground = None  # the last one that was no thanks or praise either: what "it" is
        self.said, self.topics = "", []
        self.told = None  # the topic of which `more` or `why` was told last, and which of them
        self.keeps_last = False  # whether the answer before the last turn must be seen whole
        roll = rng.random()
        self.system = None
        if roll < 0.09:
            self.system = rng.choice(SYSTEM)
        elif roll < 0.12:
            self.system, self.style = rng.choice(SYSTEM_SHORT), "short"
        elif roll < 0.14:
            self.system, self.style = rng.choice(SYSTEM_PIRATE), "pirate"
        elif roll < 0.17:
            self.name = rng.choice(PEOPLE)
            self.system = rng.choice(SYSTEM_NAMED).replace("{N}", self.name)

    def styled(self, answer):
        if self.style == "short":
            return first_sentence(answer)
        if self.style == "pirate":
            return "Arr! " + answer
        return answer

    def turn(self):
        self.follows, self.keeps_last = False, False
        question, self.said = self._turn()
        self.subject = self.subject if self.last == "done" else self.last
        if getattr(self.subject, "id", "") not in PASSING:
            self.ground = self.subject
        topic = "" if self.follows else topic_of(self.last)
        self.topics += [topic] if topic else []
        return question, self.styled(self.said)

    def _turn(self):
        rng, last = self.rng, self.last
        roll = rng.random()
        if last is None and roll < 0.012:
            return dirty(rng, expand(rng, rng.choice(MORE))), MORE_FIRST
        if last is None and roll < 0.024:
            return self._follow_up(rng.choice(["summary", "summary", "asked", "language"]))
        if last is None and roll < 0.06:
            return self._ask(intent_of("hello"))
        if rng.random() < (NEAR_FIRST if last is None else NEAR_LATER):
            return self._near(last)
        if last is not None and roll < 0.37:
            self.follows, self.keeps_last = True, True
            return self._follow(last)
        if self.visitor and roll < 0.40:
            self.last = "name"
            return self._ask_name()
        if last is not None and roll < 0.77:
            self.keeps_last = rng.random() < 0.6
            return self._aside(self.subject if last == "done" else last)
        group, intent = pick_intent(rng)
        if group == "sum":
            question, answer, _ = sum_question(rng)
            self.last = "sum"
        elif group == "unknown":
            question, answer = unknown_question(rng), UNKNOWN
            self.last = "unknown"
        elif group == "story":
            question, answer, _ = story_question(rng)
            self.last = "story"
        elif group == "opening":
            self.last = "story"
            return continuation(rng)
        elif group == "name":
            return self._names()
        else:
            return self._ask(intent)
        return dirty(rng, question), answer

    def _ask(self, intent):
        rng, self.last = self.rng, intent
        question, denied = question_of(rng, intent)
        answer = intent.denied if denied and intent.denied else rng.choice(intent.answers)
        return dirty(rng, question, small_talk=intent.group == "talk"), self._named(intent, answer)

    def _named(self, intent, answer):
        """The answer to who it is, where a system prompt gives it a name."""
        return f"My name is {self.name}. How can I help you?" if self.name and intent.id in ("who_are_you", "your_name") else answer

    def _names(self):
        rng = self.rng
        if rng.random() < (0.35 if self.visitor else 0.85):
            self.visitor = rng.choice(PEOPLE)
            name = self.visitor.lower() if rng.random() < 0.2 else self.visitor
            self.last = None if rng.random() < 0.5 else "name"
            return expand(rng, rng.choice(NAME_GIVE)).replace("NAME", name) + rng.choice(["", ".", "!"]), f"Nice to meet you, {self.visitor}! What would you like to know?"
        self.last = "name"
        return self._ask_name()

    def _ask_name(self):
        return self._say("name", NAME_ASK), f"Your name is {self.visitor}." if self.visitor else NO_NAME

    def _aside(self, last):
        """A turn that leaves the topic `last` in few words, or passes the time."""
        while True:
            question, answer = self._draw_aside(last)
            if not ASIDES.is_held(question) and not BOUND.clashes(last, question, answer):
                return question, answer

    def _draw_aside(self, last):
        rng = self.rng
        kind = rng.choice(ASIDE_KINDS)
        if kind == "topic":
            question, self.last, answer = ASIDES.topic(rng, last)
            answer = self._named(self.last, answer)
        elif kind == "talk":
            question, self.last, answer = ASIDES.talk(rng)
        elif kind == "unknown":
            question, self.last, answer = unknown_next(rng, last), "unknown", UNKNOWN
        elif kind == "story":
            hero = rng.choice(KINDS if rng.random() < 0.5 else MORE_KINDS if rng.random() < 0.7 else RARE_KINDS)
            question, named = ASIDES.story(rng, last, f"{article(hero)} {hero}")
            self.last, answer = "story", story(rng, hero if named else None)
        elif kind == "name":
            return self._names()
        else:
            question, answer, _ = sum_question(rng)
            self.last = "sum"
        return dirty(rng, question, small_talk=kind == "talk" or rng.random() < 0.2, opened=True), answer

    def _near(self, last):
        """A near miss, or a question beside it that is answered. After a topic it may only name the thing."""
        rng, answer = self.rng, None
        while True:
            question, opened = short_miss(rng, last, NAMED) if last is not None and rng.random() < 0.2 else "", last is not None
            id = None
            self.keeps_last = bool(question) or opened and rng.random() < 0.6
            if not question:
                question, id, answer = near_miss(rng, lambda id: question_of(rng, intent_of(id)))
                question = expand(rng, rng.choice(CLAUSE)).replace("#", question) if opened else question
            said = UNKNOWN if id is None else answer or rng.choice(intent_of(id).answers)
            if not ASIDES.is_held(question) and not (opened and BOUND.clashes(self.subject, question, said)):
                break
        self.last = "unknown" if id is None else id if id == "sum" else intent_of(id)
        answer = self._named(self.last, said) if hasattr(self.last, "id") else said
        return dirty(rng, question, opened=opened), answer

    def _still(self, part):
        """More, or why, once more, where it has been told."""
        rng = self.rng
        templates, still, answer = (MORE, MORE_STILL, NO_MORE) if part == "more" else (WHY, WHY_STILL, NO_WHY)
        if rng.random() < 0.5:
            return self._say(part, templates), answer
        return dirty(rng, self._unheld(lambda: expand(rng, still)), small_talk=True), answer

    def _note_told(self, about, answer):
        """If that was more of a topic, or why, it has been told."""
        self.told = next(((about, part) for part in ("more", "why") if answer == getattr(about, part, None)), self.told)

    def _unheld(self, draw):
        """A text that is in no held-out set."""
        while ASIDES.is_held(text := draw()):
            pass
        return text

    def _follow_up(self, kind):
        rng = self.rng
        asked = rng.choice(BOUND.said[kind]) if rng.random() < SHARE_SAID else request(rng, kind)
        return dirty(rng, asked, small_talk=rng.random() < 0.6), answer_of(kind, self.subject, self.said, self.topics)

    def _say(self, kind, templates):
        """A way to ask for more, why and the like."""
        rng = self.rng
        text = rng.choice(BOUND.said[kind]) if rng.random() < (0.6 if kind in ("why", "unclear") else SHARE_SAID) else expand(rng, rng.choice(templates))
        return dirty(rng, text, small_talk=rng.random() < 0.3, opened=True)

    def _kind(self, weights):
        """A kind of follow-up that fits: no long lists of topics, and "again" after a joke asks for another one."""
        kinds = dict(weights)
        if len(set(self.topics)) > 5:
            kinds["summary"] = 0
        if any(answer is None for _, answer in getattr(self.subject, "follow", [])) or self.subject == "story":
            kinds["again"] = 0
        return self.rng.choices(list(kinds), list(kinds.values()))[0]

    def _sibling(self, intent):
        """"And a duck?": another of the kind, by its name alone. It counts as a topic of its own."""
        rng = self.rng
        name = ("{of |that of ||||}" if intent.id.startswith("capital_") else "") + (intent.thing or rng.choice(names_of(intent)))
        frame = "{and|and|and|what about|how about|and what about|and how about|ok, and|ok and|cool, and|then|also|but what about|so what about|hmm, and|nice, and|next,|} " + name + "{|||| then| too| please}"
        return dirty(rng, expand(rng, frame).strip(), opened=True), intent, rng.choice(intent.answers)

    def _follow(self, last):
        """A turn that only makes sense after the last one."""
        rng = self.rng
        self.last = last if rng.random() < 0.5 else "done"
        about = self.subject if last == "done" else last
        if self.told and self.told[0] is about and rng.random() < 0.4:
            return self._still(self.told[1])
        meant = self.ground if getattr(about, "id", "") in PASSING and self.ground else about
        if rng.random() < SHARE_BOUND and (found := BOUND.draw(rng, meant)):
            question = dirty(rng, found[0], small_talk=rng.random() < 0.4, opened=True)
            if not ASIDES.is_held(question):
                self.last, self.follows = found[1], False
                self._note_told(self.last, found[2])
                return question, found[2]
        if last == "done" and hasattr(about, "id") and rng.random() < 0.12:
            self.told = about, "why"
            return self._say("why", WHY), about.why or NO_WHY
        if last == "done":
            return self._follow_up(self._kind(AFTER_FOLLOW_UP))
        if last == "unknown" and rng.random() < 0.2:
            return self._say("which_then", WHICH_THEN), answer_to("bigger_model")
        if last == "unknown" and rng.random() < 0.4:
            reason = rng.random() < 0.3
            question = self._unheld(lambda: expand(rng, WHY_NOT if reason else INSIST))
            return dirty(rng, question, small_talk=True), UNKNOWN_WHY if reason else UNKNOWN
        if last == "story" and rng.random() < 0.7:
            self.last = "story"
            return self._say("another", ["{another one|another|one more|tell me another one|another story|one more please|again|tell me one more|more|next story}"]), story(rng)
        if hasattr(last, "follow") and last.follow and rng.random() < 0.6:
            self.last = other_code(last) if last.id.startswith("code_") else last
            asked, answer = rng.choice(last.follow)
            return dirty(rng, expand(rng, rng.choice(asked))) if answer else self._say("another", asked), answer or rng.choice([a for a in last.answers if a != self.said])
        if hasattr(last, "id") and last.id.split("_")[0] in ("privacy", "server") and rng.random() < 0.15:
            return self._follow_up("sure")
        if rng.random() < 0.42 and (thread := thread_of(rng, last)):
            template, about, answer = thread
            question = dirty(rng, expand(rng, template), small_talk=rng.random() < 0.6)
            if not ASIDES.is_held(question) and not BOUND.clashes(last, question, answer):
                self.last, self.follows = about, False
                self._note_told(about, answer)
                return question, answer
        others = siblings(last)
        if others and rng.random() < (0.4 if last.group == "facts" else 0.15):
            question, about, answer = self._sibling(rng.choice(others))
            if not ASIDES.is_held(question):
                self.last, self.follows = about, False
                return question, answer
        roll = rng.random()
        if roll < (0.72 if getattr(last, "more", "") else 0.55) and last != "story":
            kind = self._kind(FOLLOW_UP)
            if not (kind == "sure" and last == "sum"):
                return self._follow_up(kind)
        if not hasattr(last, "id"):
            if rng.random() < 0.5:
                return self._say("why", WHY), UNKNOWN_WHY if last == "unknown" else NO_WHY
            return self._say("more", MORE), NO_MORE
        if rng.random() < 0.4:
            self.told = last, "why"
            return self._say("why", WHY), last.why or NO_WHY
        if rng.random() < 0.7:
            self.told = last, "more"
            return self._say("more", MORE), last.more or NO_MORE
        return self._say("unclear", UNCLEAR), last.more or NO_MORE


def fold_system(system, text):
    return f"<<SYS>>\n{system}\n<</SYS>>\n\n{text}" if system else text


def conversation(rng, turns):
    """-> [(user text with the system prompt folded in, answer)]"""
    talker = Talker(rng)
    result = [talker.turn() for _ in range(turns)]
    return [(fold_system(talker.system, q) if i == 0 else q, a) for i, (q, a) in enumerate(result)]


def sum_turn(rng):
    question, answer, _ = sum_question(rng)
    return dirty(rng, question), answer


def plain_text(rng):
    return story(rng, plain=True)

"""The turns of a visit that change the topic in few words, or pass the time: "ok, and which browsers?", "cool, thanks", "and Peru?".

A first answer draws the second question to its own topic unless training shows many second questions that are about something
else. `Asides(registry)` draws them: what is said (wording/asides.py; what is declined: topics/unknown_next.py) and its answer.
`is_held` tells the texts of the held-out sets, which the caller must not use.
"""
import importlib
from itertools import accumulate
from pathlib import Path

from follow_ups import FOLLOW_UPS
from intents import REGISTRY
from threads import base_of
from wording.asides import FAMILIES, TALK, TOPICS
from wording.daily_pairs import LATER
from wording.daily_talk import REACTION_TEXTS
from wording.frames import plain_share, question_of, split
from wording.grammar import all_texts, expand, parse, plain
from wording.plain_words import everyday_words

_HEARD = "{ok|okay|cool|nice|great|good|alright|right|i see|got it|makes sense|interesting|hmm|hm|oh|ah|wow|thanks|thank you|good to know|understood|fine|well|perfect|awesome|ah ok|oh ok|ok cool|ok thanks|aha|fair enough|clear|super|lovely|ok great|yes|no|haha|that helps|ok, i see|oh nice|very good}{,|,|.|!|...| -}"
# Before a clause ("is it private"), around a noun phrase ("memory").
CLAUSE = split("#|#|#|and #|and #|and #|and #|but #|but #|so #|so #|ok, #|ok so #|ok, and #|ok, but #|ok and #|okay, #|cool, #|cool. #|cool, and #|cool, but #|nice, #|nice, and #|hmm, #|hm, but #|hmm, and #|also, #|also #|and also, #|and then, #|# then|and # then|so # then|ok, # then|one more thing: #|one more thing, #|one more question: #|another question: #|next question: #|last question: #|by the way, #|btw, #|btw #|i see, #|i see, and #|i see. but #|i see. #|got it. #|got it, and #|thanks, #|thanks! #|thanks. and #|thanks, and #|great, #|great, and #|well, #|wait, #|oh, #|oh, and #|alright, #|right, but #|fine, but #|good, and #|interesting, #|interesting. and #|now #|just wondering, #|quick one: #|what i also want to know: #|sorry, #|good to know. #|makes sense. #|ah ok, and #|wow, and #|yes, but #|no, but #|ok cool, #|ok thanks, #|something else: #|new question: #|different topic: #|and one more: #|and #, by the way|# too") + [_HEARD + " {and |and |but |so |also |now |then |and also |but also |}#"] * 30
NOUN = split("#|#|#|#|and #|and #|and #|and #|and #|what about #|what about #|what about #|how about #|how about #|and what about #|and what about #|and how about #|ok, and #|ok and #|ok, #|ok, what about #|ok, how about #|but what about #|so what about #|so, #|cool, and #|cool, what about #|nice, and #|nice. what about #|hmm, and #|hm, #|hmm, what about #|also #|also, #|and also #|then #|now #|next #|next, #|# then|# please|#, please|and # then|and # too|and # please|what about # then|how about # then|and what about # then|what of #|one more thing: #|one more thing, #|another thing: #|last question: #|next question: #|i see, and #|i see. what about #|got it, and #|got it. what about #|thanks, and #|thanks. what about #|great, and #|great, what about #|well, and #|well, what about #|back to #|let's talk about #|tell me about #|and tell me about #|now tell me about #|ok, tell me about #|cool, tell me about #|something else: #|by the way, #|by the way, what about #|btw, what about #|oh, and #|oh, what about #|alright, #|right, and #|good, and #|fine, and #|wait, what about #|interesting, and #|ok cool, and #|ah ok, and #|i also want to know about #|now to #|now on to #|moving on: #|new topic: #|how is it with #|and how is it with #|what can you say about #|do you know something about #|can we talk about #|same question for #|and finally, #|wow, and #|that was clear. and #") + [_HEARD + " {and |and |what about |what about |how about |and what about |and how about |but what about |so what about |also |now |then |next: |}#{||||| then| too| please}"] * 35
WISH = split("#|#|#|and #|now #|now #|and now #|ok, #|ok, now #|then #|cool, #|cool, now #|great, now #|# then|# please|#, please|how about #|how about #|what about #|what about #|and what about #|can i have #|can i get #|i want #|i'd like #|give me #|show me #|now show me #|can you do #|could you make #|can you make #|can you show me #|next, #|also #|and also #|instead, #|# instead|one more thing: #|thanks, now #|nice, and #|nice, now #|do you also do #|let me see #|hmm, #|alright, #|but can you do #|so can you do #") + [_HEARD + " {and |now |and now |then |how about |what about |can i have |can you make |give me |show me |can you do |}#{|||| then| now| please}"] * 14
STORY = split("and a story|a story now|ok, a story|now a story|a story then|how about a story|and a story {about|of|with} <K>|now a story {about|with} <K>|ok, a story {about|with} <K>|how about a story {about|with} <K>|what about a story {about|of} <K>|cool, tell me a story {about|of} <K>|now tell me a story {about|with} <K>|can you also tell a story {about|of} <K>|enough of that, tell me a story {about|with} <K>|thanks, now a tale {about|of} <K>|then tell me a story about <K>|a story {about|with} <K> then|one more thing: a story about <K>|a {short|little|bedtime} story about <K>{| please| then}|i'd rather hear a story about <K>|and do you know a story {about|of} <K>|can i get a story about <K>|something else: a story about <K>|a tale {about|of} <K>, please|also a story about <K>|and now, a story with <K>")
# After a story only: the hero alone says what is wanted.
ANOTHER = split("and one about <K>|now one {about|with} <K>|one {about|with} <K>|another one about <K>|the same {about|with} <K>|and {about|with} <K>|what about one with <K>|how about <K>|and now <K>|ok, one about <K> please|now about <K>|can you do one {about|with} <K>|but with <K>|and <K>")
# Topics that are mixed up, since they share words or a purpose: after one of them another is asked about more often.
RIVALS = """q4 q8 q4_or_q8 quantization|webgpu webgl wgsl gpu|webgpu browsers why_webgpu_fast|browser browsers list_browsers|f16 bf16 q8|temperature top_p sampling softmax|llama2 llama_animal your_licence which_models|
licence free your_licence use_policy mau attribution|free_yes licence_no your_licence_yes|embed embedding own_code|language languages wgsl javascript|memory_needed context_length storage your_size|how_fast why_webgpu_fast prefill|
privacy server offline storage|privacy_yes offline_yes server_yes free_yes|privacy_no server_no free_no offline_no|privacy_kept storage context_length|who_made_you meta training llama2|who_are_you your_name abilities your_size|pronk pronk_name how_pronk_works inference|
weights safetensors shards scale|formats weights_formats safetensors which_models|token tokenizer embedding|attention gqa kv_cache rope|transformer attention swiglu rmsnorm|why_smaller what_is_lost quantization memory_needed|training ai language_model inference|
bigger_model which_models get_llama2 memory_needed|phone browsers error_help memory_needed|wrong_answers error_help feelings|how_are_you feelings happy|table_bits table_models list_steps list_pronk|code_add_python code_add_js own_code|haiku poem joke|
planets earth mars saturn|sun moon weather|winter summer time_now|biggest_animal tallest_animal fastest_animal|colour_sky sky_blue|months days_year weeks_year|improve_other training licence"""
# Where "it" would be another thing, "~" is named.
UNCLEAR_AFTER = ("facts", "licence", "form")
OPENS = ("and", "but", "so", "ok", "well", "hm", "hmm", "hi", "hello", "hey", "sorry", "wait", "also", "or", "then", "now", "not", "please")


def _held():
    """Every text of the held-out sets: templates beside the intents and the follow-ups, lists and visits."""
    templates = [t for intent in REGISTRY for t in intent.held] + [t for _, held in FOLLOW_UPS.values() for t in held]
    texts = {plain(text) for template in templates for text in all_texts(parse(template))}
    for file in (Path(__file__).parent / "held_out").iterdir():
        if file.suffix == ".txt":
            texts |= {plain(line.rsplit(" = ", 1)[0]) for line in file.read_text().splitlines() if " = " in line and line[0] != "#"}
        elif file.suffix == ".py":
            texts |= {plain(question) for question, _ in importlib.import_module(f"held_out.{file.stem}").CASES}
    return texts


def _two_ways(phrases):
    """Phrases where "it" is clear, and where it is not."""
    it = "{it|it|it|this|pronk|this page}"
    near = [phrase.replace("@", it).replace("~", "{it|it|this|pronk|this page}") for phrase in split(phrases)]
    return near, [phrase.replace("@", it).replace("~", "{pronk|pronk|this page|this engine}") for phrase in split(phrases)]


class Asides:
    """Draws an aside after a topic. `registry` has all intents; `weights` are the weights of their groups."""

    def __init__(self, registry, weights):
        self.held, self.by_id, self.topics = _held(), {intent.id: intent for intent in registry}, {}
        for intent in registry:
            text = TOPICS.get(intent.id) or (FAMILIES[intent.id.split("_")[0]].replace("#", intent.thing) if intent.thing else None)
            if text:
                nouns, _, clauses = text.partition(" // ") if not text.startswith("//") else ("", "", text[3:])
                self.topics[intent.id] = intent, _two_ways(nouns.strip()), _two_ways(clauses.strip())
                self._add_later(intent.id)
        self.plain = {}
        for id, kinds in everyday_words().items():
            self.plain[id] = [self._unheld_ways(text) for text in kinds]
            self.by_id[id].plain = [template for near, _ in self.plain[id] for template in near]
        self.rivals = {}
        for ids in (line.split() for line in RIVALS.replace("\n", "").split("|")):
            for id in ids:
                self.rivals.setdefault(id, []).extend(other for other in ids if other != id and other in self.topics)
        self.groups = {}
        for intent, *_ in self.topics.values():
            self.groups.setdefault(intent.group, ([], []))
            self.groups[intent.group][0].append(intent)
            self.groups[intent.group][1].append(intent.weight)
        self.groups = {group: (intents, list(accumulate(own))) for group, (intents, own) in self.groups.items()}
        self.names, self.group_weights = list(self.groups), list(accumulate(weights[group] for group in self.groups))

    def is_held(self, text):
        return plain(text) in self.held

    def _add_later(self, id):
        """A quarter of what is said of a topic in few words is in everyday words."""
        texts = [part.strip() for part in LATER.get(id, "//").partition("//")]
        for (near, clear), text in zip(self.topics[id][1:], (texts[0], texts[2])):
            more = self._unheld_ways(text)
            if more[0]:
                times = max(1, round(len(near) / 3 / len(more[0])))
                others = max(1, round(len(more[0]) * times * 3 / len(near))) if near else 1
                near[:], clear[:] = near * others + more[0] * times, clear * others + more[1] * times

    def _unheld_ways(self, text):
        return _two_ways("|".join(template for template in split(text) if not self._may_be_held(template)))

    def _may_be_held(self, template):
        return any(plain(text.replace("@", "it").replace("~", "it")) in self.held for text in all_texts(parse(template)))

    def _intent(self, rng, last):
        """Another topic; nearly half of them from the same group, since those are the ones most easily mixed up."""
        near = getattr(last, "group", None)
        if rng.random() < 0.2 and (rivals := self.rivals.get(getattr(last, "id", ""))):
            return self.by_id[rng.choice(rivals)]
        while True:
            group = near if near in self.groups and rng.random() < 0.4 else rng.choices(self.names, cum_weights=self.group_weights)[0]
            intents, weights = self.groups[group]
            intent = rng.choices(intents, cum_weights=weights)[0]
            if intent is not last and not (hasattr(last, "id") and base_of(last.id) == base_of(intent.id) and rng.random() < 0.7):
                return intent

    def topic(self, rng, last):
        """-> (a question about another topic than `last`, its intent, the answer)"""
        intent, denied = self._intent(rng, last), False
        roll = rng.random()
        if roll < 0.25 or len(intent.words) > 3 and roll < 0.36:  # one of the topic's own questions, after a word that turns to it
            text, denied = question_of(rng, intent) if roll < 0.25 else (expand(rng, rng.choice(intent.words)), False)
            text = text if text.split(" ")[0].strip(",.") in OPENS or rng.random() < 0.15 else expand(rng, rng.choice(CLAUSE)).replace("#", text)
        else:
            unclear = getattr(last, "group", "facts") in UNCLEAR_AFTER
            plainly = roll > 1 - 0.8 * plain_share(intent)
            nouns, clauses = (ways[unclear] for ways in (self.plain[intent.id] if plainly else self.topics[intent.id][1:]))
            of_family = getattr(last, "thing", "") and intent.group == "facts" and not intent.thing  # "and the sun?" asks for its colour after that of the sky
            is_noun = nouns and (not clauses or rng.random() < (0.25 if plainly else 0.5) and not of_family)
            frames = WISH if is_noun and (intent.group == "form" or intent.id == "joke") else NOUN if is_noun else CLAUSE
            text = expand(rng, rng.choice(frames)).replace("#", expand(rng, rng.choice(nouns if is_noun else clauses)))
        return text, intent, intent.denied if denied and intent.denied else rng.choice(intent.answers)

    def talk(self, rng):
        """-> (small talk between two topics, its intent, the answer)"""
        intent = self.by_id[rng.choice(TALK_IDS)]
        texts = REACTION_TEXTS if intent.id in REACTION_TEXTS and rng.random() < 0.25 else TALK_TEXTS
        return expand(rng, rng.choice(texts[intent.id])), intent, rng.choice(intent.answers)

    def story(self, rng, last, name):
        """A wish for a story, about `name` where the words have a hero; -> (the wish, whether they do)"""
        template = rng.choice(ANOTHER if last == "story" and rng.random() < 0.6 else STORY)
        return expand(rng, template).replace("<K>", name), "<K>" in template


TALK_TEXTS = {id: split(text) for id, text in TALK.items()}
TALK_IDS = [id for id in TALK for _ in range({"thanks": 5, "compliment": 5, "yes_ok": 5, "no": 3, "bye": 4, "how_are_you": 2, "joke": 3}.get(id, 1))]

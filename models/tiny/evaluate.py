"""Ask the exported model held-out questions, greedily, and count the right answers by group.

Held-out means: no training template, and no phrase in a frame, produces the text (checked here). The sets: templates
beside the intents, and those of held_out/; the model card says which were seen before the last training.
Right means: word for word an answer of the intended intent; for a story, the asked-for hero, an opening and an end.
Usage: python evaluate.py [--model DIR] [--json FILE] [--show]
"""
import argparse
import itertools
import json
import random
import re
from pathlib import Path

import torch
from transformers import LlamaForCausalLM

import sentencepiece as spm
from dialogs import ASIDES, BOUND, HELD_MORE, REGISTRY, SYSTEM, UNKNOWN, fold_system
from follow_ups import FOLLOW_UPS, answer_of, topic_of
from wording.frames import CLAIM, FRAMES, claim, split
from held_out.anew import CASES as ANEW
from held_out.unread import CASES as UNREAD
from held_out.voices import CASES as VOICES
from wording.grammar import all_texts, expand, parse, plain
from wording.noise import dirty, finish
from threads import thread_templates
from topics.stories import story_question
from topics.sums import sum_question
from topics.unknown import unknown_question
from held_out.visitors import CASES as VISITORS

TINY = Path(__file__).resolve().parents[2] / "public/models/tiny"


class Trained:
    """`text in Trained()`: can a training template, or a topic's phrase in a shared frame, be this text, case and marks aside?"""

    def __init__(self):
        self.texts = {plain(t) for intent in REGISTRY for template in set(intent.train) for t in all_texts(parse(template))}
        listed = lambda phrases: {t for phrase in phrases for t in all_texts(parse(phrase))}
        phrases, claims = {}, set()
        for intent in REGISTRY:
            for kind, some in intent.phrases.items():
                if kind == "c":
                    claims |= listed(some)
                else:
                    phrases.setdefault(kind[0], set()).update(plain(t) for t in listed(some))
        self.texts |= phrases.pop("q")
        self.texts |= {plain(t) for template in thread_templates() for t in all_texts(parse(template))} - ASIDES.held | BOUND.texts()
        self.texts |= {plain(claim(f, c)) for f in listed(split(CLAIM)) for c in claims}
        frames = {"n": FRAMES["n"] + FRAMES["@"] + FRAMES["!"], "w": FRAMES["w"], "v": FRAMES["v"]}
        self.frames = [(f.partition("#"), phrases[kind]) for kind, some in frames.items() for f in sorted(listed(some))]
        self.frames = [(plain(before), plain(after), fit) for (before, _, after), fit in self.frames]
        # There are too many questions to decline to list them all: a sample.
        rng = random.Random(3)
        self.texts |= {plain(unknown_question(rng)) for _ in range(200000)}

    def __contains__(self, text):
        if text in self.texts:
            return True
        padded = f" {text} "
        return any(padded.startswith(f" {before} ".replace("  ", " ")) and padded.endswith(f" {after} ".replace("  ", " "))
                   and text[len(before): len(text) - len(after)].strip() in fit for before, after, fit in self.frames)


TRAINED = Trained()


def held_out_cases():
    """-> [(group, [(question, answer), ...] before, question, is_right)]"""
    trained = TRAINED
    cases, leaks, rng = [], 0, random.Random(99)
    for intent in REGISTRY:
        for template in intent.held:
            question = expand(rng, template)
            if plain(question) in trained:
                leaks += 1
                continue
            right = lambda answer, intent=intent: answer in intent.answers
            cases.append((intent.group, [], finish(rng, question, marked=intent.group != "talk"), right))
        if intent.more and intent.group != "facts":
            before = (finish(rng, expand(rng, rng.choice(intent.train))), intent.answers[0])
            right = lambda answer, intent=intent: answer == intent.more
            cases.append(("follow-up", [before], finish(rng, expand(rng, rng.choice(HELD_MORE))), right))
    cases += follow_up_cases(rng)
    for _ in range(60):
        question, answer, _ = sum_question(rng, held=True)
        cases.append(("sum", [], finish(rng, question), lambda a, answer=answer: a == answer))
    for _ in range(80):
        cases.append(("unknown", [], finish(rng, unknown_question(rng, held=True)), lambda a: a == UNKNOWN))
    for _ in range(40):
        question, _, kind = story_question(rng, held=True)
        right = lambda a, kind=kind: ("Once" in a or "lived" in a) and len(a) > 200 and a[-1] in ".\"" and (kind is None or kind in a)
        cases.append(("story", [], finish(rng, question), right))
    print(f"{len(cases)} held-out cases; {leaks} templates dropped since training has the same text")
    return cases


def follow_up_cases(rng):
    """Each held-out follow-up after six topics, two of them preceded by another."""
    known = [intent for intent in REGISTRY if intent.group in ("pronk", "gpu", "quant", "model", "licence")]
    cases = []
    for kind, (_, templates) in FOLLOW_UPS.items():
        for template, count in itertools.product(templates, (1, 1, 1, 1, 2, 2)):
            intents = rng.sample(known, count)
            before = [(finish(rng, expand(rng, rng.choice(intent.train))), rng.choice(intent.answers)) for intent in intents]
            wanted = answer_of(kind, intents[-1], before[-1][1], [topic_of(intent) for intent in intents])
            cases.append((kind, before, finish(rng, template), lambda a, wanted=wanted: a == wanted))
    return cases


def digit_sums():
    """Every sum of two digits: plus, minus (nothing below zero) and times, short and as a question."""
    cases = []
    for name, sign, result in (("plus", "+", int.__add__), ("minus", "-", int.__sub__), ("times", "*", int.__mul__)):
        for a, b in itertools.product(range(10), range(10)):
            if name != "minus" or a >= b:
                answer = f"{a} {name} {b} is {result(a, b)}."
                cases += [(name, [], q, lambda text, answer=answer: text == answer) for q in (f"{a}{sign}{b}", f"What is {a} {name} {b}?")]
    return cases


def answers_named(by_id, name):
    """The right answers that a list names: an intent's id, `id.denied` or "unknown"."""
    id, _, part = name.partition(".")
    return [UNKNOWN] if id == "unknown" else [getattr(by_id[id], part)] if part else by_id[id].answers


def listed_cases(questions, name, keep=False):
    """A written list -> cases. A question that a template happens to produce too isn't held out; it is dropped."""
    trained = TRAINED
    by_id = {intent.id: intent for intent in REGISTRY}
    cases = []
    for question, id in questions:
        if plain(question) in trained and not keep:
            continue
        answers = [answer for each in id.split("|") for answer in answers_named(by_id, each)]
        cases.append(("unknown" if id.startswith("unknown") else by_id[re.split(r"[|.]", id)[0]].group, [], question, lambda a, answers=answers: a in answers))
    print(f"{name}: {len(cases)} of {len(questions)} questions are not training texts")
    return cases


def variants(cases, seed):
    """The same questions with noise, and with an ordinary system prompt."""
    rng = random.Random(seed)
    noisy = [(g, b, dirty(rng, q.rstrip("?.!"), small_talk=g == "talk"), r) for g, b, q, r in cases]
    system = [(g, b, fold_system(rng.choice(SYSTEM), q), r) for g, b, q, r in cases if not b]
    return noisy, system


class Reader:
    """The exported model in fp32 over its f16 weights, greedy, in batches padded on the left."""

    def __init__(self, folder):
        self.sp = spm.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
        self.model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    def prompt(self, before, question):
        ids = []
        for q, a in before:
            ids += [1, *self.sp.encode(f"[INST] {q.strip()} [/INST] {a.strip()} "), 2]
        return ids + [1, *self.sp.encode(f"[INST] {question.strip()} [/INST]")]

    @torch.inference_mode()
    def answer(self, prompts, limit=160):
        order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
        texts = [None] * len(prompts)
        for at in range(0, len(order), 64):
            some = order[at: at + 64]
            width = max(len(prompts[i]) for i in some)
            ids = torch.tensor([[0] * (width - len(prompts[i])) + prompts[i] for i in some])
            mask = torch.tensor([[0] * (width - len(prompts[i])) + [1] * len(prompts[i]) for i in some])
            out = self.model.generate(ids, attention_mask=mask, max_new_tokens=limit, do_sample=False, temperature=None, top_p=None, pad_token_id=2, eos_token_id=2)
            for i, line in zip(some, out[:, width:].tolist()):
                text = self.sp.decode(line[: line.index(2)] if 2 in line else line).strip()
                texts[i] = text if 2 in line else text + " …"
        return texts


def score(reader, cases, show, title):
    texts = reader.answer([reader.prompt(before, question) for _, before, question, _ in cases])
    table = {}
    for (group, before, question, right), text in zip(cases, texts):
        good = right(text)
        n = table.setdefault(group, [0, 0])
        n[0], n[1] = n[0] + good, n[1] + 1
        if show and not good:
            print(f"[{group}] {question!r} -> {text[:110]!r}")
    total = [sum(n[0] for n in table.values()), sum(n[1] for n in table.values())]
    print(title, f"{total[0]}/{total[1]} = {100 * total[0] / total[1]:.1f} %", {g: f"{100 * n[0] / n[1]:.0f}% of {n[1]}" for g, n in table.items()}, flush=True)
    return {"all": total, **table}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, default=TINY)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--quick", action="store_true", help="clean questions only")
    parser.add_argument("--part", type=int, default=1, help="every n-th case")
    args = parser.parse_args()
    torch.set_num_threads(2)
    cases = held_out_cases()[:: args.part]
    reader = Reader(args.model)
    result = {"held-out": score(reader, cases, args.show, "held-out")}
    result["sums of digits"] = score(reader, digit_sums(), args.show, "sums of digits")
    if not args.quick:
        noisy, system = variants(cases, 5)
        result["visitors"] = score(reader, listed_cases(VISITORS, "visitors"), args.show, "visitors")
        result["unread"] = score(reader, listed_cases(UNREAD, "unread"), args.show, "unread")
        result["voices"] = score(reader, listed_cases(VOICES, "voices"), args.show, "voices")
        result["anew"] = score(reader, listed_cases(ANEW, "anew"), args.show, "anew")
        result["anew, all"] = score(reader, listed_cases(ANEW, "anew, all", keep=True), False, "anew, all")
        result["voices, all"] = score(reader, listed_cases(VOICES, "voices, all", keep=True), False, "voices, all")
        result["unread, all"] = score(reader, listed_cases(UNREAD, "unread, all", keep=True), False, "unread, all")
        result["held-out, noisy"] = score(reader, noisy, False, "noisy")
        result["held-out, with a system prompt"] = score(reader, system, False, "system")
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()

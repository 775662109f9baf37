"""Whole visits, greedily: each turn is asked after the model's own earlier answers, and a visit is right when every turn is.

A file of visits has a turn a line, "question = what is right", and an empty line between visits. What is right: an intent's
id (its answers), `id.more`, `id.why` or `id.denied`, `unknown`, `no_why`, `no_more`, a follow-up's kind (follow_ups.py: right
by what came before), or /a regular expression/ without a bar that the answer matches; `|` parts alternatives.
Usage: python visits.py FILE [--model DIR] [--json FILE]: prints each miss with what was wanted.
"""
import argparse
import json
import re
from pathlib import Path

import torch

from dialogs import NO_MORE, NO_WHY, REGISTRY, UNKNOWN
from evaluate import TINY, TRAINED, Reader
from follow_ups import FOLLOW_UPS, UNKNOWN_WHY, answer_of, topic_of
from wording.grammar import plain

BY_ID = {intent.id: intent for intent in REGISTRY}
FIXED = {"unknown": UNKNOWN, "no_why": NO_WHY, "no_more": NO_MORE, "unknown_why": UNKNOWN_WHY}


def read_visits(path):
    """-> [[(question, wanted), ...], ...]; an unknown id is an error."""
    visits = []
    for block in re.split(r"\n\s*\n", "\n".join(line for line in path.read_text().splitlines() if not line.startswith("#")).strip()):
        turns = [tuple(part.strip() for part in line.rsplit(" = ", 1)) for line in block.splitlines()]
        for turn in turns:
            if len(turn) != 2 or not all(is_known(one) for one in turn[1].split("|")):
                raise SystemExit(f"{path}: what is wanted of {turn}?")
        visits.append(turns)
    return visits


def is_known(one):
    id, _, part = one.partition(".")
    return one.startswith("/") or one in FIXED or one in FOLLOW_UPS or (id in BY_ID and part in ("", "more", "why", "denied"))


def is_answer(text, one, said, asked):
    """Whether `text` is right. `said` is the previous answer; `asked` the previous topics, the latest last."""
    if one.startswith("/"):
        return bool(re.search(one[1:-1], text))
    if one in FIXED:
        return text == FIXED[one]
    if one in FOLLOW_UPS:
        last = asked[-1] if asked else None
        return text == answer_of(one, last, said, [topic for topic in map(topic_of, asked) if topic])
    id, _, part = one.partition(".")
    return text == getattr(BY_ID[id], part) if part else text in BY_ID[id].answers


def topic_asked(wanted):
    """What a summary would count this turn as: an intent, "unknown", or nothing."""
    first = wanted.split("|")[0]
    if re.match(r"/\^?\d+ ", first):
        return "sum"
    return "unknown" if first == "unknown" else BY_ID.get(first)


def run(reader, visits):
    """-> a list, for each visit, of (question, answer, wanted, right) by turn."""
    seen = [[] for _ in visits]
    asked = [[] for _ in visits]
    for turn in range(max(map(len, visits))):
        open_ones = [i for i, visit in enumerate(visits) if turn < len(visit)]
        prompts = [reader.prompt([(q, a) for q, a, _, _ in seen[i]], visits[i][turn][0]) for i in open_ones]
        for i, text in zip(open_ones, reader.answer(prompts)):
            question, wanted = visits[i][turn]
            said = seen[i][-1][1] if seen[i] else ""
            seen[i].append((question, text, wanted, any(is_answer(text, one, said, asked[i]) for one in wanted.split("|"))))
            topic = topic_asked(wanted)
            asked[i] += [topic] if topic else []
    return seen


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("visits", type=Path)
    parser.add_argument("--model", type=Path, default=TINY)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(2)
    visits = read_visits(args.visits)
    seen = run(Reader(args.model), visits)
    for visit in seen:
        if not all(right for *_, right in visit):
            print()
        for question, text, wanted, right in visit if not all(right for *_, right in visit) else []:
            print(f"{'  ' if right else 'x '}{question!r} -> {text[:150]!r}" + ("" if right else f"   wanted {wanted}"))
    turns = [turn for visit in seen for turn in visit]
    met = sum(plain(question) in TRAINED for question, *_ in turns)
    result = {"visits": [sum(all(right for *_, right in visit) for visit in seen), len(seen)], "turns": [sum(right for *_, right in turns), len(turns)],
              "turns that a training template has too": met}
    print(f"\n{json.dumps(result)}")
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()

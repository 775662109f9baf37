"""Train the tiny model: rows of generated conversation or stories, Muon and AdamW, a cosine over the given minutes.

A row is one conversation, as long as the row, in Llama 2's chat form; loss is on the answers. Checkpoints and the loss
curve are written as it runs; `--resume` continues from the last one. Usage: python train.py --out DIR --minutes 60
"""
import argparse
import json
import math
import random
import re
import time
from pathlib import Path

import sentencepiece as spm
import torch
from safetensors.torch import load_file

from dialogs import Talker, fold_system, plain_text, sum_turn
from model import Llama
from muon import Muon

TOKENIZER = Path(__file__).resolve().parents[2] / "public/models/tiny/tokenizer.model"


WHOLE = 0.25  # share of answers shown to the end; the others are cut after a few tokens, since the choice of the answer,
#               which the first tokens make, is harder to learn than its text. What the next turn follows up is never cut


def row(rng, sp, length, share):
    """length + 1 ids, and the weight of each prediction."""
    ids, weights = [], []
    only_sums = length < 256 and rng.random() < 0.25  # a table of 363 sums wants each one seen many times
    if rng.random() < (0.05 if length < 256 else 0.12):
        while len(ids) <= length:
            text = sp.encode(plain_text(rng))
            ids += [1, *text, 2]
            weights += [0.0, *[0.0] * 2, *[0.6] * (len(text) - 2), 1.0]
    else:
        talker = Talker(rng)
        first = not only_sums
        turn = lambda: (*sum_turn(rng), False) if only_sums else (*talker.turn(), talker.keeps_last)
        coming = turn()
        while len(ids) <= length:
            (question, answer, _), coming = coming, turn()
            question = fold_system(talker.system if first else None, question)
            prompt = [1, *sp.encode(f"[INST] {question.strip()} [/INST]")]
            is_sum = re.match(r"(\d+ [a-z ]+ \d+ is) (-?\d+)", answer)
            full = is_sum or coming[2] or rng.random() < (share if answer.count(" ") < 55 else share * 0.5)
            # As in Llama 2, a finished turn is one encoded text, so the answer's ids are those after the prompt's.
            whole = [1, *sp.encode(f"[INST] {question.strip()} [/INST] {answer.strip()} "), 2]
            if whole[: len(prompt)] != prompt:
                continue
            weight = 0.5 if answer.count(" ") > 55 else 1.0
            if not full:
                whole = whole[: len(prompt) + rng.randint(4, 9)]
            ids += whole
            # The space before EOS is Llama 2's way of writing history; a running model stops at either.
            told = [weight] * (len(whole) - len(prompt))
            if is_sum:
                start, end = (1 + len(sp.encode(f"[INST] {question.strip()} [/INST] {answer[: is_sum.end(part)]}")) - len(prompt) for part in (1, 2))
                told[start:end] = [6.0] * (end - start)  # the result is few tokens, and each one counts
            weights += [0.0] * len(prompt) + told
            first = False
    return ids[: length + 1], weights[1: length + 1]


def batch(rng, sp, tokens, share=WHOLE, long=0.0):
    """`long` is the share of batches with rows of 512: the last part of a run sees them, and more whole answers."""
    length = 512 if rng.random() < long else 128 if rng.random() < 0.6 else 256
    rows = [row(rng, sp, length, share) for _ in range(tokens // length)]
    return torch.tensor([r[0] for r in rows]), torch.tensor([r[1] for r in rows])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--tokens", type=int, default=3072, help="tokens in a batch")
    parser.add_argument("--whole", type=float, default=WHOLE, help="share of answers shown to the end")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--init", type=Path, help="begin a further phase: the weights of this checkpoint or exported folder, a new schedule")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--compile", action="store_true", help="compile rows of 128 and 256 (needs a C++ compiler)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", action="store_true")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    sp = spm.SentencePieceProcessor(model_file=str(TOKENIZER))
    model = Llama()
    inner = [p for p in model.model.layers.parameters() if p.dim() == 2]
    outer = [model.model.embed_tokens.weight, model.lm_head.weight]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    adam = torch.optim.AdamW([{"params": outer, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}], lr=args.rate, betas=(0.9, 0.98), fused=True)
    optimizers = [adam, Muon(inner, lr=args.rate)]
    step, spent, seen, curve = 0, 0.0, 0, []
    saved = args.out / "last.pt"
    if args.resume and saved.exists():
        state = torch.load(saved)
        model.load_state_dict(state["model"])
        for optimizer, kept in zip(optimizers, state["optimizers"]):
            optimizer.load_state_dict(kept)
        step, spent, seen, curve = state["step"], state["spent"], state["seen"], state["curve"]
    elif args.init:
        if args.init.is_dir():  # an exported model: its weights, and a new count
            model.grow({n: w.float() for file in sorted(args.init.glob("*.safetensors")) for n, w in load_file(file).items()})
        else:
            state = torch.load(args.init)
            model.grow(state["model"])
            step, seen, curve = state["step"], state["seen"], state["curve"]
    first_step = step
    rng = random.Random(args.seed * 1000 + step)
    print(f"{sum(p.numel() for p in model.parameters())} parameters, from step {step}", flush=True)

    def save():
        state = {"model": model.state_dict(), "optimizers": [optimizer.state_dict() for optimizer in optimizers], "step": step, "spent": spent, "seen": seen, "curve": curve}
        torch.save(state, args.out / "next.pt")
        (args.out / "next.pt").replace(saved)
        (args.out / "curve.json").write_text(json.dumps(curve))

    if args.compile:
        eager, compiled = model.hidden, torch.compile(model.hidden, dynamic=False)
        model.hidden = lambda ids: compiled(ids) if ids.shape[1] in (128, 256) else eager(ids)
    total, started, average = args.minutes * 60, time.time() - spent, None
    while spent < total:
        warm = min(1.0, (step - first_step + 1) / 40)
        rate = args.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1, spent / total))))
        for group in (group for optimizer in optimizers for group in optimizer.param_groups):
            group["lr"] = rate
        ids, weights = batch(rng, sp, args.tokens, *((0.8, 0.2) if spent > 0.65 * total else (args.whole, 0.0)))
        loss = model.loss(ids, weights)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        step, seen, spent = step + 1, seen + ids.numel(), time.time() - started
        value = loss.item()
        average = value if average is None else 0.95 * average + 0.05 * value
        if step % 20 == 0:
            curve.append([step, seen, round(average, 4)])
        if step % 10 == 0:
            print(f"step {step} min {spent / 60:.1f} tokens {seen / 1e6:.2f}M loss {average:.3f} rate {rate:.5f} tok/s {seen / spent:.0f}", flush=True)
        if step % 50 == 0:
            save()
    save()


if __name__ == "__main__":
    main()

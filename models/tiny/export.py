"""Write a training checkpoint as the published model: f16 safetensors shards with an index, and the configs.

Usage: python export.py --run DIR (with last.pt) [--out DIR]
"""
import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from model import CONFIG, LAYERS

TINY = Path(__file__).resolve().parents[2] / "public/models/tiny"
GENERATION = {"bos_token_id": 1, "eos_token_id": 2, "do_sample": True, "temperature": 0.3, "top_p": 0.9, "max_length": 512}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=TINY)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    state = torch.load(args.run / "last.pt", map_location="cpu")
    tensors = {name: weight.half().contiguous() for name, weight in state["model"].items()}
    half = LAYERS // 2
    first = {name for name in tensors if "embed_tokens" in name or any(f"layers.{i}." in name for i in range(half))}
    files = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    parts = [{n: t for n, t in tensors.items() if (n in first) == keep} for keep in (True, False)]
    for file, part in zip(files, parts):
        save_file(part, args.out / file, metadata={"format": "pt"})
    index = {"metadata": {"total_size": sum(t.numel() * 2 for t in tensors.values())},
             "weight_map": {n: file for file, part in zip(files, parts) for n in sorted(part)}}
    for name, value in [("model.safetensors.index.json", index), ("config.json", CONFIG), ("generation_config.json", GENERATION)]:
        (args.out / name).write_text(json.dumps(value, indent=2) + "\n")
    print(f"step {state['step']}, {state['seen']} tokens, {sum(t.numel() for t in tensors.values())} parameters -> {args.out}")


if __name__ == "__main__":
    main()

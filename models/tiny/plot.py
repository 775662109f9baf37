"""Draw the loss curve of a training run (curve.json: [step, tokens, loss]) as a small picture for the model card.

Usage: python plot.py --run DIR
"""
import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

TINY = Path(__file__).resolve().parents[2] / "public/models/tiny"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--name", default="loss.png")
    args = parser.parse_args()
    curve = json.loads((args.run / "curve.json").read_text())
    figure, axes = plt.subplots(figsize=(5, 2.6), dpi=100)
    axes.plot([c[1] / 1e6 for c in curve], [c[2] for c in curve], color="#8a5a2b", linewidth=1.4)
    axes.set(xlabel="million tokens", ylabel="loss on answers", yscale="log")
    axes.grid(alpha=0.3, which="both")
    figure.tight_layout()
    figure.savefig(TINY / args.name)


if __name__ == "__main__":
    main()

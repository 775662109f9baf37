"""The mean of two exported models of one shape, weight by weight: two phases' ends are right about more than either.

Usage: python average.py FIRST SECOND --out DIR
"""
import argparse
import shutil
from pathlib import Path

from safetensors.torch import load_file, save_file


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", type=Path, nargs=2)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    first, second = args.models
    args.out.mkdir(parents=True, exist_ok=True)
    for file in sorted(first.iterdir()):
        if file.suffix == ".safetensors":
            mine, theirs = load_file(file), load_file(second / file.name)
            mean = {name: ((mine[name].float() + theirs[name].float()) / 2).half().contiguous() for name in mine}
            save_file(mean, args.out / file.name, metadata={"format": "pt"})
        elif args.out.resolve() != first.resolve():
            shutil.copy(file, args.out / file.name)


if __name__ == "__main__":
    main()

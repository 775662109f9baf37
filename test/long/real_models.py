"""A trained model in several layouts, with transformers' greedy ids. Usage: python real_models.py SOURCE.gguf LLAMA_CPP FOLDER NAME...

LLAMA_CPP is the folder of llama.cpp's libraries, whose quantizer is called. Reference: the file's weights as gguf-py
decodes them, in f32, through transformers. What is already in FOLDER is kept.
"""
import ctypes
import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFReader
from transformers import AutoModelForCausalLM, AutoTokenizer

QUESTIONS = ["What is the capital of France?", "Write one line about a llama on the moon in 2024."]
TOKENS = 16
FILE_TYPES = {"Q4_K_M": 15, "IQ2_XXS": 19, "IQ3_S": 26}  # llama_ftype


class ImportanceOf(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("data", ctypes.POINTER(ctypes.c_float)), ("size", ctypes.c_size_t)]


class QuantizeParams(ctypes.Structure):
    """llama_model_quantize_params of llama.cpp 0.5.0."""

    _fields_ = (
        [(name, ctypes.c_int32) for name in ("threads", "file_type", "output_type", "embedding_type")]
        + [(name, ctypes.c_bool) for name in ("requantize", "quantize_output", "copy", "pure", "keep_split", "dry_run")]
        + [(name, ctypes.c_void_p) for name in ("importance", "overrides", "types", "pruned")]
    )


def quantize(libraries: Path, source: Path, file: Path, file_type: int) -> None:
    base, backends, llama = (
        ctypes.CDLL(str(next(libraries.glob(pattern))), ctypes.RTLD_GLOBAL)
        for pattern in ("libggml-base.so", "libggml.v*.so", "libllama.v*.so")
    )
    backends.ggml_backend_load_all_from_path(str(libraries).encode())
    llama.llama_model_quantize_default_params.restype = QuantizeParams
    llama.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(QuantizeParams)]
    params = llama.llama_model_quantize_default_params()
    params.file_type, params.requantize = file_type, True
    # The lowest types need to be told which inputs matter: here all matter alike.
    matrices = [(t.name, np.ones(int(t.shape[0]), np.float32)) for t in GGUFReader(source).tensors if len(t.shape) == 2]
    listed = [ImportanceOf(name.encode(), ones.ctypes.data_as(ctypes.POINTER(ctypes.c_float)), ones.size) for name, ones in matrices]
    importance = (ImportanceOf * (len(listed) + 1))(*listed)
    params.importance = ctypes.cast(importance, ctypes.c_void_p)
    if llama.llama_model_quantize(str(source).encode(), str(file).encode(), ctypes.byref(params)) != 0:
        raise SystemExit(f"llama.cpp does not quantize to {file.stem}")


def answers(model, tokenizer) -> list[dict]:
    cases = []
    for question in QUESTIONS:
        chat = [{"role": "user", "content": question}]
        prompt = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=True)["input_ids"]
        ids, least, fed, past = [], float("inf"), prompt, None
        with torch.no_grad():
            while len(ids) < TOKENS and not (ids and ids[-1] in tokenizer.all_special_ids):
                out = model(torch.tensor([fed]), past_key_values=past, use_cache=True)
                top = out.logits[0, -1].topk(2)
                least = min(least, float(top.values[0] - top.values[1]))
                fed, past = [int(top.indices[0])], out.past_key_values
                ids += fed
        cases.append({"question": question, "promptIds": prompt, "ids": ids, "leastMargin": least})
    return cases


def make(name: str, source: Path, libraries: Path, folder: Path) -> None:
    if name in ("safetensors", "torch"):
        model = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
        model = model.to(torch.float16)
        model.hf_quantizer, model.config.quantization_config = None, None  # decoded: no longer GGUF
        tokenizer.save_pretrained(folder)
        if name == "safetensors":
            model.save_pretrained(folder)
        else:
            model.config.save_pretrained(folder)
            model.generation_config.save_pretrained(folder)
            tensors = list(model.state_dict().items())
            shards = {f"pytorch_model-0000{i + 1}-of-00002.bin": dict(tensors[i::2]) for i in range(2)}
            for file, shard in shards.items():
                torch.save(shard, folder / file)
            places = {tensor: file for file, shard in shards.items() for tensor in shard}
            (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))
        place = {}
    else:
        file = folder / f"{name}.gguf"
        if name in FILE_TYPES:
            quantize(libraries, source, file, FILE_TYPES[name])
        else:
            shutil.copyfile(source, file)
        place = {"gguf_file": file.name}
    # The torch folder holds the safetensors folder's weights; transformers 5 reads both.
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, **place)
    tokenizer = AutoTokenizer.from_pretrained(folder, **place)
    (folder / "golden.json").write_text(json.dumps(answers(model, tokenizer)))


source, libraries, target = (Path(argument) for argument in sys.argv[1:4])
for name in sys.argv[4:]:
    if (target / name).exists():
        continue
    own = target / f".{name}-{os.getpid()}"  # so it's never found half made
    own.mkdir(parents=True)
    make(name, source, libraries, own)
    own.rename(target / name)
    print(name, "is made", flush=True)

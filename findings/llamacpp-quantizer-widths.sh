#!/usr/bin/env bash
# What llama.cpp's quantizer makes of a model whose width is no multiple of 256.
#
# Guess: types with blocks of 256 weights need widths that are a multiple of 256, so another model is refused or padded, and a file has
# about the size that its type promises.
#
# Seen 2026-11-29, llama.cpp's libraries in @node-llama-cpp/linux-x64 3.22.1, random models of one layer: each matrix gets ANOTHER TYPE instead, told in
# the log alone; the call succeeds, and `general.file_type` says what was asked for.
#   - At a multiple of 32, Q4_K becomes Q5_0, Q2_K Q4_0, IQ2_XXS IQ4_NL and the ternary TQ1_0 Q4_0: asked for 1.69 or 2.14 bits a weight, the
#     file has 4.5.
#   - At other widths everything is F16, Q4_0 too: 16 bits, under the name of 4.
# So a file's name and `general.file_type` don't say which formats a reader meets; its tensors do.
#
# Needs Python 3.11 with venv, and npm, on Linux x64.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install gguf==0.19.0 numpy==2.4.6
npm init -y >/dev/null && npm install --silent --no-audit @node-llama-cpp/linux-x64@3.22.1
cat >widths.py <<'PY'
import ctypes, pathlib
import gguf
import numpy as np

libraries = pathlib.Path("node_modules/@node-llama-cpp/linux-x64/bins/linux-x64").resolve()
load = lambda pattern: ctypes.CDLL(str(next(libraries.glob(pattern))), ctypes.RTLD_GLOBAL)
base, backends, llama = load("libggml-base.so"), load("libggml.v*.so"), load("libllama.v*.so")
backends.ggml_backend_load_all_from_path(str(libraries).encode())
quiet = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(lambda *_: None)
llama.llama_log_set(quiet, None)


class Importance(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("data", ctypes.POINTER(ctypes.c_float)), ("size", ctypes.c_size_t)]


class Params(ctypes.Structure):
    _fields_ = ([(name, ctypes.c_int32) for name in ("threads", "file_type", "output_type", "embedding_type")]
                + [(name, ctypes.c_bool) for name in ("requantize", "quantize_output", "copy", "pure", "keep_split", "dry_run")]
                + [(name, ctypes.c_void_p) for name in ("importance", "overrides", "types", "pruned")])


llama.llama_model_quantize_default_params.restype = Params


def make(width):
    random = np.random.default_rng(0)
    writer = gguf.GGUFWriter(f"{width}.gguf", "llama")
    writer.add_context_length(64)
    writer.add_embedding_length(width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(width)
    writer.add_head_count(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(259)
    writer.add_file_type(0)
    writer.add_tokenizer_model("llama")
    writer.add_token_list([b"<unk>", b"<s>", b"</s>"] + [b"<0x%02X>" % byte for byte in range(256)])
    writer.add_token_scores([0.0] * 259)
    writer.add_token_types([2, 3, 3] + [6] * 256)
    names = [f"blk.0.{name}" for name in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")]
    for name in names + ["token_embd", "output"]:
        rows = width if name.startswith("blk") else 259
        writer.add_tensor(f"{name}.weight", random.standard_normal((rows, width)).astype(np.float32))
    for name in ("blk.0.attn_norm", "blk.0.ffn_norm", "output_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(width, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


for width in [256, 288, 272]:
    make(width)
    for kind in ["Q4_K_S", "Q2_K", "IQ2_XXS", "TQ1_0", "Q4_0"]:
        params = llama.llama_model_quantize_default_params()
        params.file_type = int(gguf.LlamaFileType[f"MOSTLY_{kind}"])
        matrices = [t for t in gguf.GGUFReader(f"{width}.gguf").tensors if len(t.shape) == 2]
        ones = np.ones(width, np.float32)
        pointer = ones.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        importance = (Importance * (len(matrices) + 1))(*[Importance(t.name.encode(), pointer, width) for t in matrices])
        params.importance = ctypes.cast(importance, ctypes.c_void_p)
        failed = llama.llama_model_quantize(f"{width}.gguf".encode(), b"out.gguf", ctypes.byref(params))
        if failed:
            print(f"width {width}, {kind}: refused")
            continue
        made = gguf.GGUFReader("out.gguf")
        kinds = {t.name.removeprefix("blk.0.").removesuffix(".weight"): t for t in made.tensors if t.name.startswith("blk.0.") and len(t.shape) == 2}
        bits = 8 * sum(t.n_bytes for t in kinds.values()) / sum(t.n_elements for t in kinds.values())
        said = gguf.LlamaFileType(int(made.get_field("general.file_type").contents())).name.removeprefix("MOSTLY_")
        print(f"width {width}, {kind}: the file says {said}, ffn_up is {kinds['ffn_up'].tensor_type.name}, {bits:.2f} bits a weight of the layer")
PY
venv/bin/python widths.py 2>/dev/null | tee told.txt
diff told.txt - <<'SEEN' || { echo "CHANGED"; exit 1; }
width 256, Q4_K_S: the file says Q4_K_S, ffn_up is Q4_K, 4.64 bits a weight of the layer
width 256, Q2_K: the file says Q2_K, ffn_up is Q2_K, 2.97 bits a weight of the layer
width 256, IQ2_XXS: the file says IQ2_XXS, ffn_up is IQ2_XXS, 2.14 bits a weight of the layer
width 256, TQ1_0: the file says TQ1_0, ffn_up is TQ1_0, 1.69 bits a weight of the layer
width 256, Q4_0: the file says Q4_0, ffn_up is Q4_0, 4.50 bits a weight of the layer
width 288, Q4_K_S: the file says Q4_K_S, ffn_up is Q5_0, 5.57 bits a weight of the layer
width 288, Q2_K: the file says Q2_K, ffn_up is Q4_0, 4.50 bits a weight of the layer
width 288, IQ2_XXS: the file says IQ2_XXS, ffn_up is IQ4_NL, 4.50 bits a weight of the layer
width 288, TQ1_0: the file says TQ1_0, ffn_up is Q4_0, 4.50 bits a weight of the layer
width 288, Q4_0: the file says Q4_0, ffn_up is Q4_0, 4.50 bits a weight of the layer
width 272, Q4_K_S: the file says Q4_K_S, ffn_up is F16, 16.00 bits a weight of the layer
width 272, Q2_K: the file says Q2_K, ffn_up is F16, 16.00 bits a weight of the layer
width 272, IQ2_XXS: the file says IQ2_XXS, ffn_up is F16, 16.00 bits a weight of the layer
width 272, TQ1_0: the file says TQ1_0, ffn_up is F16, 16.00 bits a weight of the layer
width 272, Q4_0: the file says Q4_0, ffn_up is F16, 16.00 bits a weight of the layer
SEEN
echo "as seen"

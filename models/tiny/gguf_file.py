"""Write the published model as one GGUF file, for llama.cpp: f16 matrices, f32 norms, SentencePiece's vocabulary, the template.

Usage: python gguf_file.py --out FILE [--model DIR]     (pip install gguf numpy safetensors sentencepiece)
"""
import argparse
import json
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import load_file
from sentencepiece import SentencePieceProcessor

TINY = Path(__file__).resolve().parents[2] / "public/models/tiny"
NAMES = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
LAYER_NAMES = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=TINY)
    args = parser.parse_args()
    config = json.loads((args.model / "config.json").read_text())
    writer = gguf.GGUFWriter(args.out, "llama")
    add_hyperparameters(writer, config)
    add_vocabulary(writer, args.model, config)
    for file in sorted(args.model.glob("*.safetensors")):
        for name, weight in load_file(file).items():
            writer.add_tensor(*converted(name, weight, config))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_hyperparameters(writer, config):
    writer.add_name("tiny")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)


def add_vocabulary(writer, model, config):
    pieces = SentencePieceProcessor(model_file=str(model / "tokenizer.model"))
    ids = range(pieces.GetPieceSize())
    writer.add_tokenizer_model("llama")
    writer.add_token_list([pieces.IdToPiece(i).encode() for i in ids])
    writer.add_token_scores([pieces.GetScore(i) for i in ids])
    writer.add_token_types([kind(pieces, i) for i in ids])
    spoken = json.loads((model / "tokenizer_config.json").read_text())
    writer.add_bos_token_id(config["bos_token_id"])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_unk_token_id(pieces.unk_id())
    writer.add_add_bos_token(spoken["add_bos_token"])
    writer.add_add_eos_token(spoken["add_eos_token"])
    writer.add_chat_template(spoken["chat_template"])


def kind(pieces, i):
    if pieces.IsUnknown(i):
        return gguf.TokenType.UNKNOWN
    if pieces.IsControl(i):
        return gguf.TokenType.CONTROL
    return gguf.TokenType.BYTE if pieces.IsByte(i) else gguf.TokenType.NORMAL


def converted(name, weight, config):
    """A tensor's name and numbers in the file; llama.cpp rotates neighbours in a head together, transformers its two halves."""
    stem = name.removesuffix(".weight")
    if stem.startswith("model.layers."):
        _, _, layer, part = stem.split(".", 3)
        target = f"blk.{layer}.{LAYER_NAMES[part]}.weight"
        heads = {"attn_q": config["num_attention_heads"], "attn_k": config["num_key_value_heads"]}.get(LAYER_NAMES[part])
        if heads:
            rows, cols = weight.shape
            weight = weight.reshape(heads, 2, rows // heads // 2, cols).swapaxes(1, 2).reshape(rows, cols)
    else:
        target = f"{NAMES[stem]}.weight"
    return target, np.ascontiguousarray(weight, dtype=np.float32 if weight.ndim == 1 else np.float16)


if __name__ == "__main__":
    main()

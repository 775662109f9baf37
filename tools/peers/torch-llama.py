"""PyTorch beside `npm run bench -- --shape llama-2-7b --runtime node`, on a machine with CUDA: the same shape in f16 with
random weights, transformers' own eager `generate`, a prompt of 512 and 64 tokens after it.

Usage: python tools/peers/torch-llama.py   (needs torch and transformers)
"""

import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM

PROMPT, DECODE = 512, 64

torch.manual_seed(0)
torch.set_default_dtype(torch.float16)
config = LlamaConfig(
    hidden_size=4096,
    intermediate_size=11008,
    num_hidden_layers=32,
    num_attention_heads=32,
    num_key_value_heads=32,
    vocab_size=32000,
    max_position_embeddings=4096,
)
with torch.device("cuda"):
    model = LlamaForCausalLM(config).eval()
prompt = torch.randint(3, config.vocab_size, (1, PROMPT), device="cuda")


def seconds(tokens: int) -> float:
    torch.cuda.synchronize()
    started = time.time()
    with torch.no_grad():
        model.generate(prompt, max_new_tokens=tokens, min_new_tokens=tokens, do_sample=False, pad_token_id=0)
    torch.cuda.synchronize()
    return time.time() - started


seconds(4)
first = min(seconds(1) for _ in range(3))
all_of_them = min(seconds(1 + DECODE) for _ in range(2))
print(f"torch {torch.__version__}: decode {DECODE / (all_of_them - first):.1f} tok/s, prefill {PROMPT / first:.0f} tok/s")

"""Write test/fixtures/tiny/golden.json: what the published model must answer, for the engine's end-to-end test.

transformers' LlamaForCausalLM, fp32 arithmetic over the f16 weights, greedy, up to 64 new ids. `smallestMargin` is the
least distance between the best two logits along the way: an engine that rounds differently may differ only below that.
"""
import json
from pathlib import Path

import sentencepiece as spm
import torch
from transformers import AutoTokenizer, LlamaForCausalLM

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "public/models/tiny"
OUT = ROOT / "test/fixtures/tiny/golden.json"
LIMIT = 64

user = lambda text: {"role": "user", "content": text}
assistant = lambda text: {"role": "assistant", "content": text}
CASES = [
    [user("What is pronk?")],
    [user("Is this private?")],
    [user("What is WebGPU?")],
    [user("hi")],
    [user("  What is the KV cache?\n")],
    [user("how do i embed the chat on my page")],
    [user("What is 7 plus 5?")],
    [user("Who won the world cup last year?")],
    [user("Schönen Tag! \U0001F999")],
    [{"role": "system", "content": "Answer in one sentence."}, user("What is quantization?")],
    ["more", user("What is a token?")],
    ["more", user("What is pronk?")],
    "Once upon a time there was a kind llama named Ida who lived in a green valley. One day Ida",
    "Once upon a time there was a clever fox named Tom who lived in a small village. One day Tom baked a cake with berries. But",
]


def prompt_ids(sp, messages):
    """formats.md section 3: each turn is encoded by itself, the system text is folded into the first."""
    messages = list(messages)
    if messages[0]["role"] == "system":
        system = messages.pop(0)["content"]
        messages[0] = user(f"<<SYS>>\n{system}\n<</SYS>>\n\n{messages[0]['content']}")
    ids = []
    for asked, answered in zip(messages[0::2], messages[1::2]):
        ids += [1, *sp.encode(f"[INST] {asked['content'].strip()} [/INST] {answered['content'].strip()} "), 2]
    return ids + [1, *sp.encode(f"[INST] {messages[-1]['content'].strip()} [/INST]")]


@torch.inference_mode()
def greedy(model, ids):
    """-> (new ids without EOS, did it stop at EOS, smallest margin)"""
    new, margin = [], float("inf")
    for _ in range(LIMIT):
        top = model(torch.tensor([ids + new])).logits[0, -1].topk(2)
        margin = min(margin, float(top.values[0] - top.values[1]))
        if int(top.indices[0]) == 2:
            return new, True, margin
        new.append(int(top.indices[0]))
    return new, False, margin


def main():
    torch.set_num_threads(2)
    sp = spm.SentencePieceProcessor(model_file=str(TINY / "tokenizer.model"))
    model = LlamaForCausalLM.from_pretrained(TINY, dtype=torch.float32).eval()
    template = AutoTokenizer.from_pretrained(TINY)
    cases = []
    for case in CASES:
        if isinstance(case, str):
            ids, given = [1, *sp.encode(case)], {"prompt": case}
        else:
            if case[0] == "more":
                first = [case[1]]
                answer, _, _ = greedy(model, prompt_ids(sp, first))
                case = first + [assistant(sp.decode(answer).strip()), user("tell me more")]
            ids, given = prompt_ids(sp, case), {"messages": case}
            text = template.apply_chat_template(case, tokenize=False)
            assert template(text, add_special_tokens=False)["input_ids"] == ids, f"the chat template differs: {text!r}"
        new, ended, margin = greedy(model, ids)
        cases.append({**given, "promptIds": ids, "greedyIds": new, "endsWithEos": ended, "text": sp.decode(new), "smallestMargin": round(margin, 5)})
        print(f"{margin:8.4f} {sp.decode(new)[:100]!r}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    about = "Greedy answers of public/models/tiny; fp32 over f16 weights; made by models/tiny/golden.py"
    OUT.write_text("{\n" + f'"about": {json.dumps(about)},\n"limit": {LIMIT},\n"cases": [\n' + ",\n".join(json.dumps(c, ensure_ascii=False) for c in cases) + "\n]}\n")


if __name__ == "__main__":
    main()

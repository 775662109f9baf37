"""Muon for the matrices between embedding and head: momentum, made orthogonal by a Newton-Schulz iteration.

The steps are scaled to the size of AdamW's, so that one rate serves both (Liu et al., "Muon is Scalable for LLM Training",
2025). It works in float32, on all matrices of a shape together: torch's own works in bfloat16, one at a time, which takes
many times as long on a CPU.
"""
import torch


def orthogonal(g, steps=5):
    """g [count, rows, columns] -> the same with singular values near 1."""
    tall = g.shape[1] > g.shape[2]
    x = g.transpose(1, 2) if tall else g
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        a = x @ x.transpose(1, 2)
        x = 3.4445 * x + (-4.775 * a + 2.0315 * a @ a) @ x
    return x.transpose(1, 2) if tall else x


class Muon(torch.optim.Optimizer):
    def __init__(self, matrices, lr, momentum=0.95, weight_decay=0.1):
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            by_shape = {}
            for p in group["params"]:
                kept = self.state[p].setdefault("momentum", torch.zeros_like(p))
                kept.lerp_(p.grad, 1 - group["momentum"])
                # A matrix and one of the transposed shape go together: transposing keeps singular values.
                turned = p.shape[0] > p.shape[1]
                step = p.grad.lerp(kept, group["momentum"])
                by_shape.setdefault(tuple(sorted(p.shape)), []).append((p, step.T if turned else step, turned))
            for shape, rows in by_shape.items():
                steps = orthogonal(torch.stack([step for _, step, _ in rows])) * (0.2 * max(shape) ** 0.5)
                for (p, _, turned), step in zip(rows, steps):
                    p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(step.T if turned else step, alpha=group["lr"])

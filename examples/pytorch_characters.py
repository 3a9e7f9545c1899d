"""A character LSTM trained in PyTorch, whose neurons glassnet shows.

Run it with `python examples/pytorch_characters.py`. It needs PyTorch (`pip install torch`), trains
for some seconds, writes the weights and the vocabulary, and prints two commands: the first makes a
network of glassnet's of them, the second a page on which every neuron can be looked at.
"""

import json
from pathlib import Path

import torch
from torch import nn

text = (Path(__file__).parents[1] / "saves" / "sample.txt").read_text(encoding="utf-8")
characters = list(dict.fromkeys(text))  # in the order in which the text brings them: any will do
ids = torch.tensor([characters.index(character) for character in text])


class CharacterModel(nn.Module):
    """An embedding, an LSTM of two layers, and a linear layer."""

    def __init__(self, size: int, units: int = 64) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size, 16)
        self.lstm = nn.LSTM(16, units, num_layers=2, batch_first=True)
        self.decoder = nn.Linear(units, size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.decoder(self.lstm(self.embedding(x))[0])


torch.manual_seed(1)
model = CharacterModel(len(characters))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for step in range(201):
    starts = torch.randint(len(ids) - 33, (16,))
    windows = torch.stack([ids[start : start + 33] for start in starts])  # (16, 33)
    logits = model(windows[:, :-1])
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step:3}: {loss.item():.3f} nats per character")

torch.save(model.state_dict(), "characters.pt")
Path("characters.json").write_text(json.dumps(characters), encoding="utf-8")
print("glassnet convert characters.pt characters.npz --vocabulary characters.json")
print("glassnet visualize characters.npz --html neurons.html")

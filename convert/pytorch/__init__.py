"""The files of PyTorch: state dicts as `.safetensors` and `.pt`, and what their names stand for.

`modules.py` groups tensors by module, `layers.py` lays out each of glassnet's layers as PyTorch's
module of the same kind, `networks.py` does so for whole networks, and `stacks.py` finds out from
names and shapes what a state dict is the weights of. Nothing here needs PyTorch but `pickled.py`.
"""

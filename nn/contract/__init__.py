"""The parts that the contract of layers in `nn/layer.py` is made of."""

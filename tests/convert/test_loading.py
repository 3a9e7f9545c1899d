from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError, Converted, load_weights, write
from glassnet.models import save
from glassnet.nn import (
    LSTM,
    Array,
    BatchNorm,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MultiHeadAttention,
    ReLU,
    Sequential,
)

pytest.importorskip("safetensors")


def file_of(path: Path, shapes: dict[str, tuple[int, ...]]) -> dict[str, Array]:
    """Write tensors of random numbers."""
    from safetensors.numpy import save_file

    generator = np.random.default_rng(1)
    tensors = {name: generator.standard_normal(shape) for name, shape in shapes.items()}
    save_file(tensors, path)
    return tensors


def initialized(network: Layer) -> Layer:
    return network.initialize(np.random.default_rng(2), np.float64)


def test_by_name(tmp_path: Path) -> None:
    shapes = {"dense2.weight": (2, 2), "dense2.bias": (2,), "dense1.weight": (2, 2)}
    tensors = file_of(tmp_path / "a.safetensors", {**shapes, "dense1.bias": (2,)})
    network = initialized(Sequential(Dense(2, 2), Dense(2, 2)))
    load_weights(network, tmp_path / "a.safetensors")
    for name in ("dense1", "dense2"):
        np.testing.assert_array_equal(network.parameters[f"{name}.W"], tensors[f"{name}.weight"].T)


def test_by_order_and_shape(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    tensors = file_of(
        path,
        {
            "block.0.weight": (3, 2, 2, 2),
            "block.1.weight": (3,),
            "block.1.bias": (3,),
            "block.1.running_mean": (3,),
            "block.1.running_var": (3,),
            "block.1.num_batches_tracked": (),
            "block.9.weight": (4, 12),
            "block.9.bias": (4,),
            "block.10.weight": (4, 4),
            "block.10.bias": (4,),
            "block.11.weight": (4, 4),
            "block.11.bias": (4,),
        },
    )
    network = initialized(
        Sequential(
            Conv2D(2, 3, 2),
            BatchNorm(3),
            ReLU(),
            Flatten(),
            Dense(12, 4),
            ReLU(),
            Dense(4, 4),
            Dense(4, 4),
        )
    )
    load_weights(network, path)
    arrays = network.arrays
    assert not arrays["conv2d1.b"].any()
    np.testing.assert_array_equal(arrays["batchnorm1.running_var"], tensors["block.1.running_var"])
    np.testing.assert_array_equal(arrays["dense1.W"], tensors["block.9.weight"].T)
    np.testing.assert_array_equal(arrays["dense2.W"], tensors["block.10.weight"].T)
    np.testing.assert_array_equal(arrays["dense3.W"], tensors["block.11.weight"].T)


def test_recurrent_layers_and_attention(tmp_path: Path) -> None:
    shapes: dict[str, tuple[int, ...]] = {}
    for number in (0, 1):
        shapes[f"rnn.weight_ih_l{number}"] = shapes[f"rnn.weight_hh_l{number}"] = (8, 2)
        shapes[f"rnn.bias_ih_l{number}"] = shapes[f"rnn.bias_hh_l{number}"] = (8,)
    shapes |= {"att.in_proj_weight": (6, 2), "att.in_proj_bias": (6,)}
    shapes |= {"att.out_proj.weight": (2, 2), "att.out_proj.bias": (2,)}
    tensors = file_of(tmp_path / "a.safetensors", shapes)
    network = initialized(Sequential(MultiHeadAttention(2, 1), LSTM(2, 2), LSTM(2, 2)))
    load_weights(network, tmp_path / "a.safetensors")
    np.testing.assert_array_equal(
        network.parameters["multiheadattention1.W"], tensors["att.in_proj_weight"].T
    )
    for number in (1, 2):
        found = network.parameters[f"lstm{number}.Wh"][:, :4]
        np.testing.assert_array_equal(found, tensors[f"rnn.weight_hh_l{number - 1}"].T[:, :4])


def test_from_a_network_of_glassnets_own(tmp_path: Path) -> None:
    network = initialized(Sequential(("first", Dense(2, 3)), ReLU(), ("second", Dense(3, 1))))
    save(network, tmp_path / "a.npz")
    write(Converted(network), tmp_path / "a.safetensors")
    for name in ("a.npz", "a.safetensors"):
        other = initialized(Sequential(Dense(2, 3), Dense(3, 1)))
        other.theta[...] = 0
        load_weights(other, tmp_path / name)
        np.testing.assert_array_equal(other.theta, network.theta)


def test_in_the_order_of_pytorchs_modules(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    tensors = {name: torch.rand(2, 2) for name in ("z.weight", "a.weight")}
    torch.save(tensors, tmp_path / "a.pt")
    network = initialized(Sequential(Dense(2, 2), Dense(2, 2)))
    load_weights(network, tmp_path / "a.pt")
    np.testing.assert_allclose(network.parameters["dense1.W"], tensors["z.weight"].numpy().T)


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        (
            {"fc.weight": (3, 2), "out.weight": (1, 4)},
            "layer 'dense2' needs weight (1, 3), bias (1,), and of what no layer has taken the "
            "file has first out: weight (1, 4)",
        ),
        (
            {"fc.weight": (3, 2)},
            "layer 'dense2' needs weight (1, 3), bias (1,), and of what no layer has taken the "
            "file has first nothing",
        ),
        (
            {"fc.weight": (3, 2), "out.weight": (1, 3), "extra.gain": (7,)},
            "extra: gain (7,) is of no layer of the network",
        ),
        (
            {"dense1.weight": (3, 2), "dense1.bias": (3,)}
            | {"dense2.weight": (1, 3), "dense2.bias": (2,)},
            "tensor dense2.bias has shape (2,), not (1,)",
        ),
    ],
)
def test_what_does_not_fit(shapes: dict[str, tuple[int, ...]], said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    file_of(path, shapes)
    network = initialized(Sequential(Dense(2, 3), ReLU(), Dense(3, 1)))
    before = network.theta.copy()
    with pytest.raises(ConversionError) as caught:
        load_weights(network, path)
    assert str(caught.value) == f"{path}: {said}"
    np.testing.assert_array_equal(network.theta, before)


def test_a_network_that_is_not_initialized() -> None:
    with pytest.raises(RuntimeError, match="must be initialized"):
        load_weights(Dense(2, 3), "a.npz")


def test_not_numbers(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"weight": np.full((1, 1), np.nan)}, tmp_path / "a.safetensors")
    with pytest.raises(ConversionError, match=r"a\.safetensors: weight has values that are not"):
        load_weights(initialized(Dense(1, 1)), tmp_path / "a.safetensors")

import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.pytorch.modules import Module, group


def zeros(*names: str, shape: tuple[int, ...] = (2,)) -> dict[str, np.ndarray]:
    return {name: np.zeros(shape) for name in names}


def test_modules_come_in_the_order_of_their_first_tensors() -> None:
    modules = group(zeros("fc.weight", "a.b.weight", "fc.bias", "bias", "weight"))
    assert [module.path for module in modules] == ["fc.", "a.b.", ""]
    assert [list(module.names) for module in modules] == [
        ["weight", "bias"],
        ["weight"],
        ["bias", "weight"],
    ]


def test_a_recurrent_module_is_taken_apart_by_layers() -> None:
    modules = group(
        zeros("r.weight_ih_l0", "r.bias_hh_l0", "r.weight_ih_l0_reverse", "r.weight_ih_l11")
    )
    assert [module.names for module in modules] == [
        {
            "weight_ih_l0": "r.weight_ih_l0",
            "bias_hh_l0": "r.bias_hh_l0",
            "weight_ih_l0_reverse": "r.weight_ih_l0_reverse",
        },
        {"weight_ih_l0": "r.weight_ih_l11"},
    ]


def test_a_cell_is_a_recurrent_module_of_one_layer() -> None:
    (module,) = group(zeros("cell.weight_ih", "cell.weight_hh"))
    assert module.names == {"weight_ih_l0": "cell.weight_ih", "weight_hh_l0": "cell.weight_hh"}


def test_the_output_projection_belongs_to_its_attention() -> None:
    names = ("a.in_proj_weight", "a.out_proj.weight", "b.out_proj.weight", "out_proj.bias")
    assert [list(module.names) for module in group(zeros(*names))] == [
        ["in_proj_weight", "out_proj.weight"],
        ["weight"],
        ["bias"],
    ]


def test_counts_of_batches_do_not_count() -> None:
    (module,) = group(zeros("norm.weight", "norm.num_batches_tracked"))
    assert module.names == {"weight": "norm.weight"}


def test_taking() -> None:
    (module,) = group({"r.weight_ih_l3": np.ones((4, 1)), "r.bias_ih_l3": np.ones(4)})
    assert module.take("bias_ih_l0", (4,)).tolist() == [1] * 4
    assert module.take("bias_hh_l0", (4,)).tolist() == [0] * 4
    assert module.taken == {"r.bias_ih_l3"}
    with pytest.raises(
        ConversionError, match=r"^tensor r\.weight_ih_l3 has shape \(4, 1\), not \(4, 2\)$"
    ):
        module.take("weight_ih_l0", (4, 2))
    with pytest.raises(ConversionError, match=r"^tensor r\.weight_hh_l0 \(4, 1\) is missing$"):
        module.take("weight_hh_l0", (4, 1))


def test_an_array_of_no_bias_is_no_bias() -> None:
    with pytest.raises(ConversionError, match=r"^tensor scale \(2,\) is missing$"):
        Module("", {}).take("scale", (2,))


def test_fitting() -> None:
    def module(**shapes: tuple[int, ...]) -> Module:
        return group({name: np.zeros(shape) for name, shape in shapes.items()})[0]

    linear = module(weight=(2, 3), bias=(2,))
    assert linear.fits(linear)
    assert linear.fits(module(weight=(2, 3)))
    assert module(weight=(2, 3)).fits(linear)
    assert not linear.fits(module(weight=(3, 2), bias=(2,)))
    assert not linear.fits(module(weight=(2, 3), bias=(3,)))
    assert not linear.fits(module(weight=(2, 3), scale=(2,)))
    assert not linear.fits(module(bias=(2,)))

"""A network of somebody's own: it satisfies the protocol without a base class of models/."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.models import NETWORKS, Checkpoint, Network, load_network, register, save_checkpoint
from glassnet.nn import Dense, Sequential


class Tiny(Sequential):
    kind = "tiny"

    def __init__(self, units: int) -> None:
        super().__init__(Dense(3, units))


def test_a_network_of_ones_own_is_saved_and_loaded(
    tmp_path: Path,
) -> None:
    register(Tiny)
    network: Network = Tiny(2).initialize(np.random.default_rng(1))
    save_checkpoint(tmp_path / "tiny.npz", Checkpoint.of(network))
    again, _ = load_network(tmp_path / "tiny.npz")
    assert isinstance(again, Tiny)
    np.testing.assert_array_equal(again.theta, network.theta)


@pytest.mark.parametrize("kind", NETWORKS)
def test_every_kind_has_what_the_protocol_names(kind: str) -> None:
    for name in set(vars(Network)) - {"configuration"} | {"kind"}:
        if not name.startswith("_"):
            assert hasattr(NETWORKS[kind], name), name

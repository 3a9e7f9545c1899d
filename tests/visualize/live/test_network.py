from collections.abc import Callable

import numpy as np
import pytest

from glassnet.errors import UserError
from glassnet.models import CharacterLSTM, CharacterTransformer, Vocabulary
from glassnet.visualize.live.network import describe_network, folded_network


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("embedding", [0, 4])
def test_a_folded_network_computes_the_same(
    small: Callable[..., CharacterLSTM], cell: str, skip: bool, embedding: int
) -> None:
    options = {"embedding": embedding, "input_dropout": 0.1} if embedding else {}
    network = small(cell=cell, skip=skip, temperature=1.3, dropout=0.2, **options)
    folded = folded_network(network)
    ids = network.vocabulary.encode("the quick\nbrown fox")[:, None]
    assert np.allclose(folded.forward(ids), network.forward(ids), atol=1e-5)
    assert {name.split(".")[0] for name in folded.parameters} == {f"{cell}1", f"{cell}2", "dense"}
    assert describe_network(folded) == {
        "characters": network.vocabulary.characters,
        "cell": cell,
        "layers": [7, 7],
        "skip": skip,
    }


def test_the_network_stays_as_it_was(small: Callable[..., CharacterLSTM]) -> None:
    network = small(embedding=3, temperature=2.0)
    before = network.theta.copy()
    folded_network(network).theta[...] = 0
    assert np.array_equal(network.theta, before)


def test_a_network_of_another_kind() -> None:
    transformer = CharacterTransformer(Vocabulary("ab"), layers=1, units=8, heads=2, context=4)
    with pytest.raises(UserError, match="of another kind"):
        folded_network(transformer)

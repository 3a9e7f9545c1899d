import pytest

from glassnet.train import History


def test_columns_and_rows() -> None:
    history = History([{"epoch": 1, "training_loss": 0.5}, {"epoch": 2, "training_loss": 0.25}])
    assert history.columns == ["epoch", "training_loss"]
    assert history["training_loss"] == [0.5, 0.25]
    assert [epoch["epoch"] for epoch in history] == [1, 2]
    with pytest.raises(KeyError, match="there is no column 'loss'; choose from epoch, training_l"):
        history["loss"]


def test_nothing() -> None:
    assert str(History()) == "no epoch has ended"
    assert History().finished
    with pytest.raises(KeyError, match="no column 'training_loss', as no epoch has ended"):
        History()["training_loss"]

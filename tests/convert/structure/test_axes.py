import pytest

from glassnet.convert import ConversionError
from glassnet.convert.structure.axes import axes_of
from glassnet.nn import (
    GRU,
    LSTM,
    Bidirectional,
    Conv1D,
    Conv2D,
    Dense,
    Embedding,
    Flatten,
    GlobalAveragePool1D,
    LastStep,
    Layer,
    ReLU,
    Reshape,
)


def found(*layers: Layer) -> list[tuple[int | None, bool]]:
    return [tuple(axes) for axes in axes_of([(layer.kind, layer) for layer in layers])]  # type: ignore[misc]


def test_sequences() -> None:
    time, rows = (3, True), (2, False)
    assert found(Dense(2, 2), LSTM(2, 2), ReLU(), LastStep(), Dense(2, 1)) == [
        *[time] * 4,
        *[rows] * 2,
    ]
    assert found(Embedding(5, 3), GRU(3, 2)) == [(2, True), time, time]
    assert found(Bidirectional(GRU(3, 2), last_step=True)) == [time, rows]
    assert found(LSTM(2, 2), LastStep(), Dense(2, 6), Reshape((3, 2)), Conv1D(2, 2, 2)) == [
        *[time] * 2,
        *[rows] * 2,
        *[(3, False)] * 2,
    ]


def test_rows() -> None:
    assert found(Dense(3, 2)) == [(None, False)] * 2
    assert found(Embedding(5, 3), ReLU(), Conv1D(3, 2, 2), Flatten()) == [
        (2, False),
        *[(3, False)] * 3,
        (2, False),
    ]
    assert found(Conv2D(1, 2, 3), Flatten()) == [(4, False), (4, False), (2, False)]


def test_what_would_differ_without_a_word() -> None:
    for layer in (Flatten(), Conv1D(2, 2, 2), GlobalAveragePool1D(), Reshape((4,))):
        with pytest.raises(ConversionError, match=rf"^layer '{layer.kind}' .*: reads sequences"):
            found(LSTM(2, 2), ReLU(), layer)
    rows: tuple[list[Layer], ...] = ([Conv1D(2, 2, 2), ReLU()], [LSTM(2, 2), LastStep()])
    for before in rows:
        with pytest.raises(ConversionError, match=r"^layer 'GRU' \(GRU\): reads the output of"):
            found(*before, GRU(2, 2))

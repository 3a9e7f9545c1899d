"""The two kinds of Keras' files: `.keras` with a whole model, `.weights.h5` with weights alone."""

from __future__ import annotations

import io
from pathlib import Path

from glassnet.convert.format import Converted, Format
from glassnet.convert.keras.archive import read_archive, write_archive
from glassnet.convert.keras.filling import fill
from glassnet.convert.keras.reading import network_of_model
from glassnet.convert.keras.stacks import parts_of_stack
from glassnet.convert.keras.weights import read_variables, write_variables
from glassnet.convert.keras.writing import model_of_network
from glassnet.convert.structure.parts import network_of_parts
from glassnet.files import whole_file
from glassnet.nn import Layer


def _read(path: Path) -> Converted:
    config, vocabulary, weights = read_archive(path)
    variables = read_variables(io.BytesIO(weights), len(weights))
    return Converted(network_of_model(config, variables), vocabulary)


def _write(converted: Converted, path: Path) -> None:
    config, variables = model_of_network(converted.network)
    weights = io.BytesIO()
    write_variables(weights, variables)
    with whole_file(path) as file:
        write_archive(file, config, converted.vocabulary, weights)


def _read_weights(path: Path) -> Converted:
    with path.open("rb") as file:
        variables = read_variables(file, path.stat().st_size)
    return Converted(network_of_parts(parts_of_stack(variables)))


def _write_weights(converted: Converted, path: Path) -> None:
    variables = model_of_network(converted.network).variables
    with whole_file(path) as file:
        weights = io.BytesIO()
        write_variables(weights, variables)
        file.write(weights.getvalue())


def _fill(network: Layer, path: Path) -> None:
    _, _, weights = read_archive(path)
    fill(network, read_variables(io.BytesIO(weights), len(weights)))


def _fill_from_weights(network: Layer, path: Path) -> None:
    with path.open("rb") as file:
        fill(network, read_variables(file, path.stat().st_size))


KERAS = Format("Keras", (".keras",), _read, _write, modules=("h5py",), fill=_fill)
"""Keras 3's files of whole models."""

KERAS_WEIGHTS = Format(
    "Keras weights",
    (".weights.h5",),
    _read_weights,
    _write_weights,
    modules=("h5py",),
    fill=_fill_from_weights,
)
"""Keras 3's files of weights alone."""

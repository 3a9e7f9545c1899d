"""The classes of layers that a file may name."""

from __future__ import annotations

from typing import TypeVar

from glassnet import nn
from glassnet.errors import UserError
from glassnet.nn import Layer

__all__ = ["StructureError", "is_registered", "layer_class", "register"]

LayerClass = TypeVar("LayerClass", bound=type[Layer])


class StructureError(UserError, TypeError):
    """A network can't be described, or what describes one is wrong; the message says why.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import StructureError, save
    >>> from glassnet.nn import Dense, Sequential
    >>> class Scale(Dense):
    ...     pass
    >>> network = Sequential(Scale(2, 2)).initialize(np.random.default_rng(1))
    >>> try:
    ...     save(network, "network.npz")
    ... except StructureError as error:
    ...     print(error)
    layer 'scale1' can't be saved: glassnet.models.register(Scale) makes its class known to files
    """


_classes: dict[str, type[Layer]] = {
    value.kind: value
    for name in nn.__all__
    if isinstance(value := getattr(nn, name), type) and issubclass(value, Layer)
}


def register(kind: LayerClass) -> LayerClass:
    """Let files hold layers or networks of a class of your own.

    A file holds the name of the class and the arguments that the layer was made with, never code.
    So a program that loads the file has to define and register the class as well.

    Parameters
    ----------
    kind : type[Layer]
        The class, whose name in files is its attribute `kind`, by default that of the class. All
        layers inside are to be added by its constructor. The arguments must be
        numbers, texts, None, layers, or sequences and dictionaries of these; if there are others,
        the class defines `configuration` and `from_configuration` itself. Functions named
        `initializer` or `..._initializer` are left out: a network that is loaded has its weights.

    Returns
    -------
    type[Layer]
        The same class, so that this is a decorator as well.

    Raises
    ------
    StructureError
        If it is no class of layers, or another class of this name is there already.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import load, register, save
    >>> from glassnet.nn import Dense, Layer
    >>> @register
    ... class WithInput(Layer):
    ...     def __init__(self, size):
    ...         super().__init__()
    ...         self.inner = Dense(size, size)
    ...     def forward(self, x, train=False):
    ...         return x + self.inner.forward(x, train)
    ...     def backward(self, dy):
    ...         return dy + self.inner.backward(dy)
    >>> network = WithInput(3).initialize(np.random.default_rng(1))
    >>> save(network, "with_input.npz")
    >>> bool((load("with_input.npz")(np.ones((1, 3))) == network(np.ones((1, 3)))).all())
    True
    """
    if not (isinstance(kind, type) and issubclass(kind, Layer)):
        raise StructureError(f"register takes a class derived from Layer, not {kind!r}")
    known = _classes.get(kind.kind)
    # A notebook's cell that runs again defines the same class anew.
    if known is not None and _place(known) != _place(kind):
        raise StructureError(
            f"{kind.kind!r} is the name of another class in files, {'.'.join(_place(known))}; "
            "give this one another name"
        )
    _classes[kind.kind] = kind
    return kind


def _place(kind: type[Layer]) -> tuple[str, str]:
    return kind.__module__, kind.__qualname__


def is_registered(layer: Layer) -> bool:
    """Return whether files may hold a layer.

    Parameters
    ----------
    layer : Layer
        The layer.

    Returns
    -------
    bool
        Whether its class is one of glassnet's or was registered.

    Examples
    --------
    >>> from glassnet.models.structure.registry import is_registered
    >>> from glassnet.nn import Dense
    >>> is_registered(Dense(3, 2))
    True
    """
    return _classes.get(layer.kind) is type(layer)


def layer_class(name: str) -> type[Layer]:
    """Return the class that a name in a file stands for.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    type[Layer]
        The class.

    Raises
    ------
    StructureError
        If there is none.

    Examples
    --------
    >>> from glassnet.models.structure.registry import StructureError, layer_class
    >>> layer_class("Dense")
    <class 'glassnet.nn.layers.dense.Dense'>
    >>> try:
    ...     layer_class("Residual2D")
    ... except StructureError as error:
    ...     print(error)  # doctest: +NORMALIZE_WHITESPACE
    holds a 'Residual2D', which is not known here: name the Python file that defines it (glassnet
    train FILE.py:RECIPE, or --recipes FILE.py), or call glassnet.models.register with its class
    """
    if name not in _classes:
        raise StructureError(
            f"holds a {name!r}, which is not known here: name the Python file that defines it "
            "(glassnet train FILE.py:RECIPE, or --recipes FILE.py), or call "
            "glassnet.models.register with its class"
        )
    return _classes[name]

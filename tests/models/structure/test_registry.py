import pytest

from glassnet.models import NETWORKS, StructureError, register
from glassnet.models.structure.registry import is_registered, layer_class
from glassnet.nn import Dense, Layer, Sequential


def make(name: str, base: type[Layer] = Dense, module: str = __name__) -> type[Layer]:
    return type(name, (base,), {"__module__": module})


def test_every_kind_that_comes_with_glassnet_is_known() -> None:
    for kind, network in NETWORKS.items():
        assert layer_class(kind) is network
    assert layer_class("Sequential") is Sequential


def test_a_class_is_known_once_it_is_registered() -> None:
    first = make("RegistryFirst")
    layer = first(2, 3)  # type: ignore[call-arg]
    assert not is_registered(layer)
    assert register(first) is first
    assert is_registered(layer)
    assert layer_class("RegistryFirst") is first


def test_a_cell_of_a_notebook_may_run_again() -> None:
    old, new = make("RegistryCell"), make("RegistryCell")
    register(old)
    register(new)
    assert layer_class("RegistryCell") is new
    assert not is_registered(old(2, 3))  # type: ignore[call-arg]


def test_names_that_are_taken_and_what_is_no_class() -> None:
    with pytest.raises(StructureError, match=r"^'Dense' is the name of another class in files,"):
        register(make("Dense"))
    register(make("RegistryTaken"))
    with pytest.raises(StructureError, match=r"test_registry\.RegistryTaken; give this one"):
        register(make("RegistryTaken", module="elsewhere"))
    for wrong in (Dense(2, 3), int, "Dense"):
        with pytest.raises(StructureError, match=r"^register takes a class derived from Layer"):
            register(wrong)  # type: ignore[type-var]


def test_a_class_that_inherits_is_not_its_base() -> None:
    assert is_registered(Dense(2, 3))
    assert not is_registered(make("RegistrySub")(2, 3))  # type: ignore[call-arg]

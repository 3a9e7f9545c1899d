import pytest

from glassnet.nn import LSTM, Dense
from tests.mutate import mutant
from tests.mutation.targets import counts, files_of, folders_of
from tests.nn.gradcheck.cases import Square


def test_the_nearest_folder_says_the_tests() -> None:
    assert folders_of("nn/optim/base.py") == ["tests/nn"]
    assert folders_of("visualize/neurons/search/x.py") == ["tests/visualize/neurons"]
    with pytest.raises(SystemExit, match=r"no tests for setup\.py"):
        folders_of("setup.py")


def test_files_are_those_with_code() -> None:
    files = files_of("nn")
    assert "nn/layers/dense.py" in files
    assert "nn/layers/__init__.py" not in files
    assert "nn/mutation/suite.py" not in files


def test_a_variant_of_a_layer_of_glassnet() -> None:
    assert mutant(LSTM, "class LSTM", "class LSTM")


def test_a_variant_of_a_layer_of_the_tests() -> None:
    assert mutant(Square, "return dx", "return -dx")


def test_tests_that_match_source_text_do_not_count(request: pytest.FixtureRequest) -> None:
    here = [item for item in request.session.items if item.path == request.node.path]
    names = {item.name for item in here if not counts(item)}
    assert names == {"test_a_variant_of_a_layer_of_glassnet", "test_this_one_does_not"} & {
        item.name for item in here
    }


def test_this_one_does_not() -> None:
    assert Dense.__name__ != "getsource"

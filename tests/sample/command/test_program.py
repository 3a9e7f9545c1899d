import pytest

from glassnet.errors import UsageError
from glassnet.sample.command.program import add_seed, new_parser, seed_of, tell_seed


def test_a_seed_is_the_one_asked_for_or_a_new_one(capsys: pytest.CaptureFixture[str]) -> None:
    parser = new_parser("Draw.", ["--morph"], "a character-lstm")
    add_seed(parser, "picture")
    given = parser.parse_args(["--seed", "7"])
    assert seed_of(given) == 7
    tell_seed(given, 7, "picture")
    assert capsys.readouterr().err == ""
    new = parser.parse_args([])
    assert len({seed_of(new) for _ in range(9)}) > 1
    tell_seed(new, 5, "picture")
    assert capsys.readouterr().err == "glassnet sample: --seed 5 draws this picture again\n"


def test_options_of_other_programs_are_told_apart() -> None:
    parser = new_parser("Draw.", ["--morph"], "a character-lstm")
    with pytest.raises(UsageError, match="--morph does not apply to a character-lstm"):
        parser.parse_args(["--morph", "3,8"])
    with pytest.raises(UsageError, match="there is no option --mroph"):
        parser.parse_args(["--mroph", "3,8"])

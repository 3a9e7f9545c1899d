import argparse

import pytest

from glassnet.errors import UsageError
from glassnet.options import Parser, layer_and_index, number, one_of, scan, whole_number


def parser() -> Parser:
    parser = Parser("glassnet sample", "[FILE] [options]", "Write.", elsewhere=["--morph"])
    parser.add_argument("file", nargs="?")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--line")
    group.add_argument("--text")
    parser.add_argument("--top-k", type=whole_number(1, 1000))
    parser.add_argument("--optimizer", type=one_of("optimizer", ["adam", "rmsprop"]))
    parser.add_argument("--report", action="store_true", help="print 100 %% of since-newline")
    return parser


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--top-j", "3"], "there is no option --top-j; did you mean --top-k?"),
        (["--top-j=3"], "there is no option --top-j; did you mean --top-k?"),
        (["--quux"], "there is no option --quux; --help lists the options"),
        (["--rep"], "there is no option --rep; did you mean --report?"),
        (["one", "two"], "unexpected argument 'two'"),
        (["--line"], "--line needs a value"),
        (["--report=1"], "--report takes no value"),
        (["--line", "a", "--text", "b"], "--text and --line exclude each other"),
        (["--top-k", "0"], "--top-k must be a whole number from 1 to 1,000, not '0'"),
        (["--top-k", "1.5"], "--top-k must be a whole number from 1 to 1,000, not '1.5'"),
        (
            ["--optimizer", "admm"],
            "--optimizer: there is no optimizer 'admm'; did you mean 'adam'?",
        ),
    ],
)
def test_wrong_usage_is_told_in_one_line(arguments: list[str], message: str) -> None:
    with pytest.raises(UsageError) as error:
        parser().parse_args(arguments)
    assert str(error.value) == message


def test_option_of_another_network() -> None:
    other = Parser("glassnet", "", "", elsewhere=["--morph"], subject="a character-lstm")
    for argument in ("--morph", "--morph=3,8"):
        with pytest.raises(UsageError, match=r"^--morph does not apply to a character-lstm$"):
            other.parse_args([argument])


@pytest.mark.parametrize("columns", ["20", "300"])
def test_help_fits_80_columns_in_any_terminal(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    wide = Parser("glassnet", "[options]", "word " * 40 + "all-" * 10 + "in-one-piece " * 9)
    wide.add_argument("--option", help="since-newline " * 30)
    lines = wide.format_help().splitlines()
    assert max(map(len, lines)) <= 80
    assert max(map(len, lines)) > 70
    assert not any(line.endswith("-") for line in lines)


def test_help_may_hold_percent_signs() -> None:
    assert "100 % of since-newline" in parser().format_help()


def test_scan_finds_what_was_typed() -> None:
    other = Parser("glassnet sample", "", "")
    other.add_argument("file", nargs="?")
    other.add_argument("--resume", nargs="?", const="last")
    other.add_argument("--line", type=whole_number(0))
    found = scan([parser(), other], ["--line", "x", "--resume", "--report", "--help", "f.npz"])
    assert (found.line, found.resume, found.report, found.help) == ("x", "last", True, True)
    assert found.file == "f.npz"
    nothing = vars(scan([parser(), other], []))
    assert set(nothing.values()) == {None}


def test_scan_leaves_unknown_options_to_the_parser_that_is_chosen() -> None:
    other = Parser("glassnet sample", "", "")
    other.add_argument("--lines", type=whole_number(0))
    for arguments, file in (
        (["--lins", "3"], None),  # rather its value than a file
        (["--lins=3", "f.npz"], "f.npz"),
        (["f.npz", "--lins", "3"], "f.npz"),
        (["--text", "t.txt", "--", "f.npz"], "f.npz"),
    ):
        assert scan([parser(), other], arguments).file == file
    with pytest.raises(UsageError, match="--line needs a value"):
        scan([parser(), other], ["--line"])


def test_values() -> None:
    positive = number("above 0", lambda value: value > 0)
    assert positive("1e-3") == 0.001
    for text in ("0", "nan", "inf", "x", ""):
        with pytest.raises(argparse.ArgumentTypeError) as error:
            positive(text)
        assert str(error.value) == f"must be a number above 0, not {text!r}"
    for text in ("2", "a:b", "2:-1", "1:2:3"):
        with pytest.raises(argparse.ArgumentTypeError, match="must be LAYER:INDEX, as in 2:345"):
            layer_and_index(text)
    assert whole_number(-2)("-1") == -1

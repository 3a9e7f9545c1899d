import dataclasses

import pytest

from glassnet.convert import Converted
from glassnet.convert.format import ConversionError
from glassnet.errors import UserError
from glassnet.nn import Dense


def test_what_is_converted_stays_as_it_is() -> None:
    converted = Converted(Dense(2, 3))
    assert converted.vocabulary is None
    with pytest.raises(dataclasses.FrozenInstanceError):
        converted.network = Dense(3, 4)  # type: ignore[misc]


def test_errors_are_for_users() -> None:
    assert issubclass(ConversionError, UserError)
    assert issubclass(ConversionError, ValueError)

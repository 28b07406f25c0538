"""Any value of any setting is either accepted, or refused with one sentence that names the setting."""

import types
import typing
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from annotated_types import Ge, Le, MaxLen, MinLen
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from config.loading import Layer, default_layer, settle
from config.mistakes import ConfigError
from config.secret_address import SecretAddress
from config.sections.coaching import SpeedTarget
from config.sections.cue_rule import CueRule
from config.settings import Settings
from tests.support.value_or_error import value_or_error

Strategy = st.SearchStrategy[Any]
WHERE = "mine.toml"
DEFAULT = default_layer()
RULE = {"name": "mine", "when": "knee above 9"}
ROW = {"speed_kmh": 9.0, "middle_deg": 20.0}

BOOLS, TEXTS, INTS, FLOATS = st.booleans(), st.text(max_size=20), st.integers(), st.floats()
TABLES = st.lists(st.integers(), max_size=2) | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
DATES = st.dates()
ANYTHING = BOOLS | TEXTS | INTS | FLOATS | TABLES | DATES
OF_ANOTHER_TYPE: dict[object, Strategy] = {
    bool: TEXTS | INTS | FLOATS | TABLES | DATES,
    int: TEXTS | BOOLS | TABLES | DATES | FLOATS,
    float: TEXTS | BOOLS | TABLES | DATES | st.just(float("nan")),
    str: (NO_TEXT := INTS | FLOATS | BOOLS | TABLES | DATES),
    SecretAddress: NO_TEXT,
}


@dataclass(frozen=True)
class Key:
    """A setting: its path, its type, and its limits."""

    path: tuple[str, ...]
    kind: Any
    limits: tuple[Any, ...]

    @property
    def name(self) -> str:
        return ".".join(self.path)

    def layer(self, value: object) -> Layer:
        if self.path[0] == "cue":
            return Layer(WHERE, {"cue": [{**RULE, self.path[1]: value}]})
        if self.path[:2] == ("target", "at_speed"):
            return Layer(WHERE, {"target": {"at_speed": [{**ROW, self.path[2]: value}]}})
        tables: Any = value
        for part in reversed(self.path):
            tables = {part: tables}
        return Layer(WHERE, tables)

    def limit(self, kind: type[Any], attribute: str) -> Any:
        return next((getattr(limit, attribute) for limit in self.limits if isinstance(limit, kind)), None)

    @property
    def is_list(self) -> bool:
        return typing.get_origin(self.kind) is tuple

    @property
    def wrong_type(self) -> Strategy:
        if self.is_list:
            return TEXTS | BOOLS | INTS | FLOATS | DATES | st.dictionaries(st.text(max_size=3), st.integers(), min_size=1)
        if typing.get_origin(self.kind) is Literal:
            allowed = typing.get_args(self.kind)
            return ANYTHING.filter(lambda value: value not in allowed)
        return OF_ANOTHER_TYPE[self.kind]

    @property
    def beyond_its_limits(self) -> Strategy | None:
        least, most = self.limit(Ge, "ge"), self.limit(Le, "le")
        shortest, longest = self.limit(MinLen, "min_length"), self.limit(MaxLen, "max_length")
        if self.kind is int:
            return st.integers(max_value=least - 1) | st.integers(min_value=most + 1)
        if self.kind is float:
            return st.floats(max_value=least, exclude_max=True) | st.floats(min_value=most, exclude_min=True)
        if self.is_list:
            return st.just([]) if shortest else None
        if shortest is not None:
            return st.text(max_size=shortest - 1)
        return None if longest is None else st.text(min_size=longest + 1, max_size=longest + 20)


BLOCKS: dict[tuple[str, ...], type[BaseModel]] = {("cue",): CueRule, ("target", "at_speed"): SpeedTarget}
"""Lists of tables."""


def keys_of(model: type[BaseModel], above: tuple[str, ...] = ()) -> list[Key]:
    found: list[Key] = []
    for name, field in model.model_fields.items():
        path, kind = (*above, name), field.annotation
        if isinstance(kind, type) and not isinstance(kind, types.GenericAlias) and issubclass(kind, BaseModel):
            found += keys_of(kind, path)
        elif path in BLOCKS:
            found += keys_of(BLOCKS[path], path)
        else:
            found.append(Key(path, kind, tuple(field.metadata)))
    return found


KEYS = keys_of(Settings)
DEPENDENT = (("capture", "zone"), ("capture", "other_side", "zone"), ("target", "half_width_deg"))
"""Their limits depend on other settings too."""
BOUNDED = [key for key in KEYS if key.beyond_its_limits is not None]


def refused(key: Key, value: object) -> str:
    with pytest.raises(ConfigError) as caught:
        settle([DEFAULT, key.layer(value)])
    return str(caught.value)


def names(sentence: str, key: Key) -> bool:
    return "\n" not in sentence and sentence.startswith(f"{WHERE}: {key.path[0]}") and key.path[-1] in sentence


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
@settings(max_examples=8)  # of each setting
@given(data=st.data())
def test_a_value_of_another_type_is_refused_by_name(key: Key, data: st.DataObject) -> None:
    sentence = refused(key, data.draw(key.wrong_type))
    assert names(sentence, key), sentence


@pytest.mark.parametrize("key", BOUNDED, ids=lambda key: key.name)
@settings(max_examples=8)  # of each setting
@given(data=st.data())
def test_a_value_beyond_its_limits_is_refused_by_name(key: Key, data: st.DataObject) -> None:
    assert key.beyond_its_limits is not None
    sentence = refused(key, data.draw(key.beyond_its_limits))
    assert names(sentence, key), sentence


def test_every_number_has_limits() -> None:
    unbounded = [
        key.name for key in KEYS if key.kind in (int, float) and (key.limit(Ge, "ge"), key.limit(Le, "le")) == (None,) * 2
    ]
    assert unbounded == []


@pytest.mark.parametrize("key", BOUNDED, ids=lambda key: key.name)
def test_the_limits_themselves_are_allowed(key: Key) -> None:
    for value in (key.limit(Ge, "ge"), key.limit(Le, "le")):
        if value is not None and not any(key.path[: len(path)] == path for path in DEPENDENT):
            settle([DEFAULT, key.layer(value)])


TOML_VALUES = st.recursive(
    BOOLS | TEXTS | INTS | FLOATS | DATES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([k.path[-1] for k in KEYS]), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*Settings.model_fields, "more"]), TOML_VALUES, max_size=3))
def test_any_file_is_accepted_or_refused_with_one_sentence(tables: dict[str, Any]) -> None:
    found = value_or_error(ConfigError, settle, [DEFAULT, Layer(WHERE, tables)])
    assert not isinstance(found, ConfigError) or "\n" not in str(found)

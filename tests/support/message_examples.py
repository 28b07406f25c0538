"""Messages for tests: examples with sensible values, and any message whatever as hypothesis strategies."""

import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal

import msgspec
from hypothesis import strategies as st

from wire.clock import s_to_ns
from wire.faults import SampleState
from wire.messages import Cue, Leg, LegName, Sample, Stamps, Stride

Strategy = st.SearchStrategy[Any]
_NUMBER = st.floats(allow_nan=False, allow_infinity=False)
_SIMPLE: dict[object, Strategy] = {
    int: st.integers(-(2**63), 2**63 - 1),
    float: _NUMBER,
    str: st.text(max_size=20),
    bool: st.booleans(),
    type(None): st.none(),
}


def stride(
    number: int = 1,
    peak_s: float = 1.0,
    hip_extension_deg: float = 15.0,
    leg: LegName = "near",
    quality: float = 0.9,
    known_after_s: float = 0.07,
    cadence_spm: float | None = 170.0,
    knee_drive_deg: float | None = None,
) -> Stride:
    """A stride whose peak is at `peak_s`."""
    known_ns = s_to_ns(peak_s) + s_to_ns(known_after_s)
    return Stride(
        number=number,
        leg=leg,
        t_peak_ns=s_to_ns(peak_s),
        t_known_ns=known_ns,
        hip_extension_deg=hip_extension_deg,
        thigh_min_deg=-hip_extension_deg,
        standing_thigh_deg=None,
        stamps=Stamps(known_ns),
        cadence_spm=cadence_spm,
        quality=quality,
        measures={"knee_drive_deg": knee_drive_deg},
    )


def with_values(taken: Stride, **by_column: Any) -> Stride:
    """The stride with these values of its measures."""
    fields = {column: value for column, value in by_column.items() if column in Stride.__struct_fields__}
    others = {column: value for column, value in by_column.items() if column not in fields}
    return msgspec.structs.replace(taken, **fields, measures={**taken.measures, **others})


def sample(
    frame_index: int = 0,
    at_s: float = 1.0,
    near_thigh_deg: float | None = -12.5,
    settled: tuple[int, float | None, float | None] | None = None,
) -> Sample:
    """A sample of the frame taken at `at_s`; `settled` is (frame index, near thigh, far thigh)."""
    index, near_deg, far_deg = settled if settled is not None else (None, None, None)
    return Sample(
        epoch=1,
        frame_seq=frame_index + 1,
        frame_index=frame_index,
        stamps=Stamps(s_to_ns(at_s)),
        width_px=960,
        height_px=540,
        state=SampleState.MEASURING,
        facing="right",
        near=Leg(thigh_deg=near_thigh_deg),
        far=Leg(),
        shoulder_px=None,
        trunk_lean_deg=6.0,
        cadence_spm=170.0,
        quality=0.9,
        settled_frame_index=index,
        near_thigh_settled_deg=near_deg,
        far_thigh_settled_deg=far_deg,
    )


def cue(rule: str = "push", stride_number: int = 1, decided_s: float = 1.1) -> Cue:
    """A cue decided at `decided_s`."""
    reason = 'hip_extension below band, "far" off'
    return Cue(rule, "Push the belt", "push", reason, stride_number, s_to_ns(decided_s - 0.1), s_to_ns(decided_s))


def any_message(kind: type[msgspec.Struct]) -> Strategy:
    """Any message of a type, with any values that its fields allow."""
    return st.builds(kind, **{name: _any_value(hint) for name, hint in typing.get_type_hints(kind).items()})


def _any_value(hint: Any) -> Strategy:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([_any_value(argument) for argument in arguments])
    choices = list(hint) if isinstance(hint, type) and issubclass(hint, Enum) else arguments if origin is Literal else ()
    if choices:
        return st.sampled_from(choices)
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(_any_value(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*(_any_value(argument) for argument in arguments))
    if origin in (dict, Mapping):
        key, value = arguments
        return st.dictionaries(_any_value(key), _any_value(value), max_size=3)
    return _SIMPLE[hint] if hint in _SIMPLE else any_message(hint)

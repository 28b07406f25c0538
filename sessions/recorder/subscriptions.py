"""The recorder's subscriptions: every sample, stride and cue; the newest phase, settings and health."""

from collections import deque
from dataclasses import dataclass

from config.reload import from_json
from config.settings import Settings
from wire.messages import ConfigState, Cue, Health, Phase, Played, RecentStrides, Sample, Stride
from wire.node import Node
from wire.topics import CUE, HEALTH, PHASE, PLAYED, RECENT_STRIDES, SAMPLE_LOG, STRIDE

_REMEMBERED_STRIDES = 200


@dataclass(frozen=True)
class Received:
    """All messages that arrived since the last round."""

    phase: Phase | None = None
    """The newest phase; None: unchanged."""
    messages: tuple[Sample | Stride | Cue, ...] = ()
    sounds_played: int = 0
    health: tuple[Health, ...] = ()
    settings: Settings | None = None
    """The settings in force after a change while running; None: unchanged."""


class RecorderSubscriptions:
    """Collects what arrives between two rounds."""

    def __init__(self, node: Node) -> None:
        self._samples: list[Sample] = []
        self._strides: list[Stride] = []
        self._recent: tuple[Stride, ...] = ()
        self._cues: list[Cue] = []
        self._healths: list[Health] = []
        self._phase: Phase | None = None
        self._settings: Settings | None = None
        self._sounds_played = 0
        self._passed_on: deque[tuple[str, str, int]] = deque(maxlen=_REMEMBERED_STRIDES)
        """Camera, leg and peak of the last strides: after a restart they arrive among the recent ones too."""
        node.subscribe(SAMPLE_LOG, Sample, self._samples.append)
        node.subscribe(STRIDE, Stride, self._strides.append)
        node.subscribe(RECENT_STRIDES, RecentStrides, self._handle_recent, wakes=False)
        node.subscribe(CUE, Cue, self._cues.append)
        node.subscribe(PLAYED, Played, self._handle_played, wakes=False)
        node.subscribe(PHASE, Phase, self._handle_phase, wakes=False)
        node.subscribe(HEALTH, Health, self._healths.append)
        node.follow_settings(from_json, self._handle_settings)

    def take(self) -> Received:
        """Everything that has arrived since the last call."""
        received = Received(
            phase=self._phase,
            messages=(*self._samples, *self._new_strides(), *self._cues),
            sounds_played=self._sounds_played,
            health=tuple(self._healths),
            settings=self._settings,
        )
        self._phase = self._settings = None
        self._sounds_played = 0
        for collected in (self._samples, self._strides, self._cues, self._healths):
            collected.clear()
        self._recent = ()
        return received

    def _handle_recent(self, recent: RecentStrides) -> None:
        self._recent += recent.strides  # each camera's analysis sends its own

    def _handle_played(self, played: Played) -> None:
        self._sounds_played += not played.silent

    def _handle_phase(self, phase: Phase) -> None:
        self._phase = phase

    def _handle_settings(self, settings: Settings, state: ConfigState) -> None:
        # Version 1 are the settings of the start, which the session's header has already.
        if state.version > 1:
            self._settings = settings

    def _new_strides(self) -> list[Stride]:
        new = []
        for stride in (*self._recent, *self._strides):
            name = (stride.camera, stride.leg, stride.t_peak_ns)
            if name not in self._passed_on:
                self._passed_on.append(name)
                new.append(stride)
        return new

"""Selects the samples for a cue: its spoken text if there is one, else its sound, or the tone at its pitch."""

from dataclasses import dataclass

from config.settings import Settings
from feedback.audio.engine.loudness import Samples
from feedback.audio.engine.mixer import LaneName
from feedback.audio.engine.sounds import TONE, make_all, make_tone
from feedback.audio.voice.announcements import announcements, rule_name
from feedback.audio.voice.speech import Script, Speech
from wire.messages import Cue

VOICE = "voice"
"""Sound name of a spoken cue in Played."""


@dataclass(frozen=True)
class SelectedSound:
    """The sound selected for a cue."""

    sound: str
    """Its name in Played: a sound's name, "tone" or "voice"."""
    samples: Samples
    lane: LaneName = "prompt"


class Repertoire:
    """All sounds at one sample rate."""

    def __init__(self, settings: Settings, sample_rate_hz: int, speech: Speech) -> None:
        self.sample_rate_hz = sample_rate_hz
        self._sounds = make_all(sample_rate_hz)
        self._speech = speech
        if settings.audio.enabled and settings.audio.speak:
            speech.prepare(script_for(settings, sample_rate_hz))
        else:
            speech.clear()

    def select(self, cue: Cue) -> SelectedSound | None:
        """The sound for a cue; None for a silent cue. Raises KeyError for an unknown sound."""
        if cue.sound == TONE:
            return SelectedSound(TONE, make_tone(cue.pitch_hz, self.sample_rate_hz), "tone")
        spoken = self._speech.find(cue.rule, cue.say)
        if spoken is not None:
            return SelectedSound(VOICE, spoken)
        return None if cue.sound in ("", "none") else SelectedSound(cue.sound, self._sounds[cue.sound])


def script_for(settings: Settings, sample_rate_hz: int) -> Script:
    """All texts that may be spoken with these settings."""
    audio = settings.audio
    rules = [(rule.name, rule.say) for rule in settings.rules]
    phases = [(rule_name(phase), text) for phase, text in announcements(audio.language).items()]
    return Script((*rules, *phases), audio.language, audio.voice_folder, sample_rate_hz)

"""Which samples a cue stands for: its sentence if the voice has it, else its sound, or the tone at its pitch."""

from dataclasses import dataclass

from config.schema import Settings
from feedback.audio.announcements import announcements, rule_name
from feedback.audio.loudness import Samples
from feedback.audio.mixer import LaneName
from feedback.audio.sounds import TONE, make_all, make_tone
from feedback.audio.speech import Script, Speech
from wire.messages import Cue

VOICE = "voice"
"""Name of a spoken cue's sound in Played."""


@dataclass(frozen=True)
class Choice:
    """What is to be played for a cue."""

    sound: str
    """For the record: the sound's name, "tone" or "voice"."""
    samples: Samples
    lane: LaneName = "prompt"


class Repertoire:
    """All that can be played at one sample rate."""

    def __init__(self, settings: Settings, sample_rate_hz: int, speech: Speech) -> None:
        self.sample_rate_hz = sample_rate_hz
        self._sounds = make_all(sample_rate_hz)
        self._speech = speech
        if settings.audio.enabled and settings.audio.speak:
            speech.want(script_of(settings, sample_rate_hz))
        else:
            speech.want_nothing()

    def choose(self, cue: Cue) -> Choice | None:
        """What to play. None: nothing. Raises KeyError for a sound there is none of."""
        if cue.sound == TONE:
            return Choice(TONE, make_tone(cue.pitch_hz, self.sample_rate_hz), "tone")
        spoken = self._speech.find(cue.rule, cue.say)
        if spoken is not None:
            return Choice(VOICE, spoken)
        return None if cue.sound in ("", "none") else Choice(cue.sound, self._sounds[cue.sound])


def script_of(settings: Settings, sample_rate_hz: int) -> Script:
    """All that may have to be said with these settings."""
    audio = settings.audio
    rules = [(rule.name, rule.say) for rule in settings.rules]
    phases = [(rule_name(phase), text) for phase, text in announcements(audio.language).items()]
    return Script((*rules, *phases), audio.language, audio.voice_folder, sample_rate_hz)

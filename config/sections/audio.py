"""Sound: [audio]."""

from typing import Literal

from config.sections.section import Fraction, Section, setting


class AudioSettings(Section):
    """Sound."""

    enabled: bool = setting(True, "false: no sound at all")
    device: str = setting("", "part of the sound device's name; \"\" takes the system's default", live=True)
    volume: Fraction = setting(0.6, "0 to 1", live=True)
    speak: bool = setting(True, "speak the rules' words with the system's voice; false: play their sounds instead", live=True)
    stride_tone: bool = setting(
        False,
        "a tone at every push-off of the near leg, in the parts of the drill that have cues; the larger the value, "
        "the higher the tone",
        live=True,
    )
    language: str = setting(
        "en", 'language of the voice: "en", "en-gb", "de" …', live=True, pattern=r"^[a-z]{2,3}(-[a-z0-9]+)*$"
    )
    voice_folder: str = setting("", 'folder with your own recordings, one per rule, such as "push.wav"; "": none', live=True)
    sample_rate_hz: Literal[22050, 44100, 48000] = setting(48000, "22050, 44100 or 48000", live=True)
    block_frames: int = setting(
        192, "a smaller block sounds sooner, a larger one tolerates a busy machine", live=True, ge=64, le=4096
    )

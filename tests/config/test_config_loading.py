"""Settings come in layers. A mistake in a layer gives one sentence that names the layer."""

from pathlib import Path
from typing import Any

import pytest

from config.default_file import default_text
from config.loading import load, presets
from config.mistakes import ConfigError
from config.settings import Settings

DEFAULTS = Settings()


def file_with(folder: Path, text: str | bytes) -> Path:
    path = folder / "mine.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refused(preset: str = "", file: Path | None = None, overrides: dict[str, Any] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load(preset, file, overrides)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


class TestLayers:
    def test_without_layers_the_defaults_apply(self) -> None:
        assert load() == DEFAULTS
        assert [rule.name for rule in DEFAULTS.cue] == ["push", "ease", "good", "tall", "quick"]

    def test_each_layer_changes_the_ones_before(self, tmp_path: Path) -> None:
        shown = load("show")
        assert (shown.target.mode, shown.session.warm_up_s) == ("absolute", 0)
        assert shown.target.half_width_deg == DEFAULTS.target.half_width_deg

        file = file_with(tmp_path, "[session]\nwarm_up_s = 30\n[audio]\nvolume = 0.2\n")
        mine = load("show", file)
        assert (mine.target.mode, mine.session.warm_up_s, mine.audio.volume) == ("absolute", 30, 0.2)

        now = load("show", file, {"audio.volume": 0.9, "capture.zone.left": 0.25})
        assert (now.target.mode, now.session.warm_up_s, now.audio.volume) == ("absolute", 30, 0.9)
        assert (now.capture.zone.left, now.capture.zone.right) == (0.25, 1.0)

    def test_an_empty_file_changes_nothing(self, tmp_path: Path) -> None:
        assert load(file=file_with(tmp_path, "")) == load()

    def test_the_default_file_can_be_used_as_it_is(self, tmp_path: Path) -> None:
        assert load(file=file_with(tmp_path, default_text())) == load()

    @pytest.mark.parametrize("preset", presets())
    def test_every_preset_loads(self, preset: str) -> None:
        assert load(preset) != load()

    def test_settings_are_frozen(self) -> None:
        with pytest.raises(ValueError, match="frozen"):
            load().audio.volume = 0.1  # type: ignore[misc]  # as mypy says, too


def rules(*blocks: str) -> str:
    return "".join(f"[[cue]]\n{block}\n" for block in blocks)


class TestRules:
    """A coach's file contains only what changes; rules that it does not name are unchanged."""

    def test_a_block_with_a_known_name_changes_its_keys_only(self, tmp_path: Path) -> None:
        before = {rule.name: rule for rule in load().rules}
        after = {rule.name: rule for rule in load(file=file_with(tmp_path, rules('name = "push"\nevery_s = 60.0'))).rules}
        assert after == {**before, "push": before["push"].model_copy(update={"every_s": 60.0})}

    def test_a_block_with_a_new_name_adds_a_rule(self, tmp_path: Path) -> None:
        names = [rule.name for rule in load(file=file_with(tmp_path, rules("name = 'a'\nwhen = 'knee above 9'"))).rules]
        assert names == ["a", *(rule.name for rule in load().rules)]

    def test_a_rule_that_is_switched_off_can_still_be_named(self, tmp_path: Path) -> None:
        off = "name = 'ease'\nenabled = false", "name = 'push'\nunless = ['ease']"
        names = {rule.name for rule in load(file=file_with(tmp_path, rules(*off))).rules}
        assert names == {rule.name for rule in load().rules} - {"ease"}

    def test_a_rule_that_is_switched_off_need_not_fit_the_target(self, tmp_path: Path) -> None:
        off = rules(*(f"name = '{name}'\nenabled = false" for name in ("push", "ease", "good")))
        settings = load(file=file_with(tmp_path, f"target.measure = 'cadence'\n{off}"))
        assert {rule.name for rule in settings.rules} == {"tall", "quick"}

    def test_a_file_changes_a_presets_rules_too(self, tmp_path: Path) -> None:
        on = load("first_session", file_with(tmp_path, rules("name = 'quick'\nenabled = true")))
        assert {rule.name for rule in on.rules} == {rule.name for rule in load("first_session").rules} | {"quick"}

    @pytest.mark.parametrize(
        ("preset", "names"),
        [
            ("first_session", "push good tall"),
            ("tempo_drill", "push ease good quick tall"),
            ("return_from_injury", "ease quick tall"),
            ("everything_on", "push ease good tall quick land_under flat snap knees"),
            ("show", "push ease good"),
        ],
    )
    def test_every_preset_has_its_rules(self, preset: str, names: str) -> None:
        assert {rule.name for rule in load(preset).rules} == set(names.split())

    def test_settings_as_json_contain_the_rules_that_are_switched_off(self) -> None:
        assert Settings.model_validate_json(load("show").model_dump_json()).rules == load("show").rules


class TestLimits:
    def test_a_whole_number_is_a_number(self, tmp_path: Path) -> None:
        assert load(file=file_with(tmp_path, "capture.fps = 30")).capture.fps == 30.0

    def test_the_narrowest_zone_can_be_anywhere(self, tmp_path: Path) -> None:
        zone = load(file=file_with(tmp_path, "[capture.zone]\nleft = 0.1\nright = 0.15")).capture.zone
        assert (zone.left, zone.right) == (0.1, 0.15)


WRONG = [
    # the file's text, the error after the file's name
    ("captur.fps = 30", "captur is not a setting; did you mean 'capture'?"),
    ("zzz = 1", "zzz is not a setting; choose from capture, analysis, target, session, coach, guard, fading, belt, cue,"),
    ("capture.fsp = 30", "capture.fsp is not a setting; did you mean 'fps'?"),
    ("capture.zone.lft = 0.1", "capture.zone.lft is not a setting; did you mean 'left'?"),
    ("capture.fps = 1", "capture.fps = 1: must be at least 5"),
    ("capture.fps = 1000", "capture.fps = 1000: must be at most 240"),
    ("capture.fps = inf", "capture.fps = inf: must be at most 240"),
    ("capture.fps = nan", "capture.fps = nan: must be a number"),
    ('capture.fps = "60"', "capture.fps = '60': must be a number"),
    ("capture.width_px = 1280.5", "capture.width_px = 1280.5: must be a whole number"),
    ("capture.width_px = nan", "capture.width_px = nan: must be a whole number"),
    ("target = 3", "target = 3: must be a table"),
    ('[cue]\nname = "push"', "cue = {'name': 'push'}: must be a list of blocks: write [[cue]] in place of [cue]"),
    ('network.publish = "tcp://0.0.0.0"', "network.publish: 'tcp://0.0.0.0': must be \"ipc\", or an address with its port,"),
    ('network.publish = "tcp://h:99999"', "network.publish: 'tcp://h:99999': must be \"ipc\", or an address with its port,"),
    ('session.store_url = "mysql://u:pw@h/d"', 'session.store_url: \'mysql://h/…\': must be "sqlite:///FILE", "postgresql:'),
    ('session.store_url = "sqlite://"', "session.store_url: 'sqlite://…': must be"),
    ('session.store_url = "sqlite:///"', "session.store_url: 'sqlite://…': must be"),
    ('session.store_url = "sqlite:///:memory:"', "session.store_url: 'sqlite://…': must be"),
    ('session.store_url = "sessions.db"', "session.store_url: 'sessions.db': must be"),
    ('analysis.model = "heavy"', "analysis: model = 'heavy': HipCue does not include it; set model_folder to the folder with"),
    (
        '[analysis]\nmodel = "lite"\nmodel_folder = "m"\nbackend = "mediapipe"',
        "analysis: model = 'lite': mediapipe runs \"full\" only; set backend",
    ),
    ('console.certificate_key_file = "k"', "console: certificate_key_file: needs the certificate too; set certificate_file"),
    ('audio.language = "English"', "audio.language = 'English': must be a language, such as"),
    ('analysis.device = "gpu"', "analysis.device = 'gpu': must be a processor, such as"),
    ("capture.loop = 1", "capture.loop = 1: must be true or false"),
    ('capture.loop = "yes"', "capture.loop = 'yes': must be true or false"),
    ("audio.volume = true", "audio.volume = true: must be a number"),
    ("session.warm_up_s = false", "session.warm_up_s = false: must be a number"),
    ("capture.source = 0", "capture.source = 0: must be text in quotes"),
    ('capture.source = ""', "capture.source = '': must not be empty"),
    ('display.mode = "tv"', "display.mode = 'tv': must be 'auto', 'fullscreen', 'window' or 'headless'"),
    ("audio.sample_rate_hz = 8000", "audio.sample_rate_hz = 8000: must be 22050, 44100 or 48000"),
    ("capture = 3", "capture = 3: must be a table"),
    ("capture.zone = []", "capture.zone = []: must be a table"),
    ("[capture.zone]\nleft = 0.5\nright = 0.5", "capture.zone: right must exceed left by at least 0.05"),
    ("cue = 3", "cue = 3: must be a list"),
    ("[cue]\nname = 'a'", "cue = {'name': 'a'}: must be a list"),
    ("cue = [1]", "cue number 1 = 1: must be a table"),
    ("[[cue]]\nwhen = 'knee above 9'", "cue number 1.name is missing"),
    ("[[cue]]\nname = 'a'", 'cue "a".when is missing'),
    ("[[cue]]\nname = 'a'\nwhen = 'knee above 9'\nstrides = 0", 'cue "a".strides = 0: must be at least 1'),
    ("[[cue]]\nname = 'a'\nwhen = 'knee above 9'\nevery = 9", "cue \"a\".every is not a setting; did you mean 'every_s'?"),
    ("[[cue]]\nname = 'a'\nwhen = 'knee above 9'\nsound = 'horn'", "cue \"a\".sound = 'horn': must be 'none', 'push', 'ease'"),
    ("[[cue]]\nname = 'A b'\nwhen = 'knee above 9'", "cue \"A b\".name = 'A b': must be a short name of lower-case letters"),
    (
        '[[cue]]\nname = "a\\nb"\nwhen = "knee above 9"',
        "cue number 1.name = 'a\\nb': must be a short name of lower-case letters",
    ),
    ("[[cue]]\nname = 'a'\nwhen = 'knees above 9'", "cue \"a\": when: unknown measure 'knees'; did you mean 'knee'?"),
    (
        "[[cue]]\nname = 'a'\nwhen = 'knee above 9'\ntext = 'a b c d e f'",
        "cue \"a\": text: 'a b c d e f' has more than five words",
    ),
    ("[[cue]]\nname = 'a'\nwhen = 'knee above 9'\n" * 2, "cue: two rules are named 'a'"),
    ("[[cue]]\nname = 'arching'\nwhen = 'knee above 9'", "cue \"arching\": name: 'arching' is the name of a guard"),
    ("[[cue]]\nname = 'a'\nwhen = 'archin'", "cue \"a\": when: 'archin' must have three words"),
    (
        "[[cue]]\nname = 'a'\nwhen = 'cadence below 1600'",
        "cue \"a\": when: 'cadence below 1600': the number must be between 60 and 300 steps/min",
    ),
    (
        "[[cue]]\nname = 'a'\nwhen = 'hip_extension_deg below 9'",
        "cue \"a\": when: unknown measure 'hip_extension_deg'; did you mean 'hip_extension'?",
    ),
    (
        "[[cue]]\nname = 'a'\nwhen = 'knee above band'",
        "cue \"a\": when: 'knee above band': the band is for hip_extension; give a number instead",
    ),
    (
        "[[cue]]\nname = 'a'\nwhen = 'knee above 9'\nunless = ['slow_cadense']",
        "cue \"a\": unless: 'slow_cadense' is neither a guard nor a rule; did you mean 'slow_cadence'?",
    ),
    ("[[cue]]\nname = 'a'\nwhen = 'knee above 9'\nunless = ['a']", 'cue "a": unless: a rule cannot silence itself'),
    ("[[cue]]\nname = 'a'\nwhen = 'knee above 9'\nunless = [3]", 'cue "a".unless number 1 = 3: must be text in quotes'),
    ("session.warm_up_min = 4", "session.warm_up_min is not a setting; did you mean 'warm_up_s'?"),
    ("target.measure = 'cadense'", "target.measure = 'cadense': is unknown; did you mean 'cadence'?"),
    (
        "[target]\nmode = 'absolute'\nabsolute_deg = 180",
        "target: absolute_deg = 180: must be between -60 and 60 deg for hip_extension",
    ),
    ("target.half_width_deg = 40", "target: half_width_deg = 40: must be at most 30 deg for hip_extension"),
    ("target.measure = 'cadence'", "cue \"push\": when: 'hip_extension below band': the band is for cadence"),
    ("[target]\nmode = 'by_speed'\nat_speed = []", 'target: mode = "by_speed" needs a [[target.at_speed]] block'),
    ("[[target.at_speed]]\nspeed_kmh = 9", "target.at_speed number 1.middle_deg is missing"),
    (
        "[[target.at_speed]]\nspeed_kmh = 12\nmiddle_deg = 20\n[[target.at_speed]]\nspeed_kmh = 9\nmiddle_deg = 25",
        "target: at_speed: speeds must increase, but 9 km/h follows 12 km/h",
    ),
    ("fading.percent_by_session = []", "fading.percent_by_session = []: must not be empty"),
    ("fading.percent_by_session = [100, 101]", "fading.percent_by_session number 2 = 101: must be at most 100"),
    ("belt.source = 'bluetooth'", "belt.source = 'bluetooth': must be 'none', 'typed' or 'ftms'"),
]


class TestMistakes:
    @pytest.mark.parametrize(("text", "said"), WRONG, ids=[text for text, _ in WRONG])
    def test_the_sentence_names_the_file_the_key_the_value_and_what_is_allowed(
        self, tmp_path: Path, text: str, said: str
    ) -> None:
        file = file_with(tmp_path, text)
        assert refused(file=file).startswith(f"{file}: {said}")

    def test_the_sentence_names_the_layer_with_the_mistake(self, tmp_path: Path) -> None:
        file = file_with(tmp_path, "audio.volume = 7")
        assert refused("show", file).startswith(f"{file}: audio.volume = 7: ")
        right = file_with(tmp_path, "audio.volume = 0.7")
        assert refused("show", right, {"capture.fps": 1}).startswith("command line: capture.fps = 1: ")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("target.measure = 'cadence'", "the band is for cadence"),
            ("[[cue]]\nname = 'push'\nunless = ['archin']", "'archin' is neither"),
            ("[capture.zone]\nleft = 0.5\nright = 0.5", "right must exceed"),
        ],
    )
    def test_the_sentence_names_the_layer_whose_settings_contradict_others(self, tmp_path: Path, text: str, said: str) -> None:
        file = file_with(tmp_path, text)
        sentence = refused("first_session", file, {"capture.source": "1", "display.mode": "window"})
        assert sentence.startswith(f"{file}: ")
        assert said in sentence

    def test_a_syntax_error_names_its_line(self, tmp_path: Path) -> None:
        file = file_with(tmp_path, "[capture]\nfps = 30\nloop = maybe\n")
        assert refused(file=file).startswith(f"{file}: is not TOML: ")
        assert "line 3" in refused(file=file)

    @pytest.mark.parametrize(
        "text",
        [
            "volume = " + 2000 * "[" + 2000 * "]",
            "[audio]\nvolume = " + 5000 * "{a = " + "1",
            "audio.volume." + "a." * 3000 + "b = 1",
        ],
    )
    def test_what_is_nested_beyond_all_measure(self, tmp_path: Path, text: str) -> None:
        file = file_with(tmp_path, text)
        assert refused(file=file).startswith(f"{file}: is nested too deeply")

    def test_a_saved_preset_that_is_nested_too_deeply_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HIPCUE_HOME", str(tmp_path))
        (tmp_path / "presets").mkdir()
        saved = tmp_path / "presets" / "deep.toml"
        saved.write_text("volume = " + 2000 * "[" + 2000 * "]")
        assert refused("deep").startswith(f"{saved}: is nested too deeply")

    def test_a_key_written_twice_names_its_line(self, tmp_path: Path) -> None:
        assert "line 3" in refused(file=file_with(tmp_path, "[capture]\nfps = 30\nfps = 60\n"))

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("[audio]\nvolume = 0,6\n", "(at line 2, column 11); write decimals with a point, as in 0.5"),
            ("[audio]\nenabled = yes\n", "(at line 2, column 11); write true or false"),
            ("[session]\nrunner = Ada\n", "(at line 2, column 10); put text in quotes"),
            ('[audio]\nvoice_folder = "C:\\Users\\coach"\n', '; write folders with /, as in "C:/voices"'),
            ("[capture.zone]\n[capture.zone]\n", "Cannot declare [capture.zone] twice (at line 2, column 14)"),
            ("[audio\n", "Expected ']' at the end of a table declaration (at line 1, column 7)"),
        ],
    )
    def test_what_is_not_toml_is_named_with_its_place_and_what_may_have_been_meant(
        self, tmp_path: Path, text: str, words: str
    ) -> None:
        file = file_with(tmp_path, text)
        said = refused(file=file)
        assert said.startswith(f"{file}: is not TOML: ")
        assert said.endswith(words)

    def test_a_missing_file(self, tmp_path: Path) -> None:
        path = tmp_path / "none.toml"
        assert refused(file=path) == f"{path}: cannot be read (No such file or directory)"

    def test_a_folder(self, tmp_path: Path) -> None:
        assert refused(file=tmp_path) == f"{tmp_path}: is not a regular file; save the text in a file of its own"

    def test_a_file_that_is_not_utf_8(self, tmp_path: Path) -> None:
        file = file_with(tmp_path, 'capture.source = "Läufer"'.encode("latin-1"))
        assert refused(file=file) == f"{file}: is not a text file in UTF-8; save it as UTF-8"

    def test_an_unknown_preset(self) -> None:
        assert refused("shaw") == "command line: preset 'shaw' is unknown; did you mean 'show'?"
        assert refused("../default").endswith(f"choose from {', '.join(presets())}")


class TestText:
    """Text is printed, stored and published, so it must not contain anything harmful."""

    @pytest.mark.parametrize("key", ["session.runner", "session.folder", "audio.device", "belt.device"])
    @pytest.mark.parametrize("value", ["a\x1b[2J", "a\nb", "a\0b", "\x9b31m"])
    def test_has_no_control_characters(self, key: str, value: str) -> None:
        assert refused(overrides={key: value}) == f"command line: {key}: must not contain control characters"

    @pytest.mark.parametrize("key", ["session.runner", "audio.device", "belt.device"])
    def test_has_no_password(self, key: str) -> None:
        sentence = refused(overrides={key: "rtsp://ada:geheim@camera/1"})
        assert sentence == f"command line: {key}: must not contain an address with a user, a password or a path"

    @pytest.mark.parametrize("address", ["ipc", "tcp://192.168.1.20:7660", "tcp://*:7660", "tcp://[::1]:7660"])
    def test_may_be_an_address_without_one(self, address: str) -> None:
        assert load(overrides={"network.publish": address}).network.publish == address

    @pytest.mark.parametrize("key", ["session.folder", "audio.voice_folder", "analysis.model_folder"])
    def test_a_home_that_does_not_exist(self, key: str) -> None:
        assert refused(overrides={key: "~nosuch/x"}).startswith(f"command line: {key}: ~nosuch/x: there is no such home")

    def test_that_is_no_utf_8_is_refused_but_for_a_clip(self) -> None:
        latin_1 = "caf\udce9"
        for key in ("session.runner", "session.folder", "audio.device"):
            assert "must be text in UTF-8" in refused(overrides={key: latin_1})
        source = load(overrides={"capture.source": f"{latin_1}.mp4"}).capture.source
        assert (source.reveal(), str(source)) == (f"{latin_1}.mp4", r"caf\xe9.mp4")

"""Given a coach's settings file, the form changes single settings and keeps everything else; mistakes change nothing."""

import errno
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import tomli
from pydantic import BaseModel

from config.loading import Origin, load, preset_layer, presets, saved_presets
from config.mistakes import ConfigError
from config.secret_address import SecretAddress
from config.sections.session import SessionSettings
from config.settings import Settings
from console.editing.settings_file import KEPT_VERSIONS, ConflictError, EditError, SettingsFile
from console.editing.settings_form import MACHINE_SECTIONS, Field, form
from console.editing.toml_change import Change, changed_text, flat
from console.library.library import Library
from console.next_runner import NextRunner, RemoteAssigning
from tests.support.console_lane import TEXT, ConsoleLane
from tests.support.eventually import eventually
from wire.messages import Command

SECRET = "rtsp://coach:secret@camera/stream"
SHOWN = "rtsp://camera/…"


@pytest.fixture
def file(settings_path: Path, tmp_path: Path) -> SettingsFile:
    return SettingsFile(Origin(file=settings_path), tmp_path / "history")


def change(key: str, value: Any, was: Any = None) -> Change:
    return Change(tuple(key.split(".")), value, was)


def addresses(model: type[BaseModel], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The settings that may hold an address with a password."""
    found = []
    for name, one in model.model_fields.items():
        if one.annotation is SecretAddress:
            found.append((*path, name))
        elif isinstance(one.annotation, type) and issubclass(one.annotation, BaseModel):
            found += addresses(one.annotation, (*path, name))
    return found


def all_fields() -> list[Field]:
    return [field for section in form() for field in section.fields]


class TestForm:
    def test_every_setting_has_a_field(self) -> None:
        fields = {field.path for field in all_fields()}
        settings = {path for path in flat(Settings().model_dump(mode="json")) if path[0] != "cue"}
        assert fields == settings | {("cue",)}

    def test_a_rule_has_a_field_for_each_key(self) -> None:
        rules = next(field for field in all_fields() if field.path == ("cue",))
        assert [column.path[-1] for column in rules.columns] == list(type(Settings().cue[0]).model_fields)

    def test_a_field_knows_kind_unit_limits_and_help(self) -> None:
        delta = next(field for field in all_fields() if field.key == "target.delta_deg")
        assert (delta.label, delta.kind, delta.unit, delta.least, delta.most) == ("Delta", "number", "°", -200, 200)
        assert delta.help == "from the baseline to the middle of the band"
        assert delta.live
        assert not next(field for field in all_fields() if field.key == "capture.width_px").live

    def test_a_choice_has_its_words_and_a_table_its_columns(self) -> None:
        mode, at_speed = (
            next(field for field in all_fields() if field.key == key) for key in ("target.mode", "target.at_speed")
        )
        assert mode.choices == ("baseline", "absolute", "by_speed")
        assert [column.path[-1] for column in at_speed.columns] == ["speed_kmh", "middle_deg"]

    def test_what_opens_the_machine_is_changed_on_the_machine(self) -> None:
        assert {section.name for section in form() if section.fixed} == set(MACHINE_SECTIONS)


class TestText:
    def test_a_value_changes_and_its_comment_stays(self) -> None:
        assert changed_text(TEXT, [change("target.delta_deg", 4)]) == TEXT.replace("3.0  #", "4.0  #")

    def test_a_new_section_is_added(self) -> None:
        after = changed_text(TEXT, [change("audio.volume", 0.4)])
        assert after.startswith(TEXT)
        assert tomli.loads(after)["audio"] == {"volume": 0.4}

    def test_a_rule_changes_by_its_name(self) -> None:
        after = tomli.loads(changed_text(TEXT, [change("cue.push.strides", 6), change("cue.good.enabled", False)]))
        assert after["cue"] == [{"name": "push", "strides": 6}, {"name": "good", "enabled": False}]

    def test_a_whole_rule_comes_and_goes(self) -> None:
        rule = {"when": "cadence below 160", "text": "Quicker"}
        with_rule = changed_text(TEXT, [change("cue.quicker", rule)])
        assert tomli.loads(with_rule)["cue"][1] == {"name": "quicker", **rule}
        assert flat(tomli.loads(changed_text(with_rule, [change("cue.quicker", None)]))) == flat(tomli.loads(TEXT))

    def test_the_last_rule_goes_with_its_list(self) -> None:
        assert "cue" not in tomli.loads(changed_text(TEXT, [change("cue.push", None)]))

    def test_rows_are_written_as_blocks(self) -> None:
        rows = [{"speed_kmh": 9, "middle_deg": 20}, {"speed_kmh": 12, "middle_deg": 25.5}]
        after = changed_text(TEXT, [change("target.at_speed", rows)])
        assert after.count("[[target.at_speed]]") == 2
        assert tomli.loads(after)["target"]["at_speed"] == rows

    def test_without_a_value_the_setting_is_as_without_the_file(self) -> None:
        assert tomli.loads(changed_text(TEXT, [change("target.delta_deg", None)]))["target"] == {}

    def test_what_is_no_toml_is_refused(self) -> None:
        with pytest.raises(ValueError, match="line 1"):
            changed_text("[target", [change("target.delta_deg", 4)])


class TestFile:
    def test_a_change_is_written_and_can_be_undone(self, file: SettingsFile) -> None:
        file.change([change("target.delta_deg", 4, 3.0)], "tablet")
        assert load(file=file.file).target.delta_deg == 4.0
        assert [(one.by, one.keys) for one in file.versions()] == [("tablet", ("target.delta_deg",))]
        file.undo()
        assert file.file.read_text() == TEXT
        assert file.versions() == ()

    def test_ten_changes_can_be_undone_one_after_the_other(self, file: SettingsFile) -> None:
        for value in range(4, 16):
            file.change([change("target.delta_deg", value, value - 1)], "tablet")
        assert len(file.versions()) == KEPT_VERSIONS
        for _ in range(KEPT_VERSIONS):
            file.undo()
        assert load(file=file.file).target.delta_deg == 5.0
        with pytest.raises(EditError, match="nothing to undo"):
            file.undo()

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("target.delta_deg", 400),
            ("target.delta_deg", "much"),
            ("target.mode", "fast"),
            ("session.stand_s", -1),
            ("session.drill_s", True),
            ("cue.push.strides", 0),
            ("cue.push.when", "hip_extension under band"),
            ("fading.percent_by_session", [100, 200]),
            ("target.speed", 3),
            ("nothing.at_all", 3),
        ],
    )
    def test_a_mistake_is_refused_with_the_command_lines_sentence(self, file: SettingsFile, key: str, value: Any) -> None:
        with pytest.raises(EditError) as refused:
            file.change([change(key, value, file_value(file, key))], "tablet")
        assert file.file.read_text() == TEXT
        assert refused.value.path[:2] == tuple(key.split("."))[:2]
        after = file.file.with_name("mine.toml")
        after.write_text(changed_text(TEXT, [change(key, value)]))
        with pytest.raises(ConfigError) as said:
            load(file=after)
        assert str(refused.value) == str(said.value)

    def test_two_coaches_change_different_settings(self, file: SettingsFile) -> None:
        file.change([change("target.delta_deg", 4, 3.0)], "one")
        file.change([change("target.half_width_deg", 1, 2.0)], "two")
        target = load(file=file.file).target
        assert (target.delta_deg, target.half_width_deg) == (4.0, 1.0)

    def test_two_coaches_change_the_same_setting(self, file: SettingsFile) -> None:
        file.change([change("target.delta_deg", 4, 3.0)], "one")
        with pytest.raises(ConflictError) as found:
            file.change([change("target.delta_deg", 5, 3.0), change("audio.volume", 0.1, 0.6)], "two")
        assert [(one.path, one.yours, one.theirs) for one in found.value.conflicts] == [(("target", "delta_deg"), 5, 4.0)]
        settings = load(file=file.file)
        assert (settings.target.delta_deg, settings.audio.volume) == (4.0, 0.6)
        file.change([change("target.delta_deg", 5, 4.0)], "two")  # keeps theirs in sight, and insists
        assert load(file=file.file).target.delta_deg == 5.0

    def test_a_text_is_merged_with_what_another_coach_has_changed(self, file: SettingsFile) -> None:
        seen = file.open()
        file.change([change("target.delta_deg", 4, 3.0)], "one")
        file.replace(seen.text + "\n[audio]\nvolume = 0.2\n", seen.hash, "two")
        settings = load(file=file.file)
        assert (settings.target.delta_deg, settings.audio.volume) == (4.0, 0.2)
        with pytest.raises(ConflictError):
            file.replace(seen.text.replace("3.0", "6.0"), seen.hash, "two")

    def test_a_text_keeps_its_comments(self, file: SettingsFile) -> None:
        seen = file.open()
        text = f"# one more\n{seen.text}"
        assert file.replace(text, seen.hash, "one").text == text
        assert file.versions()[0].keys == ("comments",)

    def test_a_file_that_was_changed_by_hand_is_not_undone(self, file: SettingsFile) -> None:
        file.change([change("target.delta_deg", 4, 3.0)], "tablet")
        file.file.write_text(file.file.read_text() + "# by hand\n")
        with pytest.raises(EditError, match="outside the console"):
            file.undo()

    def test_what_opens_the_machine_cannot_be_changed(self, file: SettingsFile) -> None:
        with pytest.raises(EditError, match="on the machine itself"):
            file.change([change("console.listen", "0.0.0.0", "127.0.0.1")], "tablet")
        seen = file.open()
        with pytest.raises(EditError, match="on the machine itself"):
            file.replace(seen.text + '\n[network]\npublish = "tcp://0.0.0.0:7660"\n', seen.hash, "tablet")
        assert file.file.read_text() == TEXT

    def test_what_the_command_line_gives_cannot_be_changed(self, settings_path: Path, tmp_path: Path) -> None:
        file = SettingsFile(Origin(file=settings_path, overrides={"session.runner": "Kim"}), tmp_path / "history")
        with pytest.raises(EditError, match="command line"):
            file.change([change("session.runner", "Ada", "")], "tablet")

    def test_a_file_that_is_wrong_is_shown_with_its_mistake_and_can_be_mended(self, file: SettingsFile) -> None:
        file.file.write_text("[target]\ndelta_deg = 900\n")
        seen = file.open()
        assert "must be at most 200" in seen.mistake
        file.replace("[target]\ndelta_deg = 9\n", seen.hash, "tablet")
        assert not file.open().mistake

    def test_a_password_is_not_shown_and_stays(self, file: SettingsFile) -> None:
        file.file.write_text(f'[capture]\nsource = "{SECRET}"\n')
        seen = file.open()
        assert "secret" not in seen.text
        assert "secret" not in str(seen.values)
        assert SHOWN in seen.text
        file.replace(seen.text + "fps = 30.0\n", seen.hash, "tablet")
        assert load(file=file.file).capture.source.reveal() == SECRET
        file.change([change("capture.source", SHOWN, SHOWN), change("capture.fps", 60, 30.0)], "tablet")
        assert load(file=file.file).capture.source.reveal() == SECRET
        file.file.write_text(f'[capture\nsource = "{SECRET}"\n')
        assert "secret" not in file.open().text

    @pytest.mark.parametrize("path", addresses(Settings))
    def test_no_setting_that_is_an_address_shows_its_password(self, file: SettingsFile, path: tuple[str, ...]) -> None:
        *section, key = path
        secret = "postgresql://coach:secret@gym/hipcue" if key == "store_url" else SECRET
        file.file.write_text(f'[{".".join(section)}]\n{key} = "{secret}"\n')
        seen = file.open()
        assert "secret" not in seen.text + str(seen.values)
        file.replace(seen.text + "# a note\n", seen.hash, "tablet")
        assert secret in file.file.read_text()

    def test_a_password_in_a_comment_or_where_no_setting_is_is_not_shown_and_stays(self, file: SettingsFile) -> None:
        text = (
            f"# the old one: {SECRET}\n[capture]  # {SECRET}\n"
            f'source = "rtsp://coach:se#cret@camera/stream"  # was {SECRET}\nsourc = "{SECRET}"\n'
        )
        file.file.write_text(text)
        seen = file.open()
        assert "secret" not in seen.text + str(seen.values)
        assert "se#cret" not in seen.text
        file.replace(seen.text.replace("sourc =", "# sourc ="), seen.hash, "tablet")
        assert file.file.read_text().startswith(text.partition("sourc =")[0])
        file.file.write_text(f'[[capture]]\nsources = ["{SECRET}"]\n')
        assert "secret" not in file.open().text

    def test_versions_are_private(self, file: SettingsFile, tmp_path: Path) -> None:
        file.change([change("target.delta_deg", 4, 3.0)], "tablet")
        assert [path.stat().st_mode & 0o077 for path in (tmp_path / "history").rglob("*")] == [0, 0]


class TestPresets:
    @pytest.fixture(autouse=True)
    def own_home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HIPCUE_HOME", str(tmp_path / "home"))

    @pytest.mark.parametrize("name", presets())
    def test_every_preset_can_be_used_and_undone(self, file: SettingsFile, name: str) -> None:
        file.use_preset(name, "tablet")
        with_preset = load(file=file.file)
        for path, value in flat(preset_layer(name).tables).items():
            if path[0] in ("target", "fading", "guard", "coach"):
                assert getattr(getattr(with_preset, path[0]), path[1]) == value
        file.undo()
        assert file.file.read_text() == TEXT

    def test_settings_are_saved_by_a_name_without_the_runner_and_the_lane(self, file: SettingsFile) -> None:
        file.file.write_text(
            TEXT + '\n[session]\nrunner = "Ada"\ndrill_s = 60.0\n\n[capture]\nfps = 30.0\n\n[console]\nport = 9000\n'
        )
        file.save_preset("knees")
        assert saved_presets() == ["knees"]
        saved = flat(preset_layer("knees").tables)
        assert saved == {("target", "delta_deg"): 3.0, ("cue", "push", "strides"): 4, ("session", "drill_s"): 60.0}
        assert load("knees").target.delta_deg == 3.0

    @pytest.mark.parametrize("name", ["", "../x", "Big", "x" * 33, *presets()])
    def test_a_name_that_cannot_be_is_refused(self, file: SettingsFile, name: str) -> None:
        with pytest.raises(EditError):
            file.save_preset(name)
        assert saved_presets() == []

    def test_an_unknown_preset_is_a_sentence(self, file: SettingsFile) -> None:
        with pytest.raises(EditError, match="did you mean 'show'"):
            file.use_preset("shew", "tablet")

    def test_a_tablet_saves_and_uses_one(self, lane: ConsoleLane, settings_path: Path) -> None:
        coach = lane.browser("coach")
        assert "mine" in coach.post("/api/presets", {"name": "mine"}).json
        assert coach.post("/api/presets/use", {"name": "show"}).status == 200
        assert settings_path.read_text() != TEXT
        assert coach.post("/api/presets", {"name": "../x"}).status == 422
        assert lane.browser("viewer").post("/api/presets", {"name": "other"}).status == 403


class TestPages:
    def test_a_change_in_the_form_is_in_the_file(self, lane: ConsoleLane, settings_path: Path) -> None:
        coach = lane.browser("coach", "Kim's tablet")
        answer = coach.post("/api/settings", {"changes": [{"path": ["target", "delta_deg"], "value": 4, "was": 3.0}]})
        assert (answer.status, answer.json["values"]["target"]["delta_deg"]) == (200, 4.0)
        assert answer.json["versions"][0]["by"] == "Kim's tablet"
        assert settings_path.read_text() == TEXT.replace("3.0  #", "4.0  #")
        assert coach.post("/api/settings/undo", {}).status == 200
        assert settings_path.read_text() == TEXT

    def test_a_mistake_is_answered_with_its_field(self, lane: ConsoleLane, settings_path: Path) -> None:
        change = {"path": ["cue", "push", "strides"], "value": 900, "was": 4}
        answer = lane.browser("coach").post("/api/settings", {"changes": [change]})
        assert (answer.status, answer.json["path"]) == (422, ["cue", "push", "strides"])
        assert answer.json["mistake"] == f'{settings_path}: cue "push".strides = 900: must be at most 50'

    def test_a_conflict_is_answered_with_both_values(self, lane: ConsoleLane) -> None:
        coach = lane.browser("coach")
        for value, status in ((4, 200), (5, 409)):
            change = {"path": ["target", "delta_deg"], "value": value, "was": 3.0}
            answer = coach.post("/api/settings", {"changes": [change]})
            assert answer.status == status
        assert answer.json["conflicts"] == [{"path": ["target", "delta_deg"], "yours": 5, "theirs": 4.0}]

    def test_the_page_has_a_control_for_every_setting(self, lane: ConsoleLane) -> None:
        page = lane.browser("viewer").get("/settings").text
        for field in all_fields():
            if field.kind != "rules":
                assert f'data-path="{field.key}"' in page

    def test_a_runner_is_named_and_a_guest_again(self, lane: ConsoleLane, settings_path: Path) -> None:
        coach = lane.browser("coach")
        assert coach.post("/api/runner", {"runner": " Ada  L. "}).status == 200
        session = load(file=settings_path).session
        assert (session.runner, session.session_number) == ("Ada L.", 1)
        assert coach.post("/api/runner", {"runner": ""}).status == 200
        assert load(file=settings_path).session.runner == ""

    def test_an_open_gym_has_no_runner_until_one_is_assigned(self, lane: ConsoleLane, settings_path: Path) -> None:
        coach = lane.browser("coach")
        assert coach.post("/api/runner", {"runner": "Ada"}).status == 200
        assert coach.post("/api/runner", {"mode": "open_gym", "runner": "Ada"}).status == 200
        session = load(file=settings_path).session
        assert (session.mode, session.runner, session.session_number) == ("open_gym", "", 0)
        assert coach.post("/api/runner", {"runner": "Ada"}).status == 200
        session = load(file=settings_path).session
        assert (session.mode, session.runner) == ("session", "Ada")
        assert coach.post("/api/runner", {"mode": "closed"}).status == 400

    def test_the_coach_of_a_gym_assigns_a_runner_by_a_command(self, lane: ConsoleLane, settings_path: Path) -> None:
        def session() -> SessionSettings:
            return load(file=settings_path).session

        lane.until(lambda: session().runner == "Ada", "Ada is next", Command("assign", runner="Ada"))
        assert (session().mode, session().session_number) == ("session", 1)
        assert "# as agreed" in settings_path.read_text()
        lane.until(lambda: session().mode == "open_gym", "it is open", Command("assign", mode="open_gym"))
        assert session().runner == ""

        def refused() -> bool:
            health = lane.newest_health()
            return health is not None and health.counters.get("assignments refused", 0) > 0

        lane.until(refused, "a name that no file may hold is refused", Command("assign", runner="a\x07b"))
        assert session().mode == "open_gym"

    @pytest.mark.parametrize(
        ("path", "message"),
        [
            ("/api/settings", {"changes": [{"path": ["target", "delta_deg"], "value": 4.0, "was": 3.0}]}),
            ("/api/settings/text", {"text": "", "hash": ""}),
            ("/api/settings/undo", {}),
            ("/api/runner", {"runner": "Ada"}),
        ],
    )
    def test_on_a_disk_without_locks_nothing_is_changed_and_a_sentence_says_so(
        self, lane: ConsoleLane, settings_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, message: dict[str, Any]
    ) -> None:
        monkeypatch.setattr("console.editing.settings_file.lock_folder", no_locks)
        answer, before = lane.browser("coach").post(path, message), settings_path.read_text()
        assert answer.status == 422
        assert answer.json["mistake"].endswith("cannot be made or locked (No locks available)")
        assert settings_path.read_text() == before

    def test_a_history_that_cannot_be_read_is_a_sentence(self, lane: ConsoleLane, tmp_path: Path) -> None:
        coach = lane.browser("coach")
        assert coach.post("/api/runner", {"runner": "Ada"}).status == 200
        kept = next((tmp_path / "home" / "console").glob("*/versions.json"))
        kept.unlink()
        kept.mkdir()
        assert coach.get("/api/settings").json["mistake"] == f"{kept}: cannot be read (Is a directory)"

    @pytest.mark.parametrize("name", ["x" * 41, "a\x07b", "http://u:p@host/"])
    def test_a_name_that_no_file_may_hold_is_refused(self, lane: ConsoleLane, name: str) -> None:
        assert lane.browser("coach").post("/api/runner", {"runner": name}).status == 422


def no_locks(_folder: Path) -> None:
    raise OSError(errno.ENOLCK, "No locks available")


def file_value(file: SettingsFile, key: str) -> Any:
    return flat(file.open().values).get(tuple(key.split(".")))


def test_an_assignment_on_a_disk_without_locks_is_refused_and_ends_nothing(
    file: SettingsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.editing.settings_file.lock_folder", no_locks)
    counters = Counter[str]()
    assigning = RemoteAssigning(NextRunner(file, Library(SecretAddress("none"), "")), counters)
    assigning.handle(Command("assign", mode="open_gym"))

    def refused() -> bool:
        assigning.step()
        return counters["assignments refused"] == 1

    eventually(refused, "the assignment is refused")

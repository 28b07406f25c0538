"""The coach's guide is correct: its examples load, everything it names exists, and it names every key."""

import re
from pathlib import Path
from typing import Any

import pygame
import pytest
import tomli

from config.loading import Layer, default_layer, load, presets, settle
from config.sections.coaching import SpeedTarget
from config.sections.cue_rule import GUARDS, CueRule
from config.settings import Settings
from feedback.display.window import KEYS, TYPED_KEYS

GUIDE = (Path(__file__).parents[2] / "docs" / "coaching.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", GUIDE, flags=re.DOTALL)
IN_BACKTICKS = set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", GUIDE, flags=re.DOTALL)))
SECTIONS = {name: field.annotation for name, field in Settings.model_fields.items() if name != "cue"}


def keys_of(model: Any) -> set[str]:
    return set(model.model_fields)


KEYS_BY_SECTION: dict[str, set[str]] = {name: keys_of(model) for name, model in SECTIONS.items()} | {"cue": keys_of(CueRule)}
ALL_KEYS = set().union(*KEYS_BY_SECTION.values()) | keys_of(SpeedTarget)


def table_after(heading: str) -> list[str]:
    """First cells of the table under a heading."""
    section = GUIDE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [row.split("|")[1].strip().strip("`") for row in rows[2:]]


@pytest.mark.parametrize("block", BLOCKS)
def test_every_example_loads(block: str) -> None:
    settle([default_layer(), Layer("coaching.md", tomli.loads(block))])


def test_the_worked_examples_change_what_they_are_about_and_leave_the_form_guards() -> None:
    examples = re.findall(r"```toml\n(.*?)```", GUIDE.split("\n## Worked examples\n")[1].split("\n## ")[0], flags=re.DOTALL)
    cadence, landing, by_speed, kim = (settle([default_layer(), Layer("coaching.md", tomli.loads(text))]) for text in examples)
    default = {rule.name for rule in load().rules}
    assert {rule.name: rule.when for rule in cadence.rules} == {
        "push": "cadence below band",
        "good": "cadence in band",
        "tall": "arching",
        "quick": "slow_cadence",
    }
    assert {rule.name for rule in landing.rules} == default | {"land_under"}
    assert (by_speed.target.mode, by_speed.belt.source, len(by_speed.target.at_speed)) == ("by_speed", "ftms", 2)
    assert (kim.session.runner, kim.session.session_number, kim.rules) == ("kim", 5, load().rules)


def test_the_first_example_is_the_default() -> None:
    assert CueRule(**tomli.loads(BLOCKS[1])["cue"][0]) == load().cue[0]
    assert settle([default_layer(), Layer("coaching.md", tomli.loads(BLOCKS[0]))]) == load()


@pytest.mark.parametrize("section", [*SECTIONS, "cue"])
def test_every_key_is_explained(section: str) -> None:
    heading = "**`[[cue]]`**" if section == "cue" else f"**`[{section}]`**"
    paragraph = GUIDE.split(heading, 1)[1].split("\n\n", 1)[0]
    named = set(re.findall(r"`([a-z_]+)`", paragraph))
    assert KEYS_BY_SECTION[section] <= named
    beside = (
        keys_of(SpeedTarget) if section == "target" else {"left", "top", "right", "bottom"} if section == "capture" else set()
    )
    assert named <= KEYS_BY_SECTION[section] | beside


def test_every_key_that_is_named_with_its_section_exists() -> None:
    dotted = [word for word in IN_BACKTICKS if re.fullmatch(r"[a-z]+\.[a-z_]+", word) and not word.endswith((".md", ".toml"))]
    assert dotted
    assert all(word.split(".")[1] in KEYS_BY_SECTION[word.split(".")[0]] for word in dotted), dotted


def test_every_word_with_a_unit_is_a_key() -> None:
    with_unit = [word for word in IN_BACKTICKS if re.fullmatch(r"[a-z_]+_(s|deg|pct|kmh|mps|px|ms|hz|strides|share)", word)]
    assert set(with_unit) <= ALL_KEYS


def test_the_presets_are_those_there_are() -> None:
    assert sorted(table_after("Presets")) == presets()


def test_the_guards_are_those_there_are() -> None:
    assert table_after("Guards") == list(GUARDS)


def test_the_default_rules_are_named() -> None:
    assert {rule.name for rule in load().rules} <= IN_BACKTICKS


def test_the_phases_are_those_of_a_session() -> None:
    assert table_after("A session") == ["idle", "stand", "warm_up", "baseline", "drill", "retention", "summary"]


def test_the_keys_are_those_that_the_screen_obeys() -> None:
    names = {pygame.K_SPACE: "space", pygame.K_ESCAPE: "Esc"}
    handled = {names.get(key, chr(key)) for key in KEYS} | {sign for sign in TYPED_KEYS if sign.isascii()}
    assert set(re.split(r", | and ", ", ".join(table_after("Keys")))) == handled

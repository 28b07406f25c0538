"""What people have chosen, paths and names, is printed as it is, square brackets too."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hipcue.commands import app
from hipcue.sentences import err, out, print_table

ODD = ("results [old]", "x[/b].toml", "[red]", ":red_circle:")


@pytest.mark.parametrize("name", ODD)
def test_a_path_is_printed_whole(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text("[audio]\nvolume = 0.3\n")
    done = CliRunner().invoke(app, ["config", "check", name])
    assert done.exit_code == 0
    assert name in done.stdout


@pytest.mark.parametrize("name", ODD)
def test_so_it_is_in_a_table_and_in_a_sentence(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    out.print(name)
    err.print(name)
    print_table(("folder",), [(name,)])
    printed = capsys.readouterr()
    assert printed.out.split("\n")[:1] == [name]
    assert printed.err.strip() == name
    assert name in printed.out.split("folder")[1]

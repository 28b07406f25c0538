"""`hipcue keys`: this machine's key, and the keys of machines that may connect."""

from typing import TYPE_CHECKING, Annotated

import typer

from config.paths import keys_folder
from hipcue.cli.console import out, sentences

if TYPE_CHECKING:
    from wire.remote.keys import Keys

keys_app = typer.Typer(no_args_is_help=True, help="Keys of the machines that may connect.")

NameArgument = Annotated[str, typer.Argument(help='A name for the other machine, such as "gym-wall".')]


@keys_app.command("new")
def keys_new() -> None:
    """Create this machine's key pair and print the public key, which the other machine must allow."""
    with sentences():
        pair = _keys().new()
        out.print(f"This machine's public key: {pair.public}")
        out.print(f"On the other machine run: hipcue keys allow NAME '{pair.public}'")


# A key may begin with a dash.
@keys_app.command("allow", context_settings={"ignore_unknown_options": True})
def keys_allow(name: NameArgument, key: Annotated[str, typer.Argument(help="Its public key.")]) -> None:
    """Allow the machine with this key to connect."""
    with sentences():
        _keys().allow(name, key)
        out.print(f"{name} may connect.")


@keys_app.command("forbid")
def keys_forbid(name: NameArgument) -> None:
    """Remove a machine's key. An open connection lasts until it ends, at the latest until HipCue restarts."""
    with sentences():
        _keys().forbid(name)
        out.print(f"{name} may no longer connect.")


@keys_app.command("list")
def keys_list() -> None:
    """Print this machine's public key and all allowed keys. Secret keys are never printed."""
    with sentences():
        from wire.remote.keys import KeysError  # it loads ZeroMQ

        keys = _keys()
        try:
            out.print(f"{keys.own().public}  this machine")
        except KeysError as error:
            out.print(str(error))
        for name, key in keys.allowed().items():
            out.print(f"{key}  {name}")


def _keys() -> "Keys":
    from wire.remote.keys import Keys

    return Keys(keys_folder())

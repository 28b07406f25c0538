"""`hipcue keys`: this machine's key and whose may connect."""

from typing import Annotated

import typer

from hipcue.sentences import out, sentences
from wire.remote.keys import Keys, KeysError, keys_folder

keys_app = typer.Typer(no_args_is_help=True, help="Let screens on other machines connect, and no others.")

NameArgument = Annotated[str, typer.Argument(help='A name for the other machine, as "gym-wall".')]


@keys_app.command("new")
def keys_new() -> None:
    """Make this machine's key and print its public half, which the other machine has to allow."""
    with sentences():
        pair = _keys().new()
        out.print(f"This machine's public key: {pair.public}")
        out.print(f"On the other machine run: hipcue keys allow NAME '{pair.public}'")


# A key may begin with a dash.
@keys_app.command("allow", context_settings={"ignore_unknown_options": True})
def keys_allow(name: NameArgument, key: Annotated[str, typer.Argument(help="Its public key.")]) -> None:
    """Let the machine with this key connect, from now on."""
    with sentences():
        _keys().allow(name, key)
        out.print(f"{name} may connect.")


@keys_app.command("forbid")
def keys_forbid(name: NameArgument) -> None:
    """Let it connect no more; it is cut off when its connection ends, at the latest when HipCue is started anew."""
    with sentences():
        _keys().forbid(name)
        out.print(f"{name} may not connect any more.")


@keys_app.command("list")
def keys_list() -> None:
    """Print this machine's public key and whose are allowed. Secret keys are never printed."""
    with sentences():
        keys = _keys()
        try:
            out.print(f"{keys.own().public}  this machine")
        except KeysError as error:
            out.print(str(error))
        for name, key in keys.allowed().items():
            out.print(f"{key}  {name}")


def _keys() -> Keys:
    return Keys(keys_folder())

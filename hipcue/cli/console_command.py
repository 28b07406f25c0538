"""`hipcue console`: the console of many lanes, and the devices that are paired with a console."""

from typing import Annotated

import typer

from config.loading import load
from config.paths import keys_folder
from config.settings import Settings
from hipcue.cli.console import err, fail, out, print_table, sentences
from hipcue.cli.options import ConfigOption
from wire.endpoints import default_directory

console_app = typer.Typer(help="The coach's console in a browser, for many lanes; and the devices that are paired with it.")


@console_app.callback(invoke_without_command=True)
def serve(context: typer.Context, config: ConfigOption = None) -> None:
    """Serve the console of all added lanes. (For the lane of this machine: hipcue run --console.)"""
    if context.invoked_subcommand is not None:
        return
    from console.access.devices import console_folder  # other commands need not load the server
    from console.gym import Gym
    from console.lanes_file import LanesFile
    from hipcue.supervisor.run_folder import run_folder
    from wire.lifecycle import StopFlag
    from wire.remote.keys import Keys

    with sentences():
        settings = load("", config)
        lanes = LanesFile(console_folder()).all()
        if not lanes:
            fail(
                "console: no lane has been added; add one: hipcue console add NAME tcp://… "
                "(for this machine's own lane: hipcue run --console)"
            )
        stop = StopFlag()
        stop.on_signals(supervised=False)
        with run_folder(default_directory()) as folder:
            gym = Gym(settings, lanes, Keys(keys_folder()), folder, stop)
            out.print(f"Console: {gym.address} (pair a device: hipcue console pair)")
            try:
                gym.serve()
            finally:
                gym.close()


@console_app.command()
def add(
    name: Annotated[str, typer.Argument(help='A name for the lane, such as "lane-1".')],
    address: Annotated[str, typer.Argument(help='The address it publishes at, such as "tcp://192.168.1.21:7660".')],
    of: Annotated[str, typer.Option(help="Name of its key; by default the lane's name.")] = "",
    page: Annotated[
        str | None,
        typer.Option(help='Its own console, "http://…", for settings and runners; by default port 7680 there; "" for none.'),
    ] = None,
) -> None:
    """Add a lane to hipcue console. Its key must be allowed here, and this machine's key there (docs/two-machines.md)."""
    from console.access.devices import console_folder
    from console.lanes_file import FollowedLane, LanesFile, checked_page, page_of
    from wire.remote.curve import checked_address
    from wire.remote.keys import Keys

    with sentences():
        Keys(keys_folder()).key_of(of or name)
        checked_address(address)
        own_page = page_of(address) if page is None else page and checked_page(page)
        LanesFile(console_folder()).add(FollowedLane(name, address, of or name, own_page))
        out.print(f"{name} will be shown when hipcue console next starts.")


@console_app.command()
def remove(name: Annotated[str, typer.Argument(help="The lane's name.")]) -> None:
    """Remove a lane from hipcue console."""
    from console.access.devices import console_folder
    from console.lanes_file import LanesFile

    with sentences():
        LanesFile(console_folder()).remove(name)
        out.print(f"{name} is no longer shown.")


@console_app.command()
def pair(
    viewer: Annotated[bool, typer.Option("--viewer", help="The device may see everything and change nothing.")] = False,
    config: ConfigOption = None,
) -> None:
    """Print a code that pairs one device within two minutes, as key p shows it on the big screen."""
    import segno  # only this command draws

    from console.access.addresses import is_served, origin_of
    from console.access.devices import Devices, console_folder

    with sentences():
        settings: Settings = load("", config)
        token, _ = Devices(console_folder()).new_token("viewer" if viewer else "coach")
        address = f"{origin_of(settings.console)}/pair#{token}"
        if out.is_terminal:
            segno.make_qr(address, error="m").terminal(compact=True)
        out.print(address)
        if not is_served(settings.console):
            err.print(
                f"No console answers there yet; start it within two minutes: hipcue run --console, or hipcue console for many "
                f"lanes{'' if config else '; or give its settings: --config FILE'}"
            )


@console_app.command()
def devices() -> None:
    """List all paired devices."""
    from console.access.devices import Devices, console_folder

    with sentences():
        found = Devices(console_folder()).all()
        if not found:
            out.print("No device is paired; press p on the lane, or run: hipcue console pair")
            return
        print_table(("name", "role", "paired"), [(one.name, one.role, one.paired[:16].replace("T", " ")) for one in found])


@console_app.command()
def revoke(name: Annotated[str, typer.Argument(help="Its name, as hipcue console devices prints it.")]) -> None:
    """Revoke a device: its open pages close within a second."""
    from console.access.devices import Devices, console_folder

    with sentences():
        Devices(console_folder()).revoke(name)
        out.print(f"{name} is no longer paired.")

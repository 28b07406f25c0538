"""Everything that depends on the operating system, behind plain functions. No other module checks which system it runs on.

`interface.py` documents each function and what it does on a system that lacks the thing. Supporting another system takes one
file with one class.
"""

import sys

from wire.system.interface import SharedMemory, SpeechProgram, System, Unsupported
from wire.system.linux import Linux
from wire.system.macos import MacOS
from wire.system.windows import Windows

__all__ = ["SharedMemory", "SpeechProgram", "System", "Unsupported"]

_SYSTEMS: dict[str, type[System]] = {"linux": Linux, "darwin": MacOS, "win32": Windows}
_system = _SYSTEMS.get(sys.platform, System)()

monotonic_ns = _system.monotonic_ns
usable_cores = _system.usable_cores
release_free_memory = _system.release_free_memory
give_way = _system.give_way
forks_with_libraries = _system.forks_with_libraries
runtime_folder = _system.runtime_folder
ipc_address = _system.ipc_address
is_private = _system.is_private
lock_folder = _system.lock_folder
create_shared_memory = _system.create_shared_memory
open_shared_memory = _system.open_shared_memory
on_end_signals = _system.on_end_signals
end_signals_held = _system.end_signals_held
end_signals_deferred = _system.end_signals_deferred
end_with_parent = _system.end_with_parent
continue_process = _system.continue_process
is_alive = _system.is_alive
ask_to_end = _system.ask_to_end
kill_process = _system.kill_process
ignore_requests_to_end = _system.ignore_requests_to_end
watch_children = _system.watch_children
ended_child = _system.ended_child
fork = _system.fork
signal_name = _system.signal_name
boot_id = _system.boot_id
camera_api = _system.camera_api
control_device = _system.control_device
speech_program = _system.speech_program

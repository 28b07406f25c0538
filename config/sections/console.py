"""The coach's console in the browser: [console]."""

import ipaddress
import re

from pydantic import field_validator, model_validator

from config.sections.section import Section, setting

DEFAULT_PORT = 7680
_NAME = re.compile(r"[A-Za-z0-9.-]*")


class ConsoleSettings(Section):
    """The coach's console in a browser (docs/console.md). Key p shows the code that pairs a tablet with it."""

    enabled: bool = setting(False, "true: serve the console, as --console does")
    listen: str = setting(
        "127.0.0.1",
        'the address it listens on; "127.0.0.1": this machine only; "0.0.0.0": also tablets on the same network',
    )
    port: int = setting(DEFAULT_PORT, "its port", ge=1024, le=65535)
    name: str = setting(
        "",
        'the name or address by which tablets reach this machine, such as "lane1.local"; "" finds the address',
        max_length=253,
    )
    report_minutes: int = setting(
        60, "how long the code beside the summary opens the runner's own report on a phone; 0: no code", ge=0, le=1440
    )
    replay: bool = setting(
        False, "true: paired devices can watch the last 10 s in slow motion; false: no picture of a runner reaches them"
    )
    certificate_file: str = setting("", 'a certificate (PEM) for https; "": http')
    certificate_key_file: str = setting("", "the certificate's private key (PEM)")

    @field_validator("listen")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise ValueError(f'{value!r}: must be an address of this machine, such as "127.0.0.1" or "0.0.0.0"') from None
        return value

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise ValueError(f"{value!r}: must be a host name or an address without its port")
        return value

    @model_validator(mode="after")
    def _key_has_its_certificate(self) -> "ConsoleSettings":
        if self.certificate_key_file and not self.certificate_file:
            raise ValueError("certificate_key_file: needs the certificate too; set certificate_file")
        return self

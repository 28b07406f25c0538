"""Writes a report's content to a file."""

from pathlib import Path

from sessions.format.durable import replace_text, replacing
from sessions.report.document import Document
from sessions.report.html_page import html_page


def write_document(document: Document, out: Path) -> None:
    """Write a PDF if the name ends in .pdf, otherwise HTML. Raises OSError."""
    if out.suffix.lower() != ".pdf":
        replace_text(out, html_page(document))
        return
    from sessions.report.pdf import pdf  # noqa: PLC0415 - its library takes long to load

    content = pdf(document)
    with replacing(out) as fresh:
        fresh.write_bytes(content)

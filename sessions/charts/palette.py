"""The colours of drawings and pages, light and dark, and the style sheet of the charts.

They have the same meaning as on the big screen: blue is the target and "good", orange asks for a change, grey is the past.
They can be told apart by the colour-blind (Okabe & Ito 2008). Words have a contrast of at least 4.5 on both grounds, lines and
dots of 3, and nothing is shown by colour alone.
"""

from collections.abc import Mapping

from sessions.charts.svg import TEXT_PX

Palette = Mapping[str, str]

LIGHT: Palette = {
    "ground": "#ffffff",
    "raised": "#f3f6f9",
    "ink": "#15202b",
    "quiet": "#4f5d6b",
    "grid": "#dfe5eb",
    "axis": "#7d8a97",
    "good": "#0b6cb0",
    "change": "#b85c00",
    "before": "#636f7b",
    "far": "#8a4b86",
    "band": "#56b4e9",
    "body": "#c6d0d9",
    "limb": "#e0e6ec",
}
DARK: Palette = {
    "ground": "#0b1016",
    "raised": "#151d26",
    "ink": "#f1f5f8",
    "quiet": "#b2bdc8",
    "grid": "#28333e",
    "axis": "#7c8a97",
    "good": "#56b4e9",
    "change": "#ffa81c",
    "before": "#a2aeba",
    "far": "#d49bd0",
    "band": "#56b4e9",
    "body": "#46535f",
    "limb": "#2c3742",
}
FONTS = (
    "Inter",
    "system-ui",
    "Segoe UI",
    "Helvetica Neue",
    "Roboto",
    "Noto Sans",
    "Liberation Sans",
    "Arial",
    "DejaVu Sans",
    "sans-serif",
)
"""Fonts of the reader's machine: a page contains none."""

_FAMILIES = ",".join(f'"{font}"' if " " in font else font for font in FONTS)
_SHAPES = f"""
.chart{{display:block;width:100%;height:auto;font-family:{_FAMILIES};font-size:{TEXT_PX:g}px}}
.chart path{{stroke-linecap:round;stroke-linejoin:round}}
.chart .thin{{stroke-width:1}}.chart .line{{stroke-width:2.4}}.chart .thick{{stroke-width:3.2}}
.chart .dashed{{stroke-dasharray:6 5}}.chart .dotted{{stroke-dasharray:1.5 5}}
.chart .faint{{fill-opacity:.16}}.chart .soft{{fill-opacity:.3}}.chart .half{{fill-opacity:.6}}.chart .most{{fill-opacity:.85}}
.chart .hollow{{stroke-width:1.4}}.chart .foot{{stroke-width:9}}.chart .see-through{{stroke-opacity:.5}}
"""


def chart_css() -> str:
    """The style sheet that a page with charts needs: its own light colours, and dark ones where the reader prefers them."""
    return f"{_SHAPES}{_colours(LIGHT)}@media (prefers-color-scheme:dark){{@media screen{{{_colours(DARK)}}}}}\n"


def page_variables() -> str:
    """The same colours and fonts as CSS variables, for the page around the charts: var(--ink), var(--fonts) and so on."""
    light, dark = ("".join(f"--{name}:{colour};" for name, colour in palette.items()) for palette in (LIGHT, DARK))
    return f":root{{{light}--fonts:{_FAMILIES}}}@media (prefers-color-scheme:dark){{@media screen{{:root{{{dark}}}}}}}\n"


def standalone(svg: str) -> str:
    """A drawing that contains its style, in light colours: for separate files and for paper."""
    start = svg.index(">") + 1
    return f"{svg[:start]}<style>{_SHAPES}{_colours(LIGHT)}</style>{svg[start:]}"


def _colours(palette: Palette) -> str:
    """Two classes per colour: `fill-ink` for areas and words, `line-ink` for lines; an element may have both."""
    lines = "".join(f".chart .line-{name}{{stroke:{colour};fill:none}}" for name, colour in palette.items())
    return lines + "".join(f".chart .fill-{name}{{fill:{colour}}}" for name, colour in palette.items())

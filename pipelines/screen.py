"""The screen: text is printed as it is. Names of videos hold brackets and colons, which Rich would
take for colours and pictures, and what steers a terminal is escaped."""

from typing import Any

from rich.console import Console
from rich.text import Text

from pipelines.standard_streams import printable


class _Screen(Console):
    def render_str(self, text: str, **options: Any) -> Text:
        """Return lines and cells of tables with their styles, as Rich asks for all of them."""
        return super().render_str(printable(text), **options)


def screen(stderr: bool = False, width: int | None = None) -> Console:
    """Return a console for lines and tables.

    Args:
        stderr: it is standard error.
        width: columns; None for those of the terminal.
    """
    return _Screen(stderr=stderr, width=width, markup=False, emoji=False)

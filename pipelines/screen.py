"""The screen: text is printed as it is. Names of videos hold brackets and colons, which Rich would
take for colours and pictures."""

from rich.console import Console


def screen(stderr: bool = False, width: int | None = None) -> Console:
    """Return a console for lines and tables.

    Args:
        stderr: it is standard error.
        width: columns; None for those of the terminal.
    """
    return Console(stderr=stderr, width=width, markup=False, emoji=False)

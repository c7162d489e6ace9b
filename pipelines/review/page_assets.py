"""The files of the page that are the same in every output: two documents, style, scripts.

Plain scripts that load in their order, without modules and without a build step: a browser opens
the page from a disk, where it allows neither modules nor requests. They live in `page/`.
"""

from importlib.resources import files

HTML_FILES = ("index.html", "video.html")
OTHER_FILES = (
    "style.css",
    "icon.svg",
    "page_words.js",
    "data_loading.js",
    "track_list.js",
    "list_view.js",
    "sound_names.js",
    "times.js",
    "edits.js",
    "playing.js",
    "picture.js",
    "mixer.js",
    "waveform.js",
    "timeline.js",
    "lane_heads.js",
    "inspector.js",
    "side_panels.js",
    "keyboard.js",
    "video_view.js",
)
SIGN_IN_FILES = ("sign_in.html", "sign_in.js", "style.css", "icon.svg")
"""Files of the page on which a service asks for its token; no output holds the first two."""
SERVICE_LIST_FILES = ("soundtracks.html", "soundtracks.js", "style.css", "icon.svg",
                      "data_loading.js", "page_words.js")  # fmt: skip
"""Files of the page that lists all soundtracks of a service; no output holds the first two."""
PAGE_FILES = frozenset((*HTML_FILES, *OTHER_FILES, *SIGN_IN_FILES, *SERVICE_LIST_FILES))
_MARK = b"<html "


def page_file(name: str, service: str | None = None) -> bytes:
    """Return a file of the page.

    Args:
        name: one of `PAGE_FILES`.
        service: for a page that a service hands out, the address that corrections are posted to,
            as seen from the page; it stands in `data-service` of the document.

    Raises:
        KeyError: the page has no such file.
    """
    if name not in PAGE_FILES:
        raise KeyError(name)
    data = files("pipelines.review").joinpath("page", name).read_bytes()
    if service is None or name not in HTML_FILES:
        return data
    if not service.isascii() or not set(service).isdisjoint("\"'<>& "):
        raise ValueError(f"not an address for an attribute: {service!r}")
    return data.replace(_MARK, _MARK + f'data-service="{service}" '.encode(), 1)

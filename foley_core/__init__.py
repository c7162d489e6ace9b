"""Soundtracks for silent video: the library. It knows video, motion and sound, never ray."""

from importlib.metadata import version

__version__ = version("foley")

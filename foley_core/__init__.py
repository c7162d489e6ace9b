"""Soundtracks for silent video: the library. It knows video, motion and sound, never ray."""

__version__ = "0.1.0"

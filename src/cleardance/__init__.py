"""Cleardance: video with sound, with the rights cleared."""

__version__ = "0.1.0"

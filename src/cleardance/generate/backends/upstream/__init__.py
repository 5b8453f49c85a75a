"""Models that other servers run: ``door`` asks, the dialects say what, ``backend`` generates."""

"""The one path from a request to a released video.

In data-flow order: ``service`` (what a process holds open), ``stages`` (the types of the path),
``intake`` (steps 1-2), ``screening`` (3, 5, 6), ``making`` (4), ``releasing`` (7, 8); ``flow``
strings them together, ``tasks`` are their rows, ``record`` is what outsiders see of one.
"""

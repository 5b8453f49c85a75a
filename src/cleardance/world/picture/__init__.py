"""A take painted: ``render`` asks ``stage`` for the place and ``figures`` for the actors.

Below ``stage``: the places (``landscapes``, ``waters``, ``built``, ``interior``, ``elsewhere``),
what they are made of (``skies``, ``heights``, ``plants``, ``weather``), ``light`` and ``paint``.
Below ``figures``: ``sprites``, ``tint`` and ``articulation``.
"""

"""A shot directed: who is where when, and what is heard when.

``casting`` gives places and routes, ``actions`` and ``aloft`` move, ``camera`` looks; ``directing``
puts them together into a ``Take``. ``kinetics`` has the physics they share.
"""

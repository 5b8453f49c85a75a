"""The licensed, procedural data world: described scenes to video with synchronised sound.

In data-flow order: ``vocabulary`` and ``places`` (what exists), ``grammar`` (words to scene and
back), ``scene`` (what happens), ``motion`` (a ``Take``: who is where when, what is heard when),
``stage`` and ``sprites`` (paint), ``render`` (frames), ``foley`` (sound).
"""

"""The licensed, procedural data world: described scenes to video with synchronised sound.

In data-flow order: ``vocabulary`` and ``places`` (what exists), ``language`` (a prompt to a
``scene``, and back), ``motion`` (a scene to ``take``s: who is where when, what is heard when),
``picture`` (takes to frames) and ``sound`` (takes to a track). ``shelf`` keeps what is used again.
"""

"""Words to scenes and back.

In reading order: ``phrases`` and ``lexicon`` (what words mean), ``words`` and ``matching`` (a
prompt as phrases), ``script``, ``drafts`` and ``habits`` (phrases as shots), ``reading``; then the
way back, ``naming`` and ``captions``; and ``sampling``, which makes scenes up. ``grammar`` is the
front door.
"""

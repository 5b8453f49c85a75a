"""Trains the model from an exclusion-stamped data set. Needs the ``train`` extra (torch).

``runs`` says what is trained, ``objective`` what is learnt, ``optimiser`` how, ``state`` keeps it
across crashes, ``trainer`` puts them together; ``fitting`` makes the codec first, ``metrics`` and
``sheets`` show how it goes, ``probe`` judges it, and ``bundle`` makes it a model that runs.

Everything random is a function of the run's seed and the number of the step, so a run that was
killed goes on bit for bit as if it had not been.
"""

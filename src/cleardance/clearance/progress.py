"""How the path tells whoever waits how far it is."""

from collections.abc import Callable

from cleardance.clearance.tasks import Step

StepProgress = Callable[[Step, float], None]
"""Called with the step being worked on and the fraction of it that is done, 0 to 1."""


def silent(step: Step, fraction: float) -> None:
    """Tell nobody."""

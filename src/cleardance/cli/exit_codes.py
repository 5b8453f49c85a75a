"""What the process tells its caller when it ends."""

from enum import IntEnum

from cleardance.errors import CleardanceError, UsageError, VerificationError


class ExitCode(IntEnum):
    """Part of the contract with scripts: never renumbered."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    DENIED = 3
    HELD = 4
    VERIFICATION_FAILED = 5


def exit_code_of(error: CleardanceError) -> ExitCode:
    """Return the exit code an error ends the process with."""
    if isinstance(error, UsageError):
        return ExitCode.USAGE
    if isinstance(error, VerificationError):
        return ExitCode.VERIFICATION_FAILED
    return ExitCode.FAILED

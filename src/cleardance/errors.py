"""Every error Cleardance raises on purpose.

::

    CleardanceError                 500 InternalError
    ├── UsageError                  400 InvalidParameter     the request itself is wrong
    │   ├── UnsupportedByModel      400 InvalidParameter.Unsupported
    │   ├── AddressRefused          400 InvalidParameter.Address  a URL that we do not ask
    │   ├── KeyUsed                 422 InvalidParameter.IdempotencyKey  for something else
    │   ├── NotFound                404 NotFound
    │   │   └── NoSuchModel         404 InvalidEndpointOrModel.NotFound
    │   ├── NotReleased             409 NotReleased          an output nobody is to have yet
    │   └── RulesError              400 InvalidRules         a table of rules that cannot be used
    │       ├── UnknownSignal       400 InvalidRules.Signal
    │       ├── ThresholdOutOfRange 400 InvalidRules.Threshold
    │       ├── NoRuleDecides       400 InvalidRules.Missing
    │       ├── RuleUnreachable     400 InvalidRules.Unreachable
    │       └── RulesOverlap        400 InvalidRules.Overlap
    ├── AuthenticationError         401 AuthenticationError  no key, or one that does not count
    ├── AccessDenied                403 AccessDenied         not with this key, or this account
    ├── LimitReached                429 LimitReached         of a key; later it will do
    │   ├── RateLimited             429 RateLimitExceeded    too many requests, or tasks at once
    │   └── QuotaExceeded           429 QuotaExceeded        the tokens or money of the key are used
    ├── MediaError                  400 InvalidMedia         a file we were given or made
    │   ├── UnreadableMedia         400 InvalidMedia.Unreadable
    │   ├── UnreachableMedia        400 InvalidMedia.Unreachable
    │   ├── MediaTooLarge           413 InvalidMedia.TooLarge
    │   ├── InvalidCredentials      400 InvalidMedia.Credentials  changed after it was signed
    │   └── EncodingFailed          500 EncodingFailed
    ├── ReviewError                 409 InvalidReview        a review or appeal that cannot be
    │   ├── ReviewDecided           409 InvalidReview.Decided
    │   ├── ReviewClaimed           409 InvalidReview.Claimed
    │   ├── ReviewerNotAllowed      403 InvalidReview.Reviewer
    │   ├── AppealUsed              409 InvalidReview.AppealUsed
    │   └── NotAppealable           409 InvalidReview.NotAppealable
    ├── Removed                     451 Removed              an output removed on a notice
    ├── FileFailed                  400 FileFailed           a file that cannot be opened
    ├── RegistryError               400 InvalidRegistryRow
    ├── LicenceError                400 InvalidLicence       a grant that nobody could make
    ├── NoticeError                 400 InvalidNotice        a form that cannot be read
    ├── StoreError                  500 StoreFailed          home, database or blobs
    │   ├── BackupInvalid           400 StoreFailed.Backup
    │   ├── HomeUnusable            500 StoreFailed.Home
    │   ├── DiskFull                507 StoreFailed.DiskFull
    │   ├── TaskBusy                409 StoreFailed.Busy
    │   │   └── LeaseLost           409 StoreFailed.LeaseLost  another works on it now, or nobody
    │   └── BlobDamaged             500 StoreFailed.BlobDamaged
    ├── SignalUnavailable           503 SignalUnavailable    a part that compares is not there
    ├── PartMissing                 503 PartMissing          an extra that is not installed
    ├── JudgeFailed                 502 JudgeFailed          no opinion to be had: it holds
    ├── Cancelled                   409 Cancelled            by whoever asked
    ├── Expired                     409 Expired              not done in the time it was given
    ├── NotCancellable              409 NotCancellable       it has ended
    ├── QueueFull                   429 QueueFull            more is waiting than may wait
    ├── GenerationFailed            500 GenerationFailed
    │   ├── UpstreamFailed          502 GenerationFailed.Upstream  another server's model
    │   ├── UpstreamRefused         400 UpstreamRefused      it does not want to make this
    │   └── DoesNotFit              500 GenerationFailed.Memory  a model larger than the machine
    ├── SealFailed                  500 SealFailed           watermark or signature not made
    │   └── TimeStampUnavailable    503 SealFailed.TimeStamp the release waits for it
    ├── WitnessUnavailable          503 WitnessUnavailable   the release waits for it
    └── VerificationError           422 VerificationFailed   never a bare bool
        ├── SealInvalid             422 VerificationFailed.Seal
        └── LedgerInvalid           422 VerificationFailed.Ledger

A refusal (``deny`` or ``hold``) is not an error: it is a verdict, and is returned as one.
"""

from typing import ClassVar


class CleardanceError(Exception):
    """Base of all our errors: a stable code, an HTTP status, what happened, what to do."""

    code: ClassVar[str] = "InternalError"
    http_status: ClassVar[int] = 500

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def diagnostics(self) -> str:
        """Return the message, and beneath it what a person can do about it, if known."""
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(CleardanceError):
    """The request itself is wrong: a value out of range, an unknown option."""

    code = "InvalidParameter"
    http_status = 400


class UnsupportedByModel(UsageError):
    """A legal request that the chosen model cannot serve."""

    code = "InvalidParameter.Unsupported"


class AddressRefused(UsageError):
    """A URL that is not fetched: not the web's, not public, or with a password in it."""

    code = "InvalidParameter.Address"


class KeyUsed(UsageError):
    """The name of a request that is another one's already."""

    code = "InvalidParameter.IdempotencyKey"
    http_status = 422


class NotFound(UsageError):
    """Something named by the caller does not exist."""

    code = "NotFound"
    http_status = 404


class NoSuchModel(NotFound):
    """A model that is not here."""

    code = "InvalidEndpointOrModel.NotFound"


class NotReleased(UsageError):
    """An output is asked for that was not released: it is on its way, held, denied or failed."""

    code = "NotReleased"
    http_status = 409


class RulesError(UsageError):
    """A table of rules that is not one: not TOML, a column missing or unknown, an id used twice."""

    code = "InvalidRules"


class UnknownSignal(RulesError):
    """A rule names a signal that nothing here computes."""

    code = "InvalidRules.Signal"


class ThresholdOutOfRange(RulesError):
    """A rule's distance is one at which its signal never matches, or is given for all signals."""

    code = "InvalidRules.Threshold"


class NoRuleDecides(RulesError):
    """A match that can happen is decided by no rule; the message says which."""

    code = "InvalidRules.Missing"


class RuleUnreachable(RulesError):
    """Every match that a rule fits is decided by one before it."""

    code = "InvalidRules.Unreachable"


class RulesOverlap(RulesError):
    """Two rules fit some of the same matches, decide differently, and neither is the exception."""

    code = "InvalidRules.Overlap"


class AuthenticationError(CleardanceError):
    """No key was given, or one that is unknown, expired or revoked."""

    code = "AuthenticationError"
    http_status = 401


class AccessDenied(CleardanceError):
    """The account is suspended, or neither its roles nor the key's scopes allow this."""

    code = "AccessDenied"
    http_status = 403


class LimitReached(CleardanceError):
    """A limit of the key; ``retry_after_s`` says when it is worth asking again."""

    code = "LimitReached"
    http_status = 429

    def __init__(self, message: str, *, retry_after_s: float, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class RateLimited(LimitReached):
    """Too many requests in a short time, or too many tasks under way at once."""

    code = "RateLimitExceeded"


class QuotaExceeded(LimitReached):
    """The tokens of the day or the money of the month that the key may use are used up."""

    code = "QuotaExceeded"


class MediaError(CleardanceError):
    """A media file that cannot be used."""

    code = "InvalidMedia"
    http_status = 400


class UnreadableMedia(MediaError):
    """Not media of a kind we read, or truncated, or damaged."""

    code = "InvalidMedia.Unreadable"


class UnreachableMedia(MediaError):
    """A URL that gave no file: no answer, a bad one, or too slowly."""

    code = "InvalidMedia.Unreachable"


class MediaTooLarge(MediaError):
    """Past a limit of size, pixels, frames, duration, streams or decoding time."""

    code = "InvalidMedia.TooLarge"
    http_status = 413


class InvalidCredentials(MediaError):
    """A reference that was changed after it was signed, or signed wrongly."""

    code = "InvalidMedia.Credentials"


class EncodingFailed(MediaError):
    """We could not write a media file."""

    code = "EncodingFailed"
    http_status = 500


class ReviewError(CleardanceError):
    """A review or appeal that cannot be, as things stand."""

    code = "InvalidReview"
    http_status = 409


class ReviewDecided(ReviewError):
    """A review that somebody has decided, or taken, at the same moment or before."""

    code = "InvalidReview.Decided"


class ReviewClaimed(ReviewError):
    """A review that another reviewer has taken, less than an hour ago."""

    code = "InvalidReview.Claimed"


class ReviewerNotAllowed(ReviewError):
    """Not this person, or not this decision: one's own request, one's own denial, things unseen."""

    code = "InvalidReview.Reviewer"
    http_status = 403


class AppealUsed(ReviewError):
    """The one appeal of the task was made before."""

    code = "InvalidReview.AppealUsed"


class NotAppealable(ReviewError):
    """Nothing was denied: the task is still on its way, was released, or failed."""

    code = "InvalidReview.NotAppealable"


class Removed(CleardanceError):
    """An output is asked for that a notice removed; which notice, and how to object, is said.

    451 is "unavailable for legal reasons" (RFC 7725).
    """

    code = "Removed"
    http_status = 451


class FileFailed(CleardanceError):
    """A file named by the caller cannot be opened, read or written; the system says why."""

    code = "FileFailed"
    http_status = 400


class RegistryError(CleardanceError):
    """A registry row or reference that cannot be registered."""

    code = "InvalidRegistryRow"
    http_status = 400


class LicenceError(CleardanceError):
    """A licence or consent that cannot be granted as it is written."""

    code = "InvalidLicence"
    http_status = 400


class NoticeError(CleardanceError):
    """A notice whose form cannot be read; one that only lacks something is kept and answered."""

    code = "InvalidNotice"
    http_status = 400


class StoreError(CleardanceError):
    """The home folder, its database or its blobs failed."""

    code = "StoreFailed"


class BackupInvalid(StoreError):
    """A backup that is not whole, was changed, or was made by another version."""

    code = "StoreFailed.Backup"
    http_status = 400


class HomeUnusable(StoreError):
    """The home folder cannot be created, read or written."""

    code = "StoreFailed.Home"


class DiskFull(StoreError):
    """No space left to write; nothing was released."""

    code = "StoreFailed.DiskFull"
    http_status = 507


class TaskBusy(StoreError):
    """Another process is working on the same task; it holds the lock."""

    code = "StoreFailed.Busy"
    http_status = 409


class LeaseLost(TaskBusy):
    """The task was cancelled, or is another process's now; what was being done is dropped."""

    code = "StoreFailed.LeaseLost"


class BlobDamaged(StoreError):
    """A blob's bytes no longer match the digest that names it, or are gone."""

    code = "StoreFailed.BlobDamaged"


class SignalUnavailable(CleardanceError):
    """A signal cannot be computed here: its part is not installed, or its model not found.

    The hint says how to install it.
    """

    code = "SignalUnavailable"
    http_status = 503


class PartMissing(CleardanceError):
    """What was asked for needs an extra that is not installed; the hint says how to install it."""

    code = "PartMissing"
    http_status = 503


class JudgeFailed(CleardanceError):
    """The judge named in the settings gave no opinion that can be read; the message says why."""

    code = "JudgeFailed"
    http_status = 502


class Cancelled(CleardanceError):
    """Whoever asked changed their mind; nothing was released."""

    code = "Cancelled"
    http_status = 409


class Expired(CleardanceError):
    """The task was not done in the time that its requester gave it; nothing was released."""

    code = "Expired"
    http_status = 409


class NotCancellable(CleardanceError):
    """The task has ended, or its output is being handed over."""

    code = "NotCancellable"
    http_status = 409


class QueueFull(CleardanceError):
    """As much is waiting as may wait, of this account or in all; nothing was stored."""

    code = "QueueFull"
    http_status = 429

    def __init__(self, message: str, *, retry_after_s: float = 10.0) -> None:
        super().__init__(message, hint=f"Try again in {retry_after_s:g} s.")
        self.retry_after_s = retry_after_s


class GenerationFailed(CleardanceError):
    """The model raised or produced something that is not a video."""

    code = "GenerationFailed"


class UpstreamFailed(GenerationFailed):
    """The server that runs the model does not answer, failed, or gave what is not the video."""

    code = "GenerationFailed.Upstream"
    http_status = 502


class UpstreamRefused(GenerationFailed):
    """The server that runs the model refused the request; the message says why, in its words.

    Of a refusal with a code that clients know, ``code`` is that one.
    """

    code = "UpstreamRefused"
    http_status = 400


class DoesNotFit(GenerationFailed):
    """A model that needs more memory than there is; it was not loaded."""

    code = "GenerationFailed.Memory"


class SealFailed(CleardanceError):
    """Watermarking or signing failed; the output stays unreleased."""

    code = "SealFailed"


class TimeStampUnavailable(SealFailed):
    """The outside time stamp authority did not answer; the release waits for it."""

    code = "SealFailed.TimeStamp"
    http_status = 503


class WitnessUnavailable(CleardanceError):
    """Too few witnesses have cosigned the newest checkpoint; what waits for it goes on later."""

    code = "WitnessUnavailable"
    http_status = 503


class VerificationError(CleardanceError):
    """Something that should be provable is not."""

    code = "VerificationFailed"
    http_status = 422


class SealInvalid(VerificationError):
    """A manifest is missing, untrusted or does not match its file."""

    code = "VerificationFailed.Seal"


class LedgerInvalid(VerificationError):
    """A row, leaf, node or checkpoint of the ledger was changed; the message names it."""

    code = "VerificationFailed.Ledger"

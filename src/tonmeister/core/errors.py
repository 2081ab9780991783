"""Every error that a user can meet, in one tree.

::

    TonmeisterError
    ├── InputError                  the material handed in
    │   ├── FileMissingError            FILE_NOT_FOUND
    │   ├── FormatUnsupportedError      FORMAT_UNSUPPORTED
    │   ├── AudioUnreadableError        AUDIO_UNREADABLE
    │   ├── AudioEmptyError             AUDIO_EMPTY
    │   ├── AudioSilentError            AUDIO_SILENT
    │   ├── AudioTooShortError          AUDIO_TOO_SHORT
    │   ├── AudioTooLongError           AUDIO_TOO_LONG
    │   ├── BeatMissingError            BEAT_NOT_FOUND
    │   ├── ChannelsUnsupportedError    CHANNELS_UNSUPPORTED
    │   └── SampleRateUnsupportedError  SAMPLE_RATE_UNSUPPORTED
    ├── ParameterError              PARAMETER_INVALID
    │   ├── ChoiceUnknownError          CHOICE_UNKNOWN
    │   └── CombinationError            COMBINATION_UNSUPPORTED
    ├── OutputError                 OUTPUT_FAILED
    │   ├── OutputExistsError           OUTPUT_EXISTS
    │   ├── OutputUnwritableError       OUTPUT_UNWRITABLE
    │   └── VerificationError           VERIFICATION_FAILED
    ├── RequestError                REQUEST_INVALID: what a client asks of a door of the server
    │   ├── RouteMissingError           ROUTE_NOT_FOUND
    │   ├── MethodError                 METHOD_NOT_ALLOWED
    │   ├── ApiVersionError             VERSION_UNSUPPORTED
    │   ├── ContentTypeError            CONTENT_TYPE_UNSUPPORTED
    │   ├── ChecksumUnknownError        CHECKSUM_UNKNOWN
    │   ├── RevisionError               REVISION_OUTDATED
    │   ├── RangeError                  RANGE_UNSATISFIABLE
    │   ├── SignatureError              SIGNATURE_INVALID
    │   ├── AssetPreparingError         ASSET_PREPARING
    │   ├── HostRefusedError            HOST_REFUSED
    │   ├── OriginRefusedError          ORIGIN_REFUSED
    │   ├── TokenError                  TOKEN_NEEDED
    │   ├── BodyTooLargeError           BODY_TOO_LARGE
    │   ├── HeaderTooLargeError         HEADER_TOO_LARGE
    │   └── RateLimitError              RATE_LIMITED
    │       └── QuotaError                  QUOTA_EXCEEDED
    ├── NotReadyError               NOT_READY: a part of the studio does not answer
    ├── NotFoundError               NOT_FOUND: the studio holds no such thing
    │   ├── AssetMissingError           ASSET_NOT_FOUND
    │   ├── BlobMissingError            BLOB_MISSING
    │   ├── PresetMissingError          PRESET_NOT_FOUND
    │   ├── VersionMissingError         VERSION_NOT_FOUND
    │   └── UploadMissingError          UPLOAD_NOT_FOUND
    ├── ConflictError               CONFLICT: the request does not fit the present state
    │   ├── DraftError                  DRAFT_UNPREPARED
    │   ├── IdempotencyError            IDEMPOTENCY_CONFLICT
    │   ├── NameTakenError              NAME_TAKEN
    │   ├── UploadGoneError             UPLOAD_GONE
    │   ├── UploadLockedError           UPLOAD_LOCKED
    │   └── UploadOffsetError           UPLOAD_OFFSET
    ├── UploadTooLargeError         UPLOAD_TOO_LARGE: more bytes than the limit or than announced
    │   └── StorageQuotaError           STORAGE_QUOTA_EXCEEDED
    ├── ChecksumError               CHECKSUM_MISMATCH: bytes were changed on their way or in storage
    ├── StorageError                STORAGE_FAILED: database or file storage does not answer
    │   ├── StorageFullError            STORAGE_FULL
    │   ├── DatabaseDamagedError        DATABASE_DAMAGED
    │   ├── SchemaError                 SCHEMA_MISMATCH
    │   └── BackupError                 BACKUP_FAILED
    ├── MissingPartError            PART_MISSING: an optional codec, model or service is not installed
    │   └── ModelMissingError           MODEL_MISSING
    ├── LinkError                   LINK_INVALID: sound is to be fetched from an address
    │   ├── LinksOffError               LINKS_OFF
    │   ├── LinkRefusedError            LINK_REFUSED
    │   └── LinkFailedError             LINK_FAILED
    ├── JobError                    JOB_FAILED: what can go wrong with work that the server does
    │   ├── JobMissingError             JOB_NOT_FOUND
    │   ├── JobStateError               JOB_STATE_UNSUITABLE
    │   ├── JobDiedError                JOB_DIED
    │   ├── JobTimeoutError             JOB_TIMEOUT
    │   ├── JobMemoryError              JOB_OUT_OF_MEMORY
    │   ├── StepSkippedError            STEP_SKIPPED
    │   └── ScheduleMissingError        SCHEDULE_NOT_FOUND
    ├── CancelledError              CANCELLED
    └── InternalError               INTERNAL: a fault of ours

Each class has a stable ``code``; `EXIT_CODES` and `HTTP_STATUS` are the only tables from code to a door's own signal.
"""

from __future__ import annotations

import difflib
import math
from typing import Any, ClassVar

_DID_YOU_MEAN = "Did you mean"


class TonmeisterError(Exception):
    """Base of all errors that are told to the user.

    The message names the field, the value, the bound and the remedy, each of which is also kept as data.
    """

    code: ClassVar[str] = "INTERNAL"

    def __init__(
        self, message: str, *, field: str | None = None, value: Any = None, bound: Any = None, remedy: str | None = None
    ):
        self.message = message
        self.field = field
        self.value = value
        self.bound = bound
        self.remedy = remedy
        super().__init__(f"{message} {remedy}" if remedy else message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross process borders whole."""
        return (_rebuild, (type(self), self.message, self.field, self.value, self.bound, self.remedy))

    def details(self) -> dict[str, Any]:
        """Return the error as data: code, message, field, value, bound, remedy (absent ones left out)."""
        parts = {"field": self.field, "value": self.value, "bound": self.bound, "remedy": self.remedy}
        return {"code": self.code, "message": self.message} | {
            key: _as_data(value) for key, value in parts.items() if value is not None
        }


def _as_data(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_as_data(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON knows no infinity
    return value if isinstance(value, str | int | float | bool) else str(value)


def _rebuild(
    cls: type[TonmeisterError], message: str, field: str | None, value: Any, bound: Any, remedy: str | None
) -> TonmeisterError:
    return cls(message, field=field, value=value, bound=bound, remedy=remedy)


class InputError(TonmeisterError):
    """Something is wrong with the material handed in."""

    code = "INPUT_INVALID"


class FileMissingError(InputError):
    """There is no such file, or it may not be read."""

    code = "FILE_NOT_FOUND"


class FormatUnsupportedError(InputError):
    """The content is not a kind of file that this reader understands."""

    code = "FORMAT_UNSUPPORTED"


class AudioUnreadableError(InputError):
    """The file says that it is audio, but cannot be decoded."""

    code = "AUDIO_UNREADABLE"


class AudioEmptyError(InputError):
    """The file holds no samples."""

    code = "AUDIO_EMPTY"


class AudioSilentError(InputError):
    """The audio holds nothing but silence, where sound is needed."""

    code = "AUDIO_SILENT"


class AudioTooShortError(InputError):
    """The audio is shorter than the work needs."""

    code = "AUDIO_TOO_SHORT"


class AudioTooLongError(InputError):
    """The audio is longer than the limit set."""

    code = "AUDIO_TOO_LONG"


class BeatMissingError(InputError):
    """What is asked for needs a beat, and the song has none that could be counted."""

    code = "BEAT_NOT_FOUND"


class ChannelsUnsupportedError(InputError):
    """The number of channels does not fit the work."""

    code = "CHANNELS_UNSUPPORTED"


class SampleRateUnsupportedError(InputError):
    """The sample rate is outside of what is supported."""

    code = "SAMPLE_RATE_UNSUPPORTED"


class ParameterError(TonmeisterError):
    """A parameter is missing, misspelt or out of its bounds."""

    code = "PARAMETER_INVALID"


class ChoiceUnknownError(ParameterError):
    """A name is not among the choices; the remedy tells which one was probably meant."""

    code = "CHOICE_UNKNOWN"

    def __init__(
        self, message: str, *, field: str | None = None, value: Any = None, bound: Any = None, remedy: str | None = None
    ):
        if isinstance(value, str) and isinstance(bound, list | tuple) and not (remedy or "").startswith(_DID_YOU_MEAN):
            near = difflib.get_close_matches(value.lower(), [str(choice) for choice in bound], n=1)
            if near:
                remedy = f"{_DID_YOU_MEAN} {near[0]!r}? {remedy or ''}".rstrip()
        super().__init__(message, field=field, value=value, bound=bound, remedy=remedy)


class CombinationError(ParameterError):
    """Each parameter is valid, but they do not go together."""

    code = "COMBINATION_UNSUPPORTED"


class OutputError(TonmeisterError):
    """A result could not be written."""

    code = "OUTPUT_FAILED"


class OutputExistsError(OutputError):
    """The output path is taken."""

    code = "OUTPUT_EXISTS"


class OutputUnwritableError(OutputError):
    """The folder or the disk does not take the output."""

    code = "OUTPUT_UNWRITABLE"


class VerificationError(OutputError):
    """The written file does not measure as promised, so it was not delivered."""

    code = "VERIFICATION_FAILED"


class RequestError(TonmeisterError):
    """A request to the server is not one that it understands."""

    code = "REQUEST_INVALID"


class RouteMissingError(RequestError):
    """There is nothing under this address."""

    code = "ROUTE_NOT_FOUND"


class MethodError(RequestError):
    """The address exists, but does not take this method."""

    code = "METHOD_NOT_ALLOWED"


class ApiVersionError(RequestError):
    """The version of the interface that the client asks for is not spoken here."""

    code = "VERSION_UNSUPPORTED"


class ContentTypeError(RequestError):
    """The body of the request is of a kind that the address does not take."""

    code = "CONTENT_TYPE_UNSUPPORTED"


class ChecksumUnknownError(RequestError):
    """The algorithm of a checksum is not one that the server knows."""

    code = "CHECKSUM_UNKNOWN"


class RevisionError(RequestError):
    """What was to be changed has changed since the client read it."""

    code = "REVISION_OUTDATED"


class RangeError(RequestError):
    """The stretch asked for lies outside of the file."""

    code = "RANGE_UNSATISFIABLE"


class SignatureError(RequestError):
    """The signed link has expired, or was altered."""

    code = "SIGNATURE_INVALID"


class AssetPreparingError(RequestError):
    """The sound is still being prepared for playing."""

    code = "ASSET_PREPARING"


class HostRefusedError(RequestError):
    """The request names a host that this server does not go by."""

    code = "HOST_REFUSED"


class OriginRefusedError(RequestError):
    """A page of another site asks, and that site is not on the list."""

    code = "ORIGIN_REFUSED"


class TokenError(RequestError):
    """The server is opened with a shared token, and the request does not carry it."""

    code = "TOKEN_NEEDED"


class BodyTooLargeError(RequestError):
    """The body of the request is larger than the limit set."""

    code = "BODY_TOO_LARGE"


class HeaderTooLargeError(RequestError):
    """The address and the headers of the request are longer than a server takes."""

    code = "HEADER_TOO_LARGE"


class RateLimitError(RequestError):
    """There are more requests than the limit set allows; ``retry_after_s`` tells when the next one is welcome."""

    code = "RATE_LIMITED"

    retry_after_s: float = 60.0

    def after(self, retry_after_s: float) -> RateLimitError:
        """Return the error with the time after which asking again makes sense."""
        self.retry_after_s = retry_after_s
        return self


class QuotaError(RateLimitError):
    """There are more jobs or bytes than the owner's quota allows."""

    code = "QUOTA_EXCEEDED"


class NotReadyError(TonmeisterError):
    """A part of the studio that it needs for its work does not answer."""

    code = "NOT_READY"


class NotFoundError(TonmeisterError):
    """There is no such thing in the studio."""

    code = "NOT_FOUND"


class AssetMissingError(NotFoundError):
    """There is no such asset, or it was deleted."""

    code = "ASSET_NOT_FOUND"


class BlobMissingError(NotFoundError):
    """A file that should be in storage is not there."""

    code = "BLOB_MISSING"


class PresetMissingError(NotFoundError):
    """There is no such preset."""

    code = "PRESET_NOT_FOUND"


class VersionMissingError(NotFoundError):
    """The song has no such version."""

    code = "VERSION_NOT_FOUND"


class UploadMissingError(NotFoundError):
    """There is no such upload."""

    code = "UPLOAD_NOT_FOUND"


class ConflictError(TonmeisterError):
    """The request does not fit the present state."""

    code = "CONFLICT"


class DraftError(ConflictError):
    """No draft can be made at once: a job must do the work, or do it first."""

    code = "DRAFT_UNPREPARED"


class IdempotencyError(ConflictError):
    """The idempotency key was used for another request, or that request is still running."""

    code = "IDEMPOTENCY_CONFLICT"


class NameTakenError(ConflictError):
    """Something else has this name."""

    code = "NAME_TAKEN"


class UploadGoneError(ConflictError):
    """The upload expired, was ended or is finished."""

    code = "UPLOAD_GONE"


class UploadLockedError(ConflictError):
    """Another request is writing to the upload."""

    code = "UPLOAD_LOCKED"


class UploadOffsetError(ConflictError):
    """The bytes do not continue where the upload stands."""

    code = "UPLOAD_OFFSET"


class UploadTooLargeError(TonmeisterError):
    """More bytes came than are allowed or were announced."""

    code = "UPLOAD_TOO_LARGE"


class StorageQuotaError(UploadTooLargeError):
    """The user's share of the storage is full."""

    code = "STORAGE_QUOTA_EXCEEDED"


class ChecksumError(TonmeisterError):
    """Bytes were changed on their way or in storage."""

    code = "CHECKSUM_MISMATCH"


class StorageError(TonmeisterError):
    """The database or the file storage does not answer as it should."""

    code = "STORAGE_FAILED"


class StorageFullError(StorageError):
    """There is no room left in the storage."""

    code = "STORAGE_FULL"


class DatabaseDamagedError(StorageError):
    """The database's file is not one any more, or its pages contradict each other."""

    code = "DATABASE_DAMAGED"


class SchemaError(StorageError):
    """The database's schema does not fit this version of the program."""

    code = "SCHEMA_MISMATCH"


class BackupError(StorageError):
    """A backup could not be made, or is not whole."""

    code = "BACKUP_FAILED"


class MissingPartError(TonmeisterError):
    """An optional codec, model or service is needed and not installed."""

    code = "PART_MISSING"


class ModelMissingError(MissingPartError):
    """The weights of a network are not where the build puts them."""

    code = "MODEL_MISSING"


class LinkError(TonmeisterError):
    """Sound is to be fetched from an address, and that cannot be."""

    code = "LINK_INVALID"


class LinksOffError(LinkError):
    """The one who runs the program has not switched fetching on."""

    code = "LINKS_OFF"


class LinkRefusedError(LinkError):
    """The address, or what was found behind it, is outside of what is allowed."""

    code = "LINK_REFUSED"


class LinkFailedError(LinkError):
    """The address does not answer, or holds no sound that could be fetched."""

    code = "LINK_FAILED"


class JobError(TonmeisterError):
    """A job of the server could not be done."""

    code = "JOB_FAILED"


class JobMissingError(JobError):
    """There is no such job."""

    code = "JOB_NOT_FOUND"


class JobStateError(JobError):
    """The job is in a state in which this cannot be done with it."""

    code = "JOB_STATE_UNSUITABLE"


class JobDiedError(JobError):
    """The process that did the work died, again and again."""

    code = "JOB_DIED"


class JobTimeoutError(JobError):
    """The work took longer than it may."""

    code = "JOB_TIMEOUT"


class JobMemoryError(JobError):
    """The work needed more memory than it may use."""

    code = "JOB_OUT_OF_MEMORY"


class StepSkippedError(JobError):
    """The step was not done, because one that it needs has failed."""

    code = "STEP_SKIPPED"


class ScheduleMissingError(JobError):
    """There is no such schedule."""

    code = "SCHEDULE_NOT_FOUND"


class CancelledError(TonmeisterError):
    """The user cancelled the work."""

    code = "CANCELLED"


class InternalError(TonmeisterError):
    """A fault of ours."""

    code = "INTERNAL"


def error_classes() -> tuple[type[TonmeisterError], ...]:
    """Return every class of the tree, the base first; private ones, which carry another's code, are not of it."""
    found: list[type[TonmeisterError]] = [TonmeisterError]
    for cls in found:
        found.extend(sub for sub in cls.__subclasses__() if not sub.__name__.startswith("_"))
    return tuple(found)


EXIT_CODES: dict[str, int] = {
    "PARAMETER_INVALID": 2,
    "CHOICE_UNKNOWN": 2,
    "COMBINATION_UNSUPPORTED": 2,
    "INPUT_INVALID": 3,
    "FILE_NOT_FOUND": 3,
    "FORMAT_UNSUPPORTED": 3,
    "AUDIO_UNREADABLE": 3,
    "AUDIO_EMPTY": 3,
    "AUDIO_SILENT": 3,
    "AUDIO_TOO_SHORT": 3,
    "AUDIO_TOO_LONG": 3,
    "BEAT_NOT_FOUND": 3,
    "CHANNELS_UNSUPPORTED": 3,
    "SAMPLE_RATE_UNSUPPORTED": 3,
    "OUTPUT_FAILED": 4,
    "OUTPUT_EXISTS": 4,
    "OUTPUT_UNWRITABLE": 4,
    "VERIFICATION_FAILED": 4,
    "REQUEST_INVALID": 2,
    "ROUTE_NOT_FOUND": 2,
    "METHOD_NOT_ALLOWED": 2,
    "VERSION_UNSUPPORTED": 2,
    "CONTENT_TYPE_UNSUPPORTED": 2,
    "CHECKSUM_UNKNOWN": 2,
    "REVISION_OUTDATED": 2,
    "RANGE_UNSATISFIABLE": 2,
    "SIGNATURE_INVALID": 2,
    "ASSET_PREPARING": 2,
    "HOST_REFUSED": 2,
    "ORIGIN_REFUSED": 2,
    "TOKEN_NEEDED": 2,
    "BODY_TOO_LARGE": 2,
    "HEADER_TOO_LARGE": 2,
    "RATE_LIMITED": 2,
    "QUOTA_EXCEEDED": 2,
    "NOT_READY": 5,
    "NOT_FOUND": 3,
    "ASSET_NOT_FOUND": 3,
    "BLOB_MISSING": 4,
    "PRESET_NOT_FOUND": 3,
    "VERSION_NOT_FOUND": 3,
    "UPLOAD_NOT_FOUND": 3,
    "CONFLICT": 2,
    "DRAFT_UNPREPARED": 2,
    "IDEMPOTENCY_CONFLICT": 2,
    "NAME_TAKEN": 2,
    "UPLOAD_GONE": 3,
    "UPLOAD_LOCKED": 2,
    "UPLOAD_OFFSET": 2,
    "UPLOAD_TOO_LARGE": 3,
    "STORAGE_QUOTA_EXCEEDED": 3,
    "CHECKSUM_MISMATCH": 3,
    "STORAGE_FAILED": 4,
    "STORAGE_FULL": 4,
    "DATABASE_DAMAGED": 4,
    "SCHEMA_MISMATCH": 4,
    "BACKUP_FAILED": 4,
    "PART_MISSING": 5,
    "MODEL_MISSING": 5,
    "LINK_INVALID": 3,
    "LINKS_OFF": 3,
    "LINK_REFUSED": 3,
    "LINK_FAILED": 3,
    "JOB_FAILED": 7,
    "JOB_NOT_FOUND": 7,
    "JOB_STATE_UNSUITABLE": 7,
    "JOB_DIED": 7,
    "JOB_TIMEOUT": 7,
    "JOB_OUT_OF_MEMORY": 7,
    "STEP_SKIPPED": 7,
    "SCHEDULE_NOT_FOUND": 7,
    "INTERNAL": 70,
    "CANCELLED": 130,
}
"""Exit code of the command line by error code. 6 is a batch of which some songs failed."""

BATCH_EXIT_CODE = 6

HTTP_STATUS: dict[str, int] = {
    "PARAMETER_INVALID": 422,
    "CHOICE_UNKNOWN": 422,
    "COMBINATION_UNSUPPORTED": 422,
    "INPUT_INVALID": 422,
    "FILE_NOT_FOUND": 404,
    "FORMAT_UNSUPPORTED": 415,
    "AUDIO_UNREADABLE": 422,
    "AUDIO_EMPTY": 422,
    "AUDIO_SILENT": 422,
    "AUDIO_TOO_SHORT": 422,
    "AUDIO_TOO_LONG": 413,
    "BEAT_NOT_FOUND": 422,
    "CHANNELS_UNSUPPORTED": 422,
    "SAMPLE_RATE_UNSUPPORTED": 422,
    "OUTPUT_FAILED": 500,
    "OUTPUT_EXISTS": 409,
    "OUTPUT_UNWRITABLE": 507,
    "VERIFICATION_FAILED": 500,
    "REQUEST_INVALID": 422,
    "ROUTE_NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "VERSION_UNSUPPORTED": 406,
    "CONTENT_TYPE_UNSUPPORTED": 415,
    "CHECKSUM_UNKNOWN": 400,  # what tus prescribes
    "REVISION_OUTDATED": 412,
    "RANGE_UNSATISFIABLE": 416,
    "SIGNATURE_INVALID": 403,
    "ASSET_PREPARING": 409,
    "HOST_REFUSED": 421,
    "ORIGIN_REFUSED": 403,
    "TOKEN_NEEDED": 401,
    "BODY_TOO_LARGE": 413,
    "HEADER_TOO_LARGE": 431,
    "RATE_LIMITED": 429,
    "QUOTA_EXCEEDED": 429,
    "NOT_READY": 503,
    "NOT_FOUND": 404,
    "ASSET_NOT_FOUND": 404,
    "BLOB_MISSING": 404,
    "PRESET_NOT_FOUND": 404,
    "VERSION_NOT_FOUND": 404,
    "UPLOAD_NOT_FOUND": 404,
    "CONFLICT": 409,
    "DRAFT_UNPREPARED": 409,
    "IDEMPOTENCY_CONFLICT": 409,
    "NAME_TAKEN": 409,
    "UPLOAD_GONE": 410,
    "UPLOAD_LOCKED": 423,
    "UPLOAD_OFFSET": 409,
    "UPLOAD_TOO_LARGE": 413,
    "STORAGE_QUOTA_EXCEEDED": 413,
    "CHECKSUM_MISMATCH": 460,
    "STORAGE_FAILED": 503,
    "STORAGE_FULL": 507,
    "DATABASE_DAMAGED": 503,
    "SCHEMA_MISMATCH": 503,
    "BACKUP_FAILED": 500,
    "PART_MISSING": 501,
    "MODEL_MISSING": 501,
    "LINK_INVALID": 422,
    "LINKS_OFF": 403,
    "LINK_REFUSED": 422,
    "LINK_FAILED": 502,
    "JOB_FAILED": 500,
    "JOB_NOT_FOUND": 404,
    "JOB_STATE_UNSUITABLE": 409,
    "JOB_DIED": 500,
    "JOB_TIMEOUT": 500,
    "JOB_OUT_OF_MEMORY": 500,
    "STEP_SKIPPED": 500,
    "SCHEDULE_NOT_FOUND": 404,
    "INTERNAL": 500,
    "CANCELLED": 499,
}
"""HTTP status by error code."""

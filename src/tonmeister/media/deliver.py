"""A finished file comes under its final name whole or not at all, and never replaces another unasked."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from pathlib import Path

from tonmeister.core.errors import OutputError, OutputExistsError, OutputUnwritableError

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES}


def deliver(temporary: Path, final: Path, *, overwrite: bool) -> None:
    """Move a finished file to its final name, durably; ``temporary`` is gone afterwards."""
    folder = final.parent
    try:
        if not folder.is_dir():
            raise OutputUnwritableError(
                f"There is no folder {folder}.", field="output", value=str(final), remedy="Create it, or name another."
            )
        if final.is_dir():
            raise _exists(final, "is a folder", "Name a file in it.")
        _sync(temporary)
        if temporary.stat().st_dev == folder.stat().st_dev:
            _place(temporary, final, overwrite)
        else:
            _copy_and_place(temporary, final, overwrite)
        _sync(folder)
    except OSError as error:
        raise unwritable(final, error) from error


def _place(temporary: Path, final: Path, overwrite: bool) -> None:
    if overwrite:
        temporary.replace(final)
        return
    try:
        # A link, unlike a rename, fails where the name is taken, in one step.
        final.hardlink_to(temporary)
    except FileExistsError as error:
        raise _exists(final, "is already there", "Choose another name, or allow overwriting.") from error
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _claim_and_replace(temporary, final)
    else:
        temporary.unlink()


def _claim_and_replace(temporary: Path, final: Path) -> None:
    """Take the name by creating it, for file systems without hard links."""
    try:
        os.close(os.open(final, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except FileExistsError as error:
        raise _exists(final, "is already there", "Choose another name, or allow overwriting.") from error
    try:
        temporary.replace(final)
    except BaseException:
        with contextlib.suppress(OSError):
            final.unlink()
        raise


def _copy_and_place(temporary: Path, final: Path, overwrite: bool) -> None:
    if not overwrite and os.path.lexists(final):
        raise _exists(final, "is already there", "Choose another name, or allow overwriting.")
    part = final.parent / f".{secrets.token_hex(8)}.part"
    try:
        with temporary.open("rb") as source, part.open("xb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
        _place(part, final, overwrite)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    temporary.unlink()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems cannot sync a folder; the file itself must.
        if not path.is_dir() or error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


def _exists(final: Path, what: str, remedy: str) -> OutputExistsError:
    return OutputExistsError(f"{final} {what}.", field="output", value=str(final), remedy=remedy)


def unwritable(path: Path, error: OSError) -> OutputError:
    """Return the error for a path that the system does not let us write."""
    remedies = {
        errno.ENOSPC: ("the disk is full", "Free some space, or name another folder."),
        errno.EDQUOT: ("your quota is used up", "Free some space, or name another folder."),
        errno.EFBIG: ("the file would become larger than allowed", "Choose a smaller format, or another disk."),
        errno.EACCES: ("writing is not permitted", "Name a folder that you may write to."),
        errno.EPERM: ("writing is not permitted", "Name a folder that you may write to."),
        errno.EROFS: ("the disk is read-only", "Name a folder that you may write to."),
        errno.ENOENT: ("there is no such folder", "Create it, or name another."),
        errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter one."),
    }
    reason, remedy = remedies.get(error.errno or 0, (error.strerror or str(error), "Name another folder."))
    return OutputUnwritableError(f"{path} cannot be written: {reason}.", field="output", value=str(path), remedy=remedy)


def free_path(wanted: Path) -> Path:
    """Return ``wanted``, or where that is taken the next free name: song-master.wav, song-master-2.wav, ..."""
    path = wanted
    number = 2
    while os.path.lexists(path):
        path = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        number += 1
    return path

"""A packed file under its own checksum: any bit that changed since it was written is found before a line is read."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from domain.errors import Refusal
from storage.place import fsync_folder

_KIND = b"guanjia backup 1\n"
_LEVEL = 6


class BadBackup(Refusal):
    """The file is no backup, is not what was once written, or could not be written."""


def _seal(digest: str) -> bytes:
    return f"sha256 {digest}\n".encode()


_UNSEALED = _seal("0" * 64)  # what an unfinished file says


class _Hashing:
    """Writes through to a file and knows the checksum of what went through."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def write(self, data: bytes, /) -> int:
        self._digest.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


@contextmanager
def sealing(path: Path) -> Iterator[gzip.GzipFile]:
    """A file to write to, for its owner's eyes only; under *path* it appears complete, or not at all.

    :raises BadBackup: there is no such folder, no room, no permission
    """
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise BadBackup("backup-not-written", file=str(path), why=error.strerror) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield from _written(file)
        Path(name).replace(path)
        fsync_folder(path.parent)
    except OSError as error:
        raise BadBackup("backup-not-written", file=str(path), why=error.strerror) from error
    finally:
        Path(name).unlink(missing_ok=True)


def _written(file: BinaryIO) -> Iterator[gzip.GzipFile]:
    file.write(_KIND + _UNSEALED)
    hashing = _Hashing(file)
    with gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=hashing, mtime=0) as packed:
        yield packed
    file.seek(len(_KIND))
    file.write(_seal(hashing.hexdigest()))
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def unsealed(path: Path) -> Iterator[gzip.GzipFile]:
    """The lines of a file whose every byte was compared with its checksum.

    :raises BadBackup: missing, unreadable, no backup at all, or changed
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise BadBackup("backup-missing", file=str(path)) from None
    except OSError as error:
        raise BadBackup("backup-unreadable", file=str(path), why=error.strerror) from error
    with file:
        if file.read(len(_KIND)) != _KIND:
            raise BadBackup("backup-foreign", file=str(path))
        seal, start = file.read(len(_UNSEALED)), file.tell()
        if seal != _seal(hashlib.file_digest(file, "sha256").hexdigest()):
            raise BadBackup("backup-changed", file=str(path))
        file.seek(start)
        with gzip.GzipFile(fileobj=file, mode="rb") as packed:
            yield packed

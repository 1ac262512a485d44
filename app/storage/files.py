"""The bytes of files, in the layout of GridFS, so that every MongoDB tool can read them; never a whole file in memory.

Both ways differ from pymongo's own: it gathers 48 MB before it writes, and a reader that pauses for ten minutes, as a
charge point on a slow line does, would lose its cursor.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from pymongo import ASCENDING
from pymongo.database import Database

from app.errors import TooLarge
from app.storage.collection import Document

CHUNK_BYTES = 255 * 1024
CHUNKS_AT_A_TIME = 8
PIECE_BYTES = 32 * 1024
ABANDONED_AFTER = timedelta(days=1)


class FileGone(Exception):
    """A file was deleted, or part of it is missing."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file's id, its size in bytes and its SHA-256 in hexadecimal."""

    file_id: str
    size: int
    sha256: str


class Files:
    """Write, read and delete. What is written belongs to nobody, and is deleted in a day, until it is kept."""

    def __init__(self, database: Database[Document]) -> None:
        self._files = database["files.files"]
        self._chunks = database["files.chunks"]
        self._unowned = database["files.unowned"]

    def ensure_indexes(self) -> None:
        self._chunks.create_index([("files_id", ASCENDING), ("n", ASCENDING)], unique=True)
        self._unowned.create_index([("at", ASCENDING)])

    def write(self, pieces: Iterable[bytes], limit: int, at: datetime) -> Stored:
        """Write a file as its pieces come; raises TooLarge, and whatever `pieces` raises, with nothing left behind."""
        file_id = uuid4().hex
        self._unowned.insert_one({"_id": file_id, "at": at})
        try:
            return self._write(file_id, pieces, limit, at)
        except BaseException:
            self.delete(file_id)
            raise

    def _write(self, file_id: str, pieces: Iterable[bytes], limit: int, at: datetime) -> Stored:
        digest, size = hashlib.sha256(), 0
        gathered: list[Document] = []
        for number, chunk in enumerate(_regular(pieces)):
            digest.update(chunk)
            size += len(chunk)
            if size > limit:
                raise TooLarge(f"at most {limit} bytes")
            gathered.append({"files_id": file_id, "n": number, "data": chunk})
            if len(gathered) == CHUNKS_AT_A_TIME:
                self._chunks.insert_many(gathered)
                gathered = []
        if gathered:
            self._chunks.insert_many(gathered)
        self._files.insert_one({"_id": file_id, "length": size, "chunkSize": CHUNK_BYTES, "uploadDate": at})
        return Stored(file_id, size, digest.hexdigest())

    def keep(self, file_id: str) -> None:
        """Say that something refers to the file now."""
        self._unowned.delete_one({"_id": file_id})

    def open(self, file_id: str) -> "Reader":
        """Open a file; raises FileGone."""
        document = self._files.find_one({"_id": {"$eq": file_id}})
        if document is None:
            raise FileGone(file_id)
        return Reader(self, file_id, document["length"])

    def chunk(self, file_id: str, number: int) -> bytes:
        document = self._chunks.find_one({"files_id": {"$eq": file_id}, "n": number})
        if document is None:
            raise FileGone(file_id)
        return bytes(document["data"])

    def intact(self, file_id: str, sha256: str) -> bool:
        """Read a file through and tell whether it is still what was written."""
        digest = hashlib.sha256()
        try:
            for piece in self.open(file_id):
                digest.update(piece)
        except FileGone:
            return False
        return digest.hexdigest() == sha256

    def delete(self, file_id: str) -> None:
        self._files.delete_one({"_id": {"$eq": file_id}})
        self._chunks.delete_many({"files_id": {"$eq": file_id}})
        self._unowned.delete_one({"_id": {"$eq": file_id}})

    def delete_abandoned(self, now: datetime) -> None:
        """Delete what was left half written or unowned when a process died."""
        for document in self._unowned.find({"at": {"$lte": now - ABANDONED_AFTER}}):
            self.delete(document["_id"])


class Reader:
    """A file's bytes from any offset, in pieces that a slow line can take; an iterator, and seekable."""

    def __init__(self, files: Files, file_id: str, size: int) -> None:
        self._files = files
        self._file_id = file_id
        self._offset = 0
        self._number = -1
        self._chunk = b""
        self.size = size

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int) -> None:
        self._offset = offset

    def tell(self) -> int:
        return self._offset

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._offset >= self.size:
            raise StopIteration
        number, within = divmod(self._offset, CHUNK_BYTES)
        if number != self._number:
            self._number, self._chunk = number, self._files.chunk(self._file_id, number)
        piece = self._chunk[within : within + PIECE_BYTES]
        if not piece:
            raise FileGone(self._file_id)
        self._offset += len(piece)
        return piece


def _regular(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Give the same bytes in pieces of CHUNK_BYTES, the last one shorter."""
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        while len(buffer) >= CHUNK_BYTES:
            yield bytes(buffer[:CHUNK_BYTES])
            del buffer[:CHUNK_BYTES]
    if buffer:
        yield bytes(buffer)

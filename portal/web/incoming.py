"""Files on their way in with a form: a disk that takes no more of them loses none of the words beside them (row 110)."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

import flask

IN_MEMORY = 512 * 1024


class IncomingFile(SpooledTemporaryFile[bytes]):
    """A file as it comes in. Where the disk does not take it, the form is read on to its end all the same, and
    whoever then reads this file meets the disk's refusal."""

    refused: OSError | None = None

    def write(self, piece: Any) -> int:
        """The piece is taken, or dropped after a refusal."""
        if self.refused is None:
            try:
                return super().write(piece)
            except OSError as refused:
                self.refused = refused
        return len(piece)

    def seek(self, *to: int) -> int:
        """The place; what was written before may be refused only here."""
        if self.refused is None:
            try:
                return super().seek(*to)
            except OSError as refused:
                self.refused = refused
        return 0

    def read(self, *size: int) -> bytes:
        """What came in. Raises OSError when it did not reach the disk."""
        if self.refused is not None:
            raise self.refused
        return super().read(*size)

    def close(self) -> None:
        """Nothing is left of the file."""
        try:
            super().close()
        except OSError as refused:
            self.refused = refused


class Request(flask.Request):
    """A request whose words arrive whether or not its files do."""

    def _get_file_stream(self, *_given: Any, **_more: Any) -> IO[bytes]:
        return cast(IO[bytes], IncomingFile(IN_MEMORY))

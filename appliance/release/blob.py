"""A file as it travels: gzipped, and named by the SHA-256 of its compressed bytes."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from hashlib import sha256

from appliance.errors import TrustError

BLOB_PATH = re.compile(r"blobs/[0-9a-f]{2}/([0-9a-f]{64})\.gz")


@dataclass(frozen=True, slots=True)
class Blob:
    """A gzip blob: the SHA-256 of its compressed bytes, their length, and the length unpacked."""

    sha256: str
    length: int
    size: int

    @property
    def path(self) -> str:
        """Where it lies, below a repository or a store."""
        return f"blobs/{self.sha256[:2]}/{self.sha256}.gz"


def pack_blob(content: bytes) -> tuple[Blob, bytes]:
    """Compress `content`; the same content gives the same bytes on the same zlib."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    data = compressor.compress(content) + compressor.flush()
    return Blob(sha256(data).hexdigest(), len(data), len(content)), data


def unpack_blob(blob: Blob, data: bytes) -> bytes:
    """Return what `data` holds, once it is proven to be the blob that was signed.

    Raises:
        TrustError: other bytes than were signed, or not the gzip they claim to be.
    """
    if len(data) != blob.length or sha256(data).hexdigest() != blob.sha256:
        raise TrustError(f"{blob.path} is damaged: its bytes are not those that were signed")
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        content = unpacker.decompress(data, blob.size + 1)
    except zlib.error as error:
        raise TrustError(f"{blob.path} cannot be unpacked: {error}") from error
    if len(content) != blob.size or not unpacker.eof or unpacker.unused_data:
        raise TrustError(f"{blob.path} does not unpack to the {blob.size} bytes that were signed")
    return content

# SPDX-License-Identifier: Apache-2.0
"""Attachments a second time, from docs/PROTOCOL.md and the RFCs.

    attachment.py vectors FILE    recomputes tests/vectors/attachments.json
    attachment.py make            prints it
    attachment.py seal CHUNK_LOG2 AEAD KEY IN OUT     prints the descriptor
    attachment.py open DESCRIPTOR KEY IN OUT          DESCRIPTOR, KEY: hex

Exit codes: 0 done, 1 refused or different, 2 wrong use.
"""

import hashlib
import hmac
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import aead
import wire
from wire import Refused

# pylint: enable=wrong-import-position

NONCE = bytes(12)


def sha256(data):
    """SHA-256."""
    return hashlib.sha256(data).digest()


# ---- Chunks and their tree --------------------------------------------------


def chunk_key(file_key, i):
    """subkey(file_key, "frank v1 chunk", i)."""
    text = b"frank v1 chunk" + wire.uint(8, i)
    return hmac.new(file_key, text, "sha256").digest()


def leaf(file_key, i, sealed):
    """SHA-256(0x00 || uint64 i || SHA-256(k_i) || ciphertext_i)."""
    key = chunk_key(file_key, i)
    return sha256(b"\0" + wire.uint(8, i) + sha256(key) + sealed)


def root(leaves):
    """MTH of RFC 6962 section 2.1, the leaves hashed already."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + root(leaves[:half]) + root(leaves[half:]))


def proof(leaves, begin, end):
    """The hashes of the largest subtrees without any of begin..end-1."""
    if end <= 0 or begin >= len(leaves):
        return [root(leaves)]
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return proof(leaves[:half], begin, end) + proof(
        leaves[half:], begin - half, end - half
    )


# ---- Files ------------------------------------------------------------------


class Descriptor:
    """AttachmentDescriptor."""

    def __init__(self, media_type, filename, size, chunk_log2, number, top):
        self.names = media_type, filename
        self.size = size
        self.chunk = 1 << chunk_log2
        self.log2 = chunk_log2
        self.aead = number
        self.root = top

    def encode(self):
        """Its bytes."""
        return (
            wire.opaque(self.names[0])
            + wire.opaque(self.names[1])
            + wire.uint(8, self.size)
            + wire.uint(1, self.log2)
            + wire.uint(2, self.aead)
            + self.root
        )

    @classmethod
    def decode(cls, data):
        """The descriptor that these bytes are."""
        r = wire.Reader(data)
        names = r.opaque("media type", 0, 255), r.opaque("filename", 0, 1024)
        size, log2 = r.uint(8, "size"), r.uint(1, "chunk_log2")
        number = r.uint(2, "aead")
        if size > 2**40 or not 12 <= log2 <= 20 or number not in aead.KINDS:
            raise Refused("a descriptor that cannot be")
        found = cls(*names, size, log2, number, r.take(32, "root"))
        r.end("descriptor")
        return found


def pieces(data, size):
    """Chunks of so many bytes, the last one shorter."""
    return [data[i : i + size] for i in range(0, len(data), size)]


def seal(data, log2, number, file_key, names=(b"", b"")):
    """(Descriptor, sealed chunks)."""
    chunks = [
        aead.seal(number, chunk_key(file_key, i), NONCE, plain)
        for i, plain in enumerate(pieces(data, 1 << log2))
    ]
    top = root([leaf(file_key, i, c) for i, c in enumerate(chunks)])
    return Descriptor(*names, len(data), log2, number, top), chunks


def open_chunk(descriptor, file_key, i, chunk):
    """One chunk, or Refused with its number."""
    try:
        return aead.unseal(descriptor.aead, chunk_key(file_key, i), NONCE, chunk)
    except Refused as refused:
        raise Refused(f"chunk {i}: {refused}") from None


def unseal(descriptor, file_key, data):
    """The file, or Refused: by its length, its first wrong chunk, or its root."""
    chunks = pieces(data, descriptor.chunk + aead.TAG_BYTES)
    wanted = -(-descriptor.size // descriptor.chunk)
    if len(data) != descriptor.size + aead.TAG_BYTES * wanted:
        raise Refused("a sealed file of another length")
    plain = [open_chunk(descriptor, file_key, i, c) for i, c in enumerate(chunks)]
    if root([leaf(file_key, i, c) for i, c in enumerate(chunks)]) != descriptor.root:
        raise Refused("another file than was committed to")
    return b"".join(plain)


# ---- Vectors ----------------------------------------------------------------

SIZES = 0, 1, 4095, 4096, 4097, 3 * 4096 + 5
NAMES = b"image/png", "Frühling.png".encode()


def stated_file(number, size):
    """One file of the vectors."""
    seed = f"frank attachment {number} {size}".encode()
    data = hashlib.shake_256(seed).digest(size)
    file_key = sha256(seed)
    descriptor, chunks = seal(data, 12, number, file_key, NAMES)
    leaves = [leaf(file_key, i, chunk) for i, chunk in enumerate(chunks)]
    if unseal(descriptor, file_key, b"".join(chunks)) != data:
        raise Refused("a file that does not come back")
    return {
        "file": f"shake256:{seed.hex()}:{size}",
        "file_key": file_key.hex(),
        "descriptor": descriptor.encode().hex(),
        "chunk_keys": [chunk_key(file_key, i).hex() for i in range(len(chunks))],
        "leaves": [item.hex() for item in leaves],
        "sealed_sha256": sha256(b"".join(chunks)).hex(),
        "last_chunk_end": (chunks[-1][-32:] if chunks else b"").hex(),
        "proofs": [
            [item.hex() for item in proof(leaves, first, first + count)]
            for first in range(len(leaves))
            for count in range(1, len(leaves) - first + 1)
        ],
    }


def make():
    """All of the vectors, as text."""
    files = [stated_file(number, size) for number in aead.KINDS for size in SIZES]
    return json.dumps({"files": files}, indent=1) + "\n"


def main(words):
    """One of the commands above."""
    command, rest = words[0], words[1:]
    if command == "make":
        sys.stdout.write(make())
    elif command == "vectors":
        stated = Path(rest[0]).read_text(encoding="utf-8")
        if stated != make():
            raise Refused(f"{rest[0]} is not what is computed")
        print("ok the second implementation computes", Path(rest[0]).name)
    elif command == "seal":
        data = Path(rest[3]).read_bytes()
        descriptor, chunks = seal(
            data, int(rest[0]), int(rest[1]), bytes.fromhex(rest[2])
        )
        Path(rest[4]).write_bytes(b"".join(chunks))
        print(descriptor.encode().hex())
    elif command == "open":
        descriptor = Descriptor.decode(bytes.fromhex(rest[0]))
        data = Path(rest[2]).read_bytes()
        plain = unseal(descriptor, bytes.fromhex(rest[1]), data)
        Path(rest[3]).write_bytes(plain)
    else:
        return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except IndexError:
        sys.exit(2)
    except Refused as refused:
        print(refused, file=sys.stderr)
        sys.exit(1)

# SPDX-License-Identifier: Apache-2.0
"""XChaCha20-Poly1305, from RFC 8439 and draft-irtf-cfrg-xchacha-03."""

import hmac
import struct

from wire import Refused

CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")
KEY_BYTES = 32
NONCE_BYTES = 24
TAG_BYTES = 16
M32 = 0xFFFFFFFF
COLUMNS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15))
DIAGONALS = ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))


def quarter_round(x, places):
    """RFC 8439 section 2.1, on four words of the state."""
    i, j, k, m = places
    a, b, c, d = x[i], x[j], x[k], x[m]
    for left_d, left_b in ((16, 12), (8, 7)):
        a = a + b & M32
        d ^= a
        d = d << left_d & M32 | d >> 32 - left_d
        c = c + d & M32
        b ^= c
        b = b << left_b & M32 | b >> 32 - left_b
    x[i], x[j], x[k], x[m] = a, b, c, d


def rounds(state):
    """The 20 rounds of RFC 8439 section 2.3, without the addition after."""
    x = list(state)
    for _ in range(10):
        for places in COLUMNS + DIAGONALS:
            quarter_round(x, places)
    return x


def chacha20_block(key, counter, nonce):
    """RFC 8439 section 2.3: 64 bytes of key stream."""
    state = CONSTANTS + struct.unpack("<8I", key)
    state += (counter,) + struct.unpack("<3I", nonce)
    words = [a + b & M32 for a, b in zip(state, rounds(state))]
    return struct.pack("<16I", *words)


def hchacha20(key, nonce):
    """Section 2.2 of the draft: a key from a key and 16 bytes."""
    x = rounds(CONSTANTS + struct.unpack("<12I", key + nonce))
    return struct.pack("<8I", *(x[:4] + x[12:]))


def chacha20(key, nonce, data):
    """RFC 8439 section 2.4, the counter beginning at 1."""
    blocks = -(-len(data) // 64)
    stream = b"".join(chacha20_block(key, 1 + i, nonce) for i in range(blocks))
    return bytes(a ^ b for a, b in zip(data, stream))


def poly1305(key, data):
    """RFC 8439 section 2.5."""
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(data), 16):
        block = data[at : at + 16] + b"\x01"
        total = (total + int.from_bytes(block, "little")) * r % (2**130 - 5)
    total += int.from_bytes(key[16:], "little")
    return (total % 2**128).to_bytes(16, "little")


def zeros_to_16(data):
    """pad16 of RFC 8439 section 2.8."""
    return bytes(-len(data) % 16)


def mac(key, nonce, sealed, ad):
    """The tag of RFC 8439 section 2.8."""
    one_time = chacha20_block(key, 0, nonce)[:32]
    lengths = struct.pack("<QQ", len(ad), len(sealed))
    text = ad + zeros_to_16(ad) + sealed + zeros_to_16(sealed) + lengths
    return poly1305(one_time, text)


def inner(key, nonce):
    """Section 2.3 of the draft: what the AEAD of RFC 8439 is called with."""
    return hchacha20(key, nonce[:16]), bytes(4) + nonce[16:]


def encrypt(key, nonce, plain, ad):
    """The ciphertext with its tag."""
    key, nonce = inner(key, nonce)
    sealed = chacha20(key, nonce, plain)
    return sealed + mac(key, nonce, sealed, ad)


def decrypt(key, nonce, sealed, ad):
    """The plaintext, or Refused."""
    key, nonce = inner(key, nonce)
    if len(sealed) < TAG_BYTES:
        raise Refused("a ciphertext shorter than its tag")
    text, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
    if not hmac.compare_digest(tag, mac(key, nonce, text, ad)):
        raise Refused("a sealed body that does not authenticate")
    return chacha20(key, nonce, text)

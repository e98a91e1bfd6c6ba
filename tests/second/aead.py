# SPDX-License-Identifier: Apache-2.0
"""ChaCha20-Poly1305 (RFC 8439) and AES-256-GCM (FIPS 197, NIST SP 800-38D)."""

import hmac

import xchacha
from wire import Refused

AES_256_GCM = 2
CHACHA20_POLY1305 = 29
TAG_BYTES = 16

# ---- AES-256 ----------------------------------------------------------------


def times_x(value):
    """Multiplication by x in FIPS 197's field."""
    value <<= 1
    return value ^ 0x11B if value & 0x100 else value


def make_sbox():
    """FIPS 197 section 5.1.1, from its definition: powers of 3 and an affine map."""
    power = [1]
    for _ in range(254):
        power.append(power[-1] ^ times_x(power[-1]))
    inverse = {value: power[-i % 255] for i, value in enumerate(power)}
    box = []
    for value in range(256):
        b = inverse.get(value, 0)
        turned = (b << 8 | b) & 0xFFFF
        for shift in (4, 5, 6, 7):
            b ^= turned >> shift & 0xFF
        box.append(b ^ 0x63)
    return box


SBOX = make_sbox()


def expand(key):
    """FIPS 197 section 5.2: 15 round keys of 16 bytes."""
    words = [list(key[i : i + 4]) for i in range(0, 32, 4)]
    constant = 1
    for i in range(8, 60):
        word = words[-1]
        if i % 8 == 0:
            word = [SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= constant
            constant = times_x(constant)
        elif i % 8 == 4:
            word = [SBOX[b] for b in word]
        words.append([a ^ b for a, b in zip(words[-8], word)])
    flat = [b for word in words for b in word]
    return [flat[i : i + 16] for i in range(0, 240, 16)]


def mix(column):
    """MixColumns of one column."""
    a, b, c, d = column
    every = a ^ b ^ c ^ d
    pairs = ((a, b), (b, c), (c, d), (d, a))
    return [x ^ every ^ times_x(x ^ y) for x, y in pairs]


def encrypt_block(round_keys, block):
    """FIPS 197 section 5.1."""
    state = [a ^ b for a, b in zip(block, round_keys[0])]
    for i in range(1, 15):
        state = [SBOX[state[(4 * (j // 4) + 5 * (j % 4)) % 16]] for j in range(16)]
        if i < 14:
            state = [b for j in range(0, 16, 4) for b in mix(state[j : j + 4])]
        state = [a ^ b for a, b in zip(state, round_keys[i])]
    return bytes(state)


# ---- GCM --------------------------------------------------------------------


def multiply(x, y):
    """SP 800-38D section 6.3."""
    product = 0
    for i in range(127, -1, -1):
        if x >> i & 1:
            product ^= y
        y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
    return product


def ghash(h, data):
    """SP 800-38D section 6.4, over whole blocks."""
    total = 0
    for at in range(0, len(data), 16):
        block = int.from_bytes(data[at : at + 16], "big")
        total = multiply(total ^ block, h)
    return total.to_bytes(16, "big")


def gcm(key, nonce, data):
    """(data under the key stream, function from ciphertext to its tag)."""
    round_keys = expand(key)

    def stream(counter):
        return encrypt_block(round_keys, nonce + counter.to_bytes(4, "big"))

    out = bytearray()
    for at in range(0, len(data), 16):
        out += bytes(
            a ^ b for a, b in zip(data[at : at + 16], stream(2 + at // 16))
        )

    def tag(sealed):
        h = int.from_bytes(encrypt_block(round_keys, bytes(16)), "big")
        lengths = bytes(8) + (8 * len(sealed)).to_bytes(8, "big")
        digest = ghash(h, sealed + bytes(-len(sealed) % 16) + lengths)
        return bytes(a ^ b for a, b in zip(digest, stream(1)))

    return bytes(out), tag


# ---- Both, with no associated data ------------------------------------------


def chacha(key, nonce, data):
    """As gcm()."""
    return xchacha.chacha20(key, nonce, data), lambda sealed: xchacha.mac(
        key, nonce, sealed, b""
    )


KINDS = {AES_256_GCM: gcm, CHACHA20_POLY1305: chacha}


def seal(number, key, nonce, plain):
    """The ciphertext with its tag."""
    sealed, tag = KINDS[number](key, nonce, plain)
    return sealed + tag(sealed)


def unseal(number, key, nonce, sealed):
    """The plaintext, or Refused."""
    text, stated = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
    plain, tag = KINDS[number](key, nonce, text)
    if len(sealed) < TAG_BYTES or not hmac.compare_digest(stated, tag(text)):
        raise Refused("a chunk that does not authenticate")
    return plain

# SPDX-License-Identifier: Apache-2.0
"""Real pictures, a film and sounds, made with Debian's encoders.

    media.py FOLDER    makes them; those that are there stay
"""

import math
import os
import random
import struct
import subprocess
import sys
import wave


WIDTH, HEIGHT = 320, 180
RATE, SECONDS = 15, 16  # of a film: a key frame and another colour each second


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def ppm(path):
    """A picture of squares in yellow and blue."""
    with open(path, "wb") as f:
        f.write(b"P6\n%d %d\n255\n" % (WIDTH, HEIGHT))
        for y in range(HEIGHT):
            f.write(b"".join(bytes((240, 200, 60) if (x // 20 + y // 20) % 2
                                   else (30, 40, 160)) for x in range(WIDTH)))


def y4m(path, seconds, noise):
    """A film, each second brighter and of another colour. noise: bytes that a
    frame has of it, which no encoder makes small."""
    dice = random.Random(1)
    with open(path, "wb") as f:
        f.write(b"YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420jpeg\n" %
                (WIDTH, HEIGHT, RATE))
        for n in range(RATE * seconds):
            second = n // RATE
            luma = bytearray(bytes((40 + 12 * second,)) * (WIDTH * HEIGHT))
            luma[:noise] = dice.randbytes(noise)
            f.write(b"FRAME\n" + luma +
                    bytes((60 + 9 * second,)) * (WIDTH * HEIGHT // 4) +
                    bytes((200 - 9 * second,)) * (WIDTH * HEIGHT // 4))


def film(path, seconds, noise, rate):
    raw = path + ".y4m"
    y4m(raw, seconds, noise)
    run("vpxenc", "--codec=vp8", "--rt", "--cpu-used=-12", "--kf-max-dist=%d" % RATE,
        "--target-bitrate=%d" % rate, "--min-q=0", "-o", path, raw)
    os.remove(raw)


def wav(path, seconds=3):
    with wave.open(path, "wb") as f:
        f.setparams((1, 2, 48000, 0, "NONE", ""))
        f.writeframes(b"".join(struct.pack("<h", int(
            8000 * math.sin(2 * math.pi * 330 * i / 48000)))
            for i in range(48000 * seconds)))


def from_picture(path, *command):
    raw = path + ".ppm"
    ppm(raw)
    run(*[{"IN": raw, "OUT": path}.get(word, word) for word in command])
    os.remove(raw)


def png(path):
    """By way of WebP: there is no smaller tool that writes one."""
    from_picture(path + ".webp", "cwebp", "-lossless", "IN", "-o", "OUT")
    run("dwebp", path + ".webp", "-o", path)
    os.remove(path + ".webp")


def sound(path):
    raw = path + ".wav"
    wav(raw)
    run("opusenc", "--quiet", raw, path)
    os.remove(raw)


MAKERS = {
    "picture.png": png,
    "picture.jpg": lambda path: from_picture(
        path, "cjpeg", "-quality", "90", "-outfile", "OUT", "IN"),
    "picture.webp": lambda path: from_picture(path, "cwebp", "IN", "-o", "OUT"),
    "short.webm": lambda path: film(path, 6, 2000, 600),
    "long.webm": lambda path: film(path, SECONDS, 28000, 8000),
    "sound.ogg": sound,
    "sound.wav": wav,
}
TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp",
         "webm": "video/webm", "ogg": "audio/ogg", "wav": "audio/wav"}


def make(folder, name):
    """The path of one of MAKERS, made if it is not there."""
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        MAKERS[name](path)
    return path


if __name__ == "__main__":
    for each in MAKERS:
        print(make(sys.argv[1], each), os.path.getsize(make(sys.argv[1], each)))

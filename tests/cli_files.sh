#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Files in sealed reports: the reporter shows a part of one, and the moderators
# see that, proven, and nothing else. Against the second implementation too.
# shellcheck source=tests/support/expect.sh disable=SC2317 # functions are called by name
. tests/support/expect.sh
now=1700000000000
room=mimi://hub.example/r/garden

second() {
    python3 -B "$top/tests/second/second.py" "$@"
}

# slice FILE BEGIN BYTES
slice() {
    tail -c +$(($2 + 1)) "$1" | head -c "$3"
}

# ---- a picture of five chunks, the last one shorter; and a note of one
head -c 17000 /dev/urandom >picture
head -c 100 /dev/urandom >small
for file in picture small; do
    frank attach seal --quiet --chunk 4KiB --type image/png --name "$file.png" \
        --key-out $file.key --descriptor-out $file.d --out $file.sealed $file
done
type=application/vnd.frank.attachment
echo 'look at this' >text
frank content parted --sender a:eve --room $room "text=text" \
    "picture;$type=picture.d" "key;$type-key=picture.key" >album
cat small.d small.key >both
frank content plain --sender a:eve --room $room \
    --media-type $type <both >single
frank keyring init K --not-before 0
frank keyring public K >hub.json
frank-mod quorum init --threshold 1 --holders 1 --out Q >init.out
for message in album single; do
    frank stamp --keyring K --time $now $message >$message.frank
done
disclose() {
    frank attach disclose --quiet --content album --part 1 --out "$@" picture.sealed
}
expect "two runs of it are disclosed" 0 disclose runs --range 4096-8192 --range 16KiB- --enclose
expect "one by its address" 0 disclose far --range 0-1 --url https://media.example/1
expect "all of the other" 0 frank attach disclose --quiet --content single --all \
    --enclose --out all small.sealed

# ---- seal
seal() {
    frank report seal --quorum Q/quorum.pub --anonymous --reason spam \
        --created $now --withhold-part 0.2 "$@" "album:album.frank:$now" \
        "single:single.frank:$now"
}
expect "a preview" 0 seal --preview --attach 1=all --attach 0.1=runs
says "tells the file" 'file of message 0, part 1: picture.png \(image/png\), 17000 bytes' out
says "and its bytes" 'bytes 4096-8192 \(4 KiB\); enclosed' out
says "and that all of the other is shown" 'all of it; enclosed' out
expect "one with an address" 0 seal --preview --attach 0.1=far
says "shows it" 'to be fetched from https://media.example/1' out
expect "a report of both" 0 seal --attach 1=all --attach 0.1=runs
cp out sealed
is "without a caution, as the key of the part is withheld" \
    sh -c '! grep -q "key of all" err'
expect "a part beside the key of all" 0 frank report seal --quorum Q/quorum.pub \
    --anonymous --reason spam --attach 0.1=runs "album:album.frank:$now"
says "is cautioned of" 'message 0, part 1: .*the key of all of it.*--withhold-part' err
is "once for the file" test "$(grep -c 'key of all' err)" = 1
expect "runs that overlap" 1 seal --attach 0.1=runs --attach 0.1=runs
says "are refused" 'message 0: .*attachments' err
expect "a file that is another message's" 1 seal --attach 1=runs
says "is refused" 'message 1: ' err
expect "a part that is none" 1 seal --attach 0.0=runs
expect "a part that is withheld" 1 seal --withhold-part 0.1 --attach 0.1=runs
expect "a message that is withheld" 1 seal --withhold 0 --attach 0.1=runs
expect "all of a file whose key is withheld" 1 sh -c "
    frank attach disclose --quiet --content album --part 1 --all --enclose \
        --out whole picture.sealed &&
    frank report seal --quorum Q/quorum.pub --anonymous --reason spam \
        --withhold-part 0.2 --attach 0.1=whole album:album.frank:$now"
says "is refused for the key" 'message 0: .*file key' err
expect "a message that is not there" 2 seal --attach 2=all
expect "a number that is none" 2 seal --attach x=all
expect "a part that is none" 2 seal --attach 0.x=all
expect "a file that is none" 3 seal --attach 1=nowhere
expect "a file of something else" 1 seal --attach 1=picture
expect "without a file" 1 seal --attach 1
says "an address is missed" 'url' err

# ---- what left the device
expect "the hub accepts it" 0 frank report check --keyring K --time $((now + 9)) \
    --verdict-out verdict sealed
expect "show of it" 0 frank report show sealed
frank-mod consent --quorum Q/quorum.pub --share Q/holder-1.share --out consent \
    --receipt receipt sealed >/dev/null
look() {
    rm -rf seen
    frank-mod open --quorum Q/quorum.pub --hub-public hub.json --consent consent \
        --verdict verdict --out seen "$@" sealed
}
expect "the moderators open it" 0 look
says "and see which bytes are proven" 'bytes 4096-8192 \(4 KiB\): what the message commits to' out
says "and the end" 'bytes 16384-17000 \(616 bytes\): what' out
says "and all of the other" 'all of it: what' out
slice picture 4096 4096 >middle
slice picture 16384 616 >end
same "the bytes are the picture's" middle seen/message-0-part-1.from-4096
same "at its end too" end seen/message-0-part-1.from-16384
same "and the other file is whole" small seen/message-1-part-0.file
is "for them alone" test "$(stat -c %a seen/message-0-part-1.from-4096)" = 600
is "and nothing more is there" test "$(find seen -type f | wc -l)" = 5
expect "in JSON" 0 look --json
says "each run is a line" '"attachment":"there","message":0,"part":1,"name":"picture.png".*"key_withheld":true,"begin":4096,"end":8192,"whole":false,"file":"message-0-part-1.from-4096"' out

# The content that was shown has no key; no chunk that was withheld is in it.
cat >search.py <<'PY'
import sys

seen = b"".join(open(name, "rb").read() for name in sys.argv[3:])
plain, key = (open(name, "rb").read() for name in sys.argv[1:3])
withheld = plain[:4096] + plain[8192:16384]
assert key not in seen
assert not any(withheld[i : i + 8] in seen for i in range(0, len(withheld), 8))
PY
is "nothing of the rest was shown" python3 -B search.py picture picture.key seen/*

# ---- not enclosed, and not disclosed
seal --attach 0.1=far >sealed
frank report check --keyring K --time $((now + 9)) --verdict-out verdict2 sealed >/dev/null
mv verdict2 verdict
frank-mod consent --quorum Q/quorum.pub --share Q/holder-1.share --out consent2 \
    --receipt receipt2 sealed >/dev/null
mv consent2 consent
expect "one that is elsewhere" 0 look
says "is said" 'bytes 0-4096 \(4 KiB\): not enclosed; is at https://media.example/1' out
says "and what is withheld" 'file of message 1, part 0: small.png' out
says "in a word" '^  withheld$' out
expect "in JSON too" 0 look --json
says "with its address" '"attachment":"absent".*"url":"https://media.example/1"' out

# ---- the second implementation
expect "the second seals runs and all" 0 second seal --quorum Q/quorum.pub --reason 1 \
    --anonymous --attach 0.1=runs --attach 1.0=all --out theirs \
    "album:album.frank:$now" "single:single.frank:$now"
cp theirs sealed
rm -f verdict consent
frank report check --keyring K --verdict-out verdict sealed >/dev/null
frank-mod consent --quorum Q/quorum.pub --share Q/holder-1.share --out consent \
    --receipt receipt3 sealed >/dev/null
expect "frank-mod opens them" 0 look
same "the run" middle seen/message-0-part-1.from-4096
same "and the file" small seen/message-1-part-0.file
expect "the second opens what frank sealed" 0 sh -c "
    frank report seal --quorum Q/quorum.pub --anonymous --reason spam \
        --attach 0.1=runs --attach 1=all album:album.frank:$now \
        single:single.frank:$now >ours &&
    frank-mod consent --quorum Q/quorum.pub --share Q/holder-1.share \
        --out consent4 --receipt receipt4 ours >/dev/null &&
    python3 -B $top/tests/second/second.py open --quorum Q/quorum.pub \
        --consent consent4 ours"
says "and sees the run" '"attachment":0,"part":1,"first":1,"chunks":1,"enclosed":4112,"url":""' out
says "and all of the other" '"attachment":1,"part":0,"first":0,"chunks":0,"enclosed":116,"url":""' out

# ---- a MIMI file, which lies open at a URL, and is hashed
cat >external.py <<'PY'
import hashlib
import sys

message, data = (open(name, "rb").read() for name in sys.argv[1:])


def text(string):
    return bytes([0x78, len(string)]) + string


part = b"\x8f\x06\x60\x02" + text(b"image/png") + text(b"https://store.example/1")
part += b"\x00\x00\x00\x40\x40\x40\x01"  # expires, size, not encrypted, SHA-256
part += b"\x58\x20" + hashlib.sha256(data).digest() + text(b"") + text(b"mimi.png")
front = message[: message.index(b"\x85\x01\x62en\x01")]
sys.stdout.buffer.write(front + part)
PY
python3 -B external.py "$vectors/messages/01-offer.cbor" small >mimi
frank stamp --keyring K --time $now mimi >mimi.frank
# An entry of all of a file: first chunk, no keys, no proof, enclosed, no address.
{ unhex 000000000000000000000140; printf 'd'; cat small; unhex 00; } >mimi.shown
mimi() {
    frank report seal --quorum Q/quorum.pub --anonymous --reason spam \
        --created "$now" "$@" "mimi:mimi.frank:$now"
}
opened() {
    cp out sealed
    rm -f verdict consent receipt6
    frank report check --keyring K --verdict-out verdict sealed >/dev/null
    frank-mod consent --quorum Q/quorum.pub --share Q/holder-1.share \
        --out consent --receipt receipt6 sealed >/dev/null
}
expect "a MIMI file is disclosed" 0 mimi --attach 0=mimi.shown
opened
expect "and opened" 0 look
says "by its name" 'file of message 0, part 0: mimi.png \(image/png\)' out
says "and proven" 'all of it: what' out
same "it is that file" small seen/message-0-part-0.file
expect "one that lies where its message says" 0 mimi --attach 0
opened
expect "is not fetched" 0 look
says "but told" 'not enclosed; is at https://store.example/1' out
expect "its preview" 0 mimi --preview --attach 0
says "tells that too" 'to be fetched from where the message says' out
expect "none is disclosed" 0 mimi
opened
expect "that is told" 0 look
says "as withheld" '^  withheld$' out
flip mimi.shown 40 mimi.wrong
expect "other bytes" 1 mimi --attach 0=mimi.wrong
says "are refused" 'message 0: ' err
expect "a run of it" 1 mimi --attach 0=runs
says "there is none" 'message 0: .*chunk keys' err

# An app that is not honest: what is not the file's is refused, the rest shown.
flip runs 100 wrong
expect "the second seals wrong bytes" 0 second seal --quorum Q/quorum.pub --reason 1 \
    --anonymous --attach 0.1=wrong --attach 1.0=all --out bad \
    "album:album.frank:$now" "single:single.frank:$now"
mv bad sealed
rm -f verdict consent
frank report check --keyring K --verdict-out verdict sealed >/dev/null
frank-mod consent --quorum Q/quorum.pub --share Q/holder-1.share --out consent \
    --receipt receipt5 sealed >/dev/null
expect "they are refused" 1 look
says "with the reason" 'refused: .*root' out
is "and not written" test ! -e seen/message-0-part-1.from-4096
is "but the rest is" test -e seen/message-1-part-0.file
expect "in JSON" 1 look --json
says "with the reason" '"attachment":"refused".*"why":' out

exit $result

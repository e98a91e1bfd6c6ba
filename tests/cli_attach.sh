#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Files as their people meet them: the sender seals, the recipient opens, the
# reporter discloses a part, a moderator sees that part and nothing else. Exit
# codes, messages, files; what was altered, killed, or ran out of space.
# shellcheck source=tests/support/expect.sh disable=SC2317 # functions are called by name
. tests/support/expect.sh

# bytes N: so many, that do not repeat.
bytes() {
    awk -v n="$1" 'BEGIN { for (i = 0; 16 * i < n; i++) printf "%015d\n", i * 7919 }' |
        head -c "$1"
}

# seal NAME OPTIONS...: NAME.key, NAME.d, NAME.sealed from the file NAME.
seal() {
    seal_name=$1
    shift
    frank attach seal --key-out "$seal_name.key" --descriptor-out "$seal_name.d" \
        --out "$seal_name.sealed" "$@" "$seal_name"
}

# open_as DESCRIPTOR KEY SEALED: into standard output, and so to `out`.
open_as() {
    frank attach open --descriptor "$1" --key "$2" "$3"
}

# Mode of file $2 is $1.
is_mode() {
    [ "$(stat -c %a "$2")" = "$1" ]
}

is_nowhere() {
    ! grep -rqaF -- "$1" "$2"
}

# chunks FILE SIZE N...: those chunks of a sealed file, in that order.
chunks() {
    chunks_file=$1
    chunks_size=$2
    shift 2
    for n; do
        dd if="$chunks_file" bs="$chunks_size" skip="$n" count=1 2>/dev/null
    done
}

# ---- sizes
for aead in aes-256-gcm chacha20-poly1305; do
    for size in 0 1 4095 4096 4097 12293; do
        file=$aead-$size
        bytes $size >"$file"
        expect "seal $size bytes with $aead" 0 \
            seal "$file" --aead $aead --chunk 4KiB --threads 2
        expect "open them" 0 open_as "$file.d" "$file.key" "$file.sealed"
        same "they are the same" out "$file"
        expect "and into a file" 0 frank attach open --descriptor "$file.d" \
            --key "$file.key" --out "$file.opened" "$file.sealed"
        same "which is the same" "$file.opened" "$file"
        count=$(((size + 4095) / 4096))
        is "that is 16 bytes a chunk" test "$(wc -c <"$file.sealed")" -eq \
            $((size + 16 * count))
    done
done
is "a key is its owner's alone" is_mode 600 "$file.key"
is "a descriptor too" is_mode 600 "$file.d"
is "what was opened too" is_mode 600 "$file.opened"
is "nothing is left beside them" sh -c '! ls | grep -E "\.(part|frank-tmp)$"'
expect "a chunk of another size" 2 seal "$file" --chunk 5000
says "says which there are" 'power of two from 4KiB to 1MiB' err
expect "an AEAD that attachments do not have" 2 seal "$file" --aead aes-128-gcm

# ---- what was altered
bytes 20000 >picture
bytes 20000 | tr 0-9 5-90-4 >other
seal picture --chunk 4KiB --type image/png --name 'cat.png' --json >out 2>err
is "seal --json" grep -q '"chunks":5,"sealed_size":20080,"aead":"aes-256-gcm"' out
seal other --chunk 4KiB
full=4112
flip picture.sealed $((2 * full + 100)) altered
expect "an altered byte" 1 frank attach open --descriptor picture.d \
    --key picture.key --out wrong altered
says "is found in its chunk" 'altered: chunk 2 at byte 8224: altered, of another' err
is "and leaves nothing" sh -c '! ls | grep -E "^wrong"'
expect "to standard output likewise" 1 open_as picture.d picture.key altered
is "leaves nothing either" test ! -s out
chunks picture.sealed $full 0 1 3 2 4 >reordered
expect "chunks in another order" 1 open_as picture.d picture.key reordered
says "are found at the first" 'chunk 2 at' err
chunks other.sealed $full 1 >swapped
{
    chunks picture.sealed $full 0
    cat swapped
    chunks picture.sealed $full 2 3 4
} >mixed
expect "a chunk of another file" 1 open_as picture.d picture.key mixed
says "is found" 'chunk 1 at' err
head -c $((4 * full)) picture.sealed >truncated
expect "a chunk cut off" 1 open_as picture.d picture.key truncated
says "is told by the length" '16448.*20080' err
printf x | cat picture.sealed - >extended
expect "a byte added" 1 open_as picture.d picture.key extended
says "too" '20081.*20080' err
expect "another file's key" 1 open_as picture.d other.key picture.sealed
says "opens no chunk" 'chunk 0 at' err
expect "another file's descriptor and key" 1 open_as other.d other.key picture.sealed
says "neither" 'chunk 0 at' err
# The descriptor ends in size (8 bytes), chunk_log2, aead (2), root (32).
d=$(wc -c <picture.d)
flip picture.d $((d - 36)) other-size
expect "another size" 1 open_as other-size picture.key picture.sealed
says "does not fit the length" 'length' err
flip picture.d $((d - 35)) other-chunk
expect "another chunk size" 1 open_as other-chunk picture.key picture.sealed
says "nor does it" 'length' err
flip picture.d $((d - 33)) other-aead 31
expect "another AEAD" 1 open_as other-aead picture.key picture.sealed
says "opens no chunk" 'chunk 0 at' err
flip picture.d $((d - 33)) no-aead 1
expect "one that there is not" 1 open_as no-aead picture.key picture.sealed
says "is refused" 'AEAD' err
flip picture.d $((d - 1)) other-root
expect "another root" 1 frank attach open --descriptor other-root \
    --key picture.key --out wrong picture.sealed
says "is found at the end" 'not the file' err
is "and no name was given" sh -c '! ls | grep -E "^wrong"'
chmod 644 other.key
expect "a key that others can read" 3 open_as other.d other.key other.sealed
chmod 600 other.key
expect "no key" 2 frank attach open --descriptor picture.d picture.sealed
expect "a name that is taken" 3 frank attach open --descriptor picture.d \
    --key picture.key --out other picture.sealed
expect "a key's name that is taken" 3 frank attach seal --key-out other.key \
    --descriptor-out new.d --out new.sealed picture
says "says that a key is for one file" 'one file' err
expect "a descriptor's name that is taken" 3 frank attach seal --key-out new.key \
    --descriptor-out other.d --out new.sealed picture
is "then nothing is made" sh -c '! ls | grep -E "^new"'
frank attach seal --key-out piped.key --descriptor-out piped.d --chunk 4KiB \
    picture >piped.sealed
expect "sealed to standard output" 0 open_as piped.d piped.key piped.sealed
same "it opens as well" out picture

# ---- in a message
cat picture.d picture.key | frank content plain --sender a:alice --room r:garden \
    --media-type application/vnd.frank.attachment >message
expect "a plain content holds descriptor and key" 0 \
    frank attach open --content message picture.sealed
same "and opens the file" out picture
frank content parted --sender a:alice --room r:garden \
    'text;text/plain=/dev/null' \
    'photo;application/vnd.frank.attachment=picture.d' \
    'key;application/vnd.frank.attachment-key=picture.key' >album
expect "a parted one too" 0 frank attach open --content album --part 1 picture.sealed
same "opens it" out picture
frank content withhold --part 2 album >withheld
expect "without the key it does not" 1 frank attach open --content withheld \
    --part 1 picture.sealed
says "says so" 'withheld' err
expect "a part that is none" 1 frank attach verify --content album --part 0 picture.sealed
says "is named" 'album: part 0 stands for no file: --part' err
expect "no such part" 1 frank attach verify --content message --part 1 picture.sealed
frank keyring init K --not-before 0
frank keyring public K >hub.json
stamp() {
    frank stamp --keyring K --time 1700000000000 "$1" >"$1.frank"
}
stamp message
tag=$(frank tag --json message | sed 's/.*"franking_tag":"\([0-9a-f]*\)".*/\1/')
LC_ALL=C sed 's/image\/png/video\/png/' message >other-type
expect "another media type" 1 frank check --hub-public hub.json --time 1700000000000 \
    --frank message.frank --tag "$tag" other-type
says "is not what the message commits to" 'commit' out

# ---- disclosing
disclose() {
    frank attach disclose --descriptor picture.d --key picture.key "$@" picture.sealed
}
expect "disclose bytes of the second chunk" 0 \
    disclose --range 5000-5001 --enclose --out one
says "says which will be readable" 'readable: bytes 4096-8192 \(4 KiB\)' err
is "to its owner alone" is_mode 600 one
expect "verify them" 0 frank attach verify --descriptor picture.d --disclosure one \
    --out shown
says "says what is proven" '^proven +bytes 4096-8192' out
says "and withheld" '^withheld +bytes 8192-20000' out
head -c 8192 shown | tail -c 4096 >chunk
head -c 8192 picture | tail -c 4096 >wanted
same "those bytes are shown" chunk wanted
is "and no others" sh -c "head -c 4096 shown | tr -d '\\000' | wc -c | grep -qx 0 &&
    tail -c +8193 shown | tr -d '\\000' | wc -c | grep -qx 0"
is "of the whole size" test "$(wc -c <shown)" -eq 20000
# No line of the file that is elsewhere, nor its key, nor its sealed bytes.
no_other_byte() {
    { head -n 255 picture && tail -n +514 picture; } >elsewhere
    ! LC_ALL=C grep -qaFf elsewhere one && ! LC_ALL=C grep -qaFf elsewhere shown &&
        ! hex one | grep -q "$(hex picture.key)" &&
        [ "$(wc -c <one)" -lt 4400 ]
}
is "the disclosure holds nothing else" no_other_byte
expect "disclose for fetching" 0 disclose --range 5000-5001 --url https://a.example/f \
    --out fetched
expect "verify it without the file" 2 frank attach verify --descriptor picture.d \
    --disclosure fetched
expect "with the file" 0 frank attach verify --descriptor picture.d \
    --disclosure fetched --json picture.sealed
says "in JSON" '"verdict":"valid".*"proven":\[\{"begin":4096,"end":8192\}\],"refused":\[\],"withheld":\[\{"begin":0,"end":4096\},' out
flip picture.sealed $((full + 9)) altered
expect "with an altered one" 1 frank attach verify --descriptor picture.d \
    --disclosure fetched --out wrong altered
says "is refused by its chunk" '^refused +bytes 4096-8192 .*chunk 1 at byte 4112' out
is "and shows nothing" sh -c '! ls | grep -E "^wrong"'
flip picture.sealed 9 altered
expect "altered elsewhere" 0 frank attach verify --descriptor picture.d \
    --disclosure fetched altered
expect "of another file" 1 frank attach verify --descriptor other.d --disclosure one
says "says so" 'refused' out
flip one $((8 + 2 + 32 + 2 + 5)) one.proof
expect "an altered proof" 1 frank attach verify --descriptor picture.d --disclosure one.proof
says "is refused" '^refused .*not the file' out
head -c 100 one >one.short
cat one one >twice
expect "one that stands twice" 1 frank attach verify --descriptor picture.d --disclosure twice
says "is no disclosure file" 'order' err
python3 -B - >heavy <<'END'
import struct, sys
for first in range(2):
    sys.stdout.buffer.write(
        struct.pack(">QB32sBBL", first, 32, bytes(32), 0, 1, 0x80000000 | 5 << 20)
        + bytes(5 << 20) + b"\0")
END
expect "more bytes than a report carries" 1 frank attach verify --descriptor picture.d \
    --disclosure heavy
says "are none either" 'enclosed ciphertext' err
expect "one cut short" 1 frank attach verify --descriptor picture.d --disclosure one.short
expect "ranges that meet" 0 disclose --range 12KiB- --range 4095-4097 --range 0-1 \
    --url https://a.example/f --out three --json
says "become one" '"disclosed":\[\{"begin":0,"end":8192\},\{"begin":12288,"end":20000\}\]' out
expect "verify them" 0 frank attach verify --descriptor picture.d --disclosure three picture.sealed
is "each is proven" test "$(grep -c ^proven out)" -eq 2
expect "disclose a range of a file whose key stands in its message" 0 frank attach \
    disclose --content message --range 0-1 --enclose --out plain.one picture.sealed
says "says that it shows more" 'message itself shows the key' err
expect "of one whose key is a part of its own" 0 frank attach disclose --content album \
    --part 1 --range 0-1 --enclose --out parted.one picture.sealed
is "it does not" sh -c '! grep -q "message itself" err'
expect "all of it by the message's key" 0 disclose --all --enclose --out all
is "holds no key" sh -c "! od -An -v -tx1 all | tr -d ' \\n' | grep -q '$(hex picture.key)'"
expect "opens with the message" 0 frank attach verify --content message --disclosure all --out all.shown
same "to all of the file" all.shown picture
expect "not without its key" 1 frank attach verify --descriptor picture.d --disclosure all
expect "beyond the file" 1 disclose --range 20000-20001 --enclose --out beyond
expect "the wrong way round" 2 disclose --range 9-5 --enclose --out beyond
expect "no bytes" 2 disclose --enclose --out beyond
expect "neither enclosed nor to be fetched" 2 disclose --all --out beyond
expect "a URL with a space" 1 disclose --all --url 'https://a.example/a b' --out beyond
expect "another's sealed file" 1 frank attach disclose --descriptor picture.d \
    --key picture.key --range 0-1 --enclose --out beyond other.sealed
truncate -s 9000000 large
seal large
expect "more than a report carries" 1 frank attach disclose --descriptor large.d \
    --key large.key --all --enclose --out beyond large.sealed
says "says how much that is" '8 MiB' err
d=$(wc -c <large.d)
flip large.d $((d - 40)) larger.d 16 # 2^36 bytes more
expect "more keys than a report carries" 1 frank attach disclose --descriptor larger.d \
    --key large.key --range 0- --url https://a.example/f --out beyond large.sealed
says "says what else to do" 'room for keys.*--all' err
is "and nothing was made" test ! -e beyond

# ---- MIMI's external parts
cat >external.py <<'END'
import hashlib, os, sys

sys.path.insert(0, sys.argv[1])
import xchacha


def head(major, n):
    size = 0 if n < 24 else 1 if n < 256 else 2 if n < 65536 else 4
    return bytes([major << 5 | (n if n < 24 else {1: 24, 2: 25, 4: 26}[size])]) + (
        n.to_bytes(size, "big") if size else b"")


def item(value):
    if value is None:
        return b"\xf6"
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(item, value))
    if isinstance(value, dict):
        return head(5, len(value)) + b"".join(item(x) for pair in value.items() for x in pair)
    return head(3 if isinstance(value, str) else 2, len(value)) + (
        value.encode() if isinstance(value, str) else value)


def padded(data):
    return data + bytes(-len(data) % 16)


plain = open("picture", "rb").read()
key, nonce, aad = os.urandom(32), os.urandom(12), b"aad"
sealed = xchacha.chacha20(key, nonce, plain)
sealed += xchacha.poly1305(
    xchacha.chacha20_block(key, 0, nonce)[:32],
    padded(aad) + padded(sealed) + len(aad).to_bytes(8, "little")
    + len(sealed).to_bytes(8, "little"))
open("mimi.sealed", "wb").write(sealed)
for name, algorithm, file in (("mimi", 29, sealed), ("clear", 0, plain), ("bare", 29, b"")):
    part = [1, "", 2, "image/png", "https://a.example/x", 0, len(plain), algorithm]
    part += [key, nonce, aad] if algorithm else [b"", b"", b""]
    part += [1, hashlib.sha256(file).digest() if file else b"", "", "cat.png"]
    names = {1: "mimi://a.example/u/alice", 2: "mimi://a.example/r/x"}
    message = [os.urandom(16), None, b"", None, None, names, part]
    open(name + ".content", "wb").write(item(message))
END
python3 -B external.py "$top/tests/second"
expect "open what a MIMI message names" 0 frank attach open --content mimi.content mimi.sealed
same "the file" out picture
expect "into a file" 0 frank attach open --content mimi.content --out mimi.opened \
    --json mimi.sealed
says "as the message describes it" '"kind":"mimi","name":"cat.png","media_type":"image/png"' out
same "the same" mimi.opened picture
expect "one that is not encrypted" 0 frank attach verify --content clear.content picture
says "is proven too" '^proven +bytes 0-20000' out
flip mimi.sealed 77 altered
expect "an altered one" 1 frank attach open --content mimi.content --out wrong altered
says "is refused by its hash" 'not the file' err
is "and leaves nothing" sh -c '! ls | grep -E "^wrong"'
expect "one whose message has no hash" 1 frank attach open --content bare.content mimi.sealed
says "is unproven" 'contentHash: no hash in the message: nothing proves' err
is "and not given" test ! -s out
expect "a part that is none" 1 frank attach verify --content mimi.content --part 1 mimi.sealed
expect "disclose it" 0 frank attach disclose --content mimi.content --all --enclose \
    --out mimi.shown mimi.sealed
says "all of it" 'readable: bytes 0-20000' err
expect "verify that" 0 frank attach verify --content mimi.content --disclosure mimi.shown \
    --out mimi.seen
same "which is the file" mimi.seen picture
expect "to be fetched where the message says" 0 frank attach disclose \
    --content mimi.content --all --out mimi.fetched mimi.sealed
expect "elsewhere" 2 frank attach disclose --content mimi.content --all \
    --url https://b.example/ --out beyond mimi.sealed
expect "a part of it" 2 frank attach disclose --content mimi.content --range 0-9 \
    --enclose --out beyond mimi.sealed
expect "keys of chunks, which it has not" 1 frank attach verify --content mimi.content \
    --disclosure one

# ---- ended, and gone on with
truncate -s 4000000 film
printf end >>film
# A limit on the size of a file ends the program in the middle of a write, by a
# signal, or, where that is ignored, with an error.
(
    ulimit -f 2000
    seal film --threads 2
) >out 2>err
is "ended while sealing" test $? -ge 3
is "nothing has its name" test ! -e film.sealed -a ! -e film.key -a ! -e film.d
is "a part is there" test -s film.sealed.part
cp film.key.part key.before
expect "with another chunk size" 1 seal film --chunk 4KiB
says "it does not go on" 'not the beginning' err
mv film.key.part elsewhere.key
expect "nor without its key" 3 seal film
says "says what is missing" 'film.key.part' err
mv elsewhere.key film.key.part
expect "with both it goes on" 0 seal film --json
says "and says so" 'goes on with film.sealed.part: .* of 3.8 MiB' err
says "from there" '"resumed_from":[1-9]' out
same "with the same key" film.key key.before
is "no part is left" test ! -e film.sealed.part -a ! -e film.key.part
expect "it opens" 0 open_as film.d film.key film.sealed
same "to the film" out film
rm out
(
    trap '' XFSZ
    ulimit -f 2000
    frank attach seal --key-out long.key --descriptor-out long.d --out long.sealed film
) >out 2>err
is "a write that the system refuses" test $? -eq 3
says "is told with its reason" 'long.sealed.part: .*File too large' err
(
    ulimit -f 2000
    frank attach open --descriptor film.d --key film.key --out film.opened film.sealed
) >out 2>err
is "ended while opening" test $? -ge 3
is "nothing has its name" test ! -e film.opened
is "a part is there" test -s film.opened.part
expect "it goes on" 0 frank attach open --descriptor film.d --key film.key \
    --out film.opened --json film.sealed
says "and says so" 'goes on with film.opened.part' err
same "to the film" film.opened film
frank attach disclose --descriptor film.d --key film.key --range 0-1 \
    --url https://a.example/f --out film.shown film.sealed 2>/dev/null
(
    umask 077
    echo 'of another file' >film2.part
)
expect "a part of something else" 1 frank attach open --descriptor film.d \
    --key film.key --out film2 film.sealed
says "is told and removed" 'of another file.*removed' err
expect "so that the next run ends" 0 frank attach open --descriptor film.d \
    --key film.key --out film2 film.sealed
ln -s picture film3.part
expect "a part that is a link" 3 frank attach open --descriptor film.d \
    --key film.key --out film3 film.sealed
same "which is not followed" picture mimi.opened
rm film3.part
printf x >film3.part
chmod 666 film3.part
expect "a part that others can write" 3 frank attach open --descriptor film.d \
    --key film.key --out film3 film.sealed
says "is not ours" 'mode 0600' err
rm film3.part
printf '' >film4
ln film4 film3.part
expect "a part that has another name" 3 frank attach open --descriptor film.d \
    --key film.key --out film3 film.sealed
is "is not written to" test ! -s film4
rm film3.part
cp film.sealed film3.part
expect "a part that is the file to be read" 3 frank attach open --descriptor film.d \
    --key film.key --out film3 film3.part
says "is told" 'is the file to be read' err
same "and stays as it is" film3.part film.sealed
expect "also where a disclosure is looked at" 3 frank attach verify \
    --descriptor film.d --key film.key --disclosure film.shown --out film3 film3.part
same "it stays" film3.part film.sealed
expect "and where its name is the key's" 3 frank attach seal --key-out film3 \
    --descriptor-out film5.d --out film5.sealed film3.part
same "it stays there too" film3.part film.sealed
rm film3.part
flock film3.part true
chmod 600 film3.part
expect "two runs at once" 3 flock film3.part frank attach open --descriptor film.d \
    --key film.key --out film3 film.sealed
says "are not" 'another run' err
rm film3.part
# Between the names: first the descriptor's, then the key's, then the file's.
mv film.sealed film.sealed.part
expect "ended before the last name" 0 seal film
same "the file gets it" film.opened film
expect "and opens" 0 open_as film.d film.key film.sealed
mv film.sealed film.sealed.part
mv film.key film.key.part
expect "ended before the key's name" 0 seal film
expect "opens too" 0 open_as film.d film.key film.sealed
mv film.sealed film.sealed.part
cp film.key key.before
cp other.key film.key
expect "another key of that name" 1 seal film
is "is not used" test ! -e film.sealed
says "and told" 'not the beginning of film.* in film.key' err
cp key.before film.key
expect "the right one is" 0 seal film
cp other other2
cp key.before other2.key.part
expect "a key that an earlier run left, without its file" 0 seal other2
is "is not used" sh -c '! cmp -s other2.key key.before'
if command -v strace >/dev/null && strace -qq -o /dev/null true 2>/dev/null; then
    # What looks for leaks does not work where somebody traces.
    frank_order() {
        ASAN_OPTIONS=detect_leaks=0 strace -f -y -qq -o order -e trace=fsync,rename,renameat2,link,linkat \
            frank attach seal --key-out order.key --descriptor-out order.d \
            --out order.sealed --threads 1 picture
    }
    expect "what is on disk, and when" 0 frank_order
    is "the sealed bytes are before the descriptor has its name" awk \
        '/fsync.*order\.sealed\.part/ && !bytes { bytes = NR } /order\.d"/ && !name { name = NR }
        END { exit !(bytes && name && bytes < name) }' order
    is "and the key before the sealed file has its" awk \
        '/"order\.key"/ { key = NR } /"order\.sealed"/ { name = NR }
        END { exit !(key && name && key < name) }' order
    for signal in KILL INT; do
        rm -f film.key film.d film.sealed film.opened
        traced() {
            # Signals as a shell has them, where this runs in the background too.
            env --default-signal=INT strace -f -qq -o /dev/null -e trace=pwrite64 \
                -e inject=pwrite64:signal=$signal:when=9 "$@"
        }
        traced frank attach seal --key-out film.key --descriptor-out film.d \
            --out film.sealed --threads 1 film >out 2>err
        is "SIG$signal while sealing" test $? -gt 128
        is "leaves a part" test -s film.sealed.part -a ! -e film.sealed
        [ $signal = KILL ] || says "and says how to go on" 'same command goes on' err
        expect "the same command goes on" 0 seal film
        says "and says so" 'goes on with' err
        traced frank attach open --descriptor film.d --key film.key \
            --out film.opened --threads 1 film.sealed >out 2>err
        is "SIG$signal while opening" test $? -gt 128
        is "leaves a part too" test -s film.opened.part -a ! -e film.opened
        expect "which is gone on with" 0 frank attach open --descriptor film.d \
            --key film.key --out film.opened film.sealed
        same "to the film" film.opened film
    done
else
    echo "skip signals: no strace"
fi

# ---- a full disk
cat >full.sh <<'END'
set -eu
mount -t tmpfs -o size=1m frank disk
frank attach seal --key-out disk/key --descriptor-out disk/d --out disk/sealed \
    film >full.out 2>full.err && exit 1
[ $? -eq 3 ] && grep -q 'No space left' full.err && grep -q 'goes on' full.err
[ -s disk/sealed.part ] && [ ! -e disk/sealed ]
mount -o remount,size=16m disk
frank attach seal --key-out disk/key --descriptor-out disk/d --out disk/sealed \
    film >full.out 2>full.err
grep -q 'goes on with disk/sealed.part' full.err
mount -o remount,size=5m disk
frank attach open --descriptor disk/d --key disk/key --out disk/film disk/sealed \
    >full.out 2>full.err && exit 1
grep -q 'No space left' full.err && [ -s disk/film.part ] && [ ! -e disk/film ]
mount -o remount,size=16m disk
frank attach open --descriptor disk/d --key disk/key --out disk/film disk/sealed
cmp disk/film film
rm disk/film
cat film film film film film film >disk/fill 2>/dev/null || true
frank attach open --content clear.content --out disk/picture picture \
    >full.out 2>full.err && exit 1
grep -q 'No space left' full.err
END
mkdir disk
if unshare -Urm sh -c 'mount -t tmpfs -o size=1m frank disk' 2>/dev/null; then
    is "a full disk loses nothing" unshare -Urm sh -x full.sh
else
    echo "skip a full disk: no file systems of one's own"
fi
[ ! -w /dev/full ] || {
    frank attach open --descriptor film.d --key film.key film.sealed >/dev/full 2>err
    is "standard output that is full" test $? -eq 3
    frank attach verify --descriptor film.d --key film.key film.sealed >/dev/full 2>err
    is "is no verdict" test $? -eq 3
    frank attach seal --key-out nul.key --descriptor-out nul.d film >/dev/full 2>err
    is "a file sealed to nowhere" test $? -eq 3
    is "has no key" test ! -e nul.key -a ! -e nul.d
}

# ---- a terminal
cat >terminal.py <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
shown = b""
while True:
    try:
        piece = os.read(fd, 4096)
    except OSError:
        break
    if not piece:
        break
    shown += piece
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
rm -f film.key film.d film.sealed
expect "on a terminal" 0 python3 -B terminal.py frank attach seal \
    --key-out film.key --descriptor-out film.d --out film.sealed film
says "it shows how far it is" 'sealing \[#{20}\] 100 %, [0-9.]+ [KMG]iB/s' out
expect "not where it is to be quiet" 0 python3 -B terminal.py frank attach verify \
    --quiet --descriptor film.d --key film.key film.sealed
is "nothing is shown" sh -c '! grep -q "%" out'
python3 -B terminal.py frank attach seal --key-out t.key --descriptor-out t.d film >out
is "sealed bytes do not go there" test $? -eq 2 -a ! -e t.key

each_allocation_fails "attach verify" '"verdict":"valid"' memory \
    frank attach verify --descriptor picture.d --disclosure one --json
exit $result

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Walks the life of a report with the commands frank and frank-mod, on a folder
# of MIMI messages: tag, stamp, check, report, verdict; sealed to three
# moderators, of whom two open it; a picture, of which a part is shown; then the
# same with one bit changed. Exits 0 only if each step came out as it must.
#
#   FRANK=build/frank FRANK_MOD=build/frank-mod examples/walk.sh tests/vectors/messages
set -eu

frank=${FRANK:-frank}
mod=${FRANK_MOD:-frank-mod}
messages=${1:?usage: walk.sh FOLDER-OF-MIMI-MESSAGES}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ms=1644387225019 # the hub's clock when the first message comes in
failed=0

title() {
    printf '\n%s\n%s\n' "$1" "$(printf '%s' "$1" | sed 's/./-/g')"
}

hex() {
    od -An -v -tx1 "$1" | tr -d ' \n'
}

# Changes the lowest bit of byte $2 of file $1, into file $3.
flip() {
    cp "$1" "$3"
    byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
    octal=$(printf '%03o' $((byte ^ 1)))
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$octal" | dd of="$3" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# The offset in file $1 of the text $2.
find_text() {
    LC_ALL=C grep -obUaF "$2" "$1" | head -n 1 | cut -d : -f 1
}

# Field $2 of one line of JSON in file $1 (numbers and plain strings).
field() {
    sed -n "s/.*\"$2\":\"\\{0,1\\}\\([^\",}]*\\).*/\\1/p" "$1"
}

# Runs a check that must be refused, and shows its reason.
refused() {
    what=$1
    shift
    if reason=$("$@" 2>&1); then
        printf '  %-24s ACCEPTED, which is wrong: %s\n' "$what" "$reason"
        failed=1
    else
        printf '  %-24s refused: %s\n' "$what" \
            "$(printf '%s\n' "$reason" |
                sed -n '$s/.*not valid: \|^refused: \|^frank[a-z -]*: [^ ]*: //p')"
    fi
}

set -- "$messages"/*.cbor
[ -e "$1" ] || {
    echo "walk.sh: no *.cbor files in $messages" >&2
    exit 3
}

title "The hub makes its keys, and publishes what others may know"
"$frank" keyring init "$work/keyring"
"$frank" keyring list "$work/keyring"
"$frank" keyring public "$work/keyring" >"$work/hub.json"
cat "$work/hub.json"

title "Each message: tag (sender), frank (hub), check (recipient)"
printf '%-18s %8s  %-18s %-18s %s\n' message bytes tag frank check
count=$#
taken=0
left_out=
first=
abuser=
room=
printf '' >"$work/of-one-room"
for file; do
    shift # the files make room for the arguments of the report
    name=$(basename "$file" .cbor)
    copy="$work/$name"
    cp "$file" "$copy.content"
    "$frank" tag --json "$copy.content" >"$copy.json"
    tag=$(field "$copy.json" franking_tag)
    # The hub sees tag, sender and room; never the message.
    "$frank" stamp --keyring "$work/keyring" --time $ms --tag "$tag" \
        --sender "$(field "$copy.json" sender)" \
        --room "$(field "$copy.json" room)" >"$copy.frank"
    verdict=$("$frank" check --hub-public "$work/hub.json" --time $ms \
        --frank "$copy.frank" --tag "$tag" "$copy.content" | head -n 1) ||
        failed=1
    printf '%-18s %8d  %.16s.. %.16s.. %s\n' "$name" \
        "$(wc -c <"$copy.content")" "$tag" "$(hex "$copy.frank")" \
        "${verdict%%:*}"
    [ -n "$first" ] || {
        first=$copy
        first_ms=$ms
        first_tag=$tag
        abuser=$(field "$copy.json" sender)
        room=$(field "$copy.json" room)
    }
    if [ $taken -lt 64 ] && [ "$(wc -c <"$copy.content")" -lt 65536 ]; then
        set -- "$@" "$copy.content:$copy.frank:$ms"
        [ "$(field "$copy.json" room)" != "$room" ] ||
            echo "$copy.content:$copy.frank:$ms" >>"$work/of-one-room"
        taken=$((taken + 1))
    else
        left_out="$left_out $name"
    fi
    ms=$((ms + 1009))
done
echo "$count messages."

title "The recipient reports them, and the hub verifies each"
echo "The first of them: $(basename "$first"), from $abuser."
printf 'please look' >"$work/note"
[ -z "$left_out" ] || echo "Left out, to keep this short:$left_out"
"$frank" report mimi --reporter mimi://b.example/u/bob --abuser "$abuser" \
    --reason 1 --note-file "$work/note" "$@" >"$work/report"
echo "AbuseReport: $(wc -c <"$work/report") bytes."
"$frank" report verify --keyring "$work/keyring" "$work/report" || failed=1

title "Or sealed: three moderators share a key, any two of them open"
"$mod" quorum init --threshold 2 --holders 3 --out "$work/quorum"
# Five messages of one room; the second is withheld.
set --
while read -r message && [ $# -lt 5 ]; do
    set -- "$@" "$message"
done <"$work/of-one-room"
withhold=
[ $# -lt 2 ] || withhold="--withhold 1"
# shellcheck disable=SC2086 # two words, or none
"$frank" report seal --quorum "$work/quorum/quorum.pub" --anonymous \
    --reason fraud --note-file "$work/note" $withhold "$@" >"$work/sealed"
echo "Sealed report: $(wc -c <"$work/sealed") bytes. The hub checks it, reading nothing:"
"$frank" report check --keyring "$work/keyring" \
    --verdict-out "$work/verdict" "$work/sealed" || failed=1
open() {
    "$mod" open --quorum "$work/quorum/quorum.pub" \
        --hub-public "$work/hub.json" --verdict "$work/verdict" "$@"
}
echo
for i in 1 3; do
    "$mod" consent --share "$work/quorum/holder-$i.share" \
        --receipt "$work/receipt-$i" --out "$work/consent-$i" "$work/sealed"
    "$mod" receipt --quorum "$work/quorum/quorum.pub" "$work/receipt-$i" ||
        failed=1
done
refused "one consent alone" open --consent "$work/consent-1" "$work/sealed"
open --consent "$work/consent-1" --consent "$work/consent-3" \
    --out "$work/opened" "$work/sealed" || failed=1
cmp "$work/opened/message-0.content" "${1%%:*}" || failed=1

title "A picture: sealed under its own key, of which a part is shown"
awk 'BEGIN { print "P2 96 96 255"
    for (y = 0; y < 96; y++) for (x = 0; x < 96; x++)
        printf "%d%s", (x * x + y * y) % 256, x < 95 ? " " : "\n" }' >"$work/picture.pgm"
"$frank" attach seal --chunk 4KiB --type image/x-portable-graymap \
    --key-out "$work/picture.key" --descriptor-out "$work/picture.d" \
    --out "$work/picture.sealed" "$work/picture.pgm"
# Descriptor and key are two parts, so that the key can be withheld.
"$frank" content parted --sender "$abuser" --room "$room" \
    "picture;application/vnd.frank.attachment=$work/picture.d" \
    "key;application/vnd.frank.attachment-key=$work/picture.key" >"$work/album"
"$frank" stamp --keyring "$work/keyring" --time $ms "$work/album" >"$work/album.frank"
"$frank" attach open --content "$work/album" --out "$work/seen.pgm" \
    "$work/picture.sealed" || failed=1
cmp "$work/seen.pgm" "$work/picture.pgm" || failed=1
echo "The recipient opens it, and reports its first 8 KiB without its key:"
"$frank" attach disclose --content "$work/album" --range 0-8KiB --enclose \
    --out "$work/shown" "$work/picture.sealed" 2>&1 || failed=1
"$frank" report seal --quorum "$work/quorum/quorum.pub" --anonymous \
    --hub-public "$work/hub.json" --reason unsolicited_sexual --withhold-part 0.1 --attach "0.0=$work/shown" \
    "$work/album:$work/album.frank:$ms" >"$work/sealed-picture"
"$frank" report check --keyring "$work/keyring" \
    --quorum "$work/quorum/quorum.pub" --verdict-out "$work/verdict-picture" \
    "$work/sealed-picture" || failed=1
for i in 2 3; do
    "$mod" consent --share "$work/quorum/holder-$i.share" \
        --receipt "$work/receipt-picture-$i" \
        --out "$work/consent-picture-$i" "$work/sealed-picture"
done
"$mod" open --quorum "$work/quorum/quorum.pub" --hub-public "$work/hub.json" \
    --verdict "$work/verdict-picture" --consent "$work/consent-picture-2" \
    --consent "$work/consent-picture-3" --out "$work/opened-picture" \
    "$work/sealed-picture" || failed=1
head -c 8192 "$work/picture.pgm" |
    cmp - "$work/opened-picture/message-0-part-0.from-0" || failed=1
printf '\nOne bit of the picture changed, or another key:\n'
flip "$work/picture.sealed" 9000 "$work/changed"
refused "the picture" "$frank" attach open --content "$work/album" \
    --out "$work/wrong" "$work/changed"
flip "$work/picture.key" 0 "$work/changed"
chmod 600 "$work/changed"
refused "its key" "$frank" attach open --descriptor "$work/picture.d" \
    --key "$work/changed" --out "$work/wrong" "$work/picture.sealed"

title "One bit changed: each must be refused"
sender=$(field "$first.json" sender)
room=$(field "$first.json" room)
length=$(wc -c <"$first.content")
check() {
    "$frank" check --keyring "$work/keyring" --tag "$first_tag" \
        --sender "$sender" --room "$room" "$@"
}
check --time "$first_ms" --frank "$first.frank" "$first.content" \
    >/dev/null || failed=1

flip "$first.content" $((length - 1)) "$work/changed"
refused "content, last byte" check --time "$first_ms" --frank "$first.frank" \
    "$work/changed"
printf '%s' "$first_tag" | sed 's/^\(.*\)[0-7]$/\18/; t; s/.$/0/' >"$work/tag"
refused "tag" "$frank" check --keyring "$work/keyring" \
    --tag "$(cat "$work/tag")" --time "$first_ms" --frank "$first.frank" \
    "$first.content"
refused "time" check --time $((first_ms ^ 1)) --frank "$first.frank" \
    "$first.content"
flip "$first.content" $(($(find_text "$first.content" "$sender") + 8)) \
    "$work/changed"
refused "sender in the content" "$frank" check --keyring "$work/keyring" \
    --sender "$sender" --time "$first_ms" --frank "$first.frank" \
    "$work/changed"
flip "$first.content" $(($(find_text "$first.content" "$room") + 8)) \
    "$work/changed"
refused "room in the content" "$frank" check --keyring "$work/keyring" \
    --room "$room" --time "$first_ms" --frank "$first.frank" "$work/changed"
flip "$first.frank" 0 "$work/changed"
refused "server frank (MAC)" check --time "$first_ms" --frank "$work/changed" \
    "$first.content"
flip "$first.frank" 99 "$work/changed"
refused "signature" check --time "$first_ms" --frank "$work/changed" \
    "$first.content"

flip "$work/sealed" 700 "$work/changed"
refused "sealed report" "$frank" report check --keyring "$work/keyring" \
    "$work/changed"
flip "$work/consent-1" 40 "$work/changed"
refused "consent" open --consent "$work/changed" --consent "$work/consent-3" \
    "$work/sealed"

flip "$work/report" $(($(wc -c <"$work/report") - 2)) "$work/changed"
printf '\nA report with one bit of its last timestamp changed:\n'
if "$frank" report verify --keyring "$work/keyring" "$work/changed" \
    >"$work/verdicts"; then
    failed=1
fi
tail -n 1 "$work/verdicts"

if [ "$failed" = 0 ]; then
    printf '\nAll of it came out as it must.\n'
else
    printf '\nSomething came out wrong: see above.\n' >&2
fi
exit "$failed"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Files and sealed reports against a second implementation, tests/second/, which
# shares no code with this one: each opens what the other sealed, consents to
# what the other made, and both refuse what was changed.
# shellcheck source=tests/support/expect.sh disable=SC2317 # functions are called by name
. tests/support/expect.sh
quorum=q/quorum.pub
ms=1700000000000

second() {
    python3 -B "$top/tests/second/second.py" "$@"
}

# lines NAME PATTERN COUNT: so many lines of out hold the pattern.
lines() {
    if [ "$(grep -cE -- "$2" out)" = "$3" ]; then
        echo "ok $1"
    else
        echo "not ok $1: not $3 lines with '$2':"
        cat out
        result=1
    fi
}

# ---- The vectors, and what the RFCs print
second vectors "$vectors/sealed.json" || result=1
python3 -B "$top/tests/second/attachment.py" vectors "$vectors/attachments.json" || result=1

# ---- Files: each opens what the other sealed, and both refuse what was changed
attachment() {
    python3 -B "$top/tests/second/attachment.py" "$@"
}
awk 'BEGIN { for (i = 0; i < 600; i++) printf "%015d\n", i * 7919 }' >file
awk 'BEGIN { for (i = 0; i < 600; i++) printf "%015d\n", i * 7907 }' >file2
for number in 2 29; do
    name=$([ $number = 2 ] && echo aes-256-gcm || echo chacha20-poly1305)
    for f in file file2; do
        frank attach seal --aead "$name" --chunk 4KiB --name "" --type "" \
            --key-out "$f.$number.key" --descriptor-out "$f.$number.d" \
            --out "$f.$number.sealed" $f || result=1
    done
    expect "the second opens a file that frank sealed with $name" 0 attachment open \
        "$(hex file.$number.d)" "$(hex file.$number.key)" file.$number.sealed theirs.file
    same "and it is the same" theirs.file file
    expect "the second seals it" 0 attachment seal 12 $number \
        "$(hex file.$number.key)" file theirs.sealed
    same "to the same bytes" theirs.sealed file.$number.sealed
    is "and describes it so" test "$(cat out)" = "$(hex file.$number.d)"
done
# no_file WHAT DESCRIPTOR SEALED OURS THEIRS: what each says of it.
no_file() {
    expect "frank refuses a file with $1" 1 frank attach open --descriptor "$2" \
        --key file.29.key "$3"
    says "where it shows" "$4" err
    is "and gives none of it" test ! -s out
    rm -f theirs.file
    expect "the second refuses a file with $1" 1 attachment open "$(hex "$2")" \
        "$(hex file.29.key)" "$3" theirs.file
    says "where it shows, too" "$5" err
    is "and gives none of it, either" test ! -e theirs.file
}
chunk() {
    tail -c +$(($2 * 4112 + 1)) "$1" | head -c 4112
}
d=file.29.d
f=file.29.sealed
flip $f 5000 wrong
no_file "a byte changed" $d wrong 'chunk 1 at' '^chunk 1:'
{ chunk $f 1 && chunk $f 0 && chunk $f 2; } >wrong
no_file "chunks in another order" $d wrong 'chunk 0 at' '^chunk 0:'
{ chunk $f 0 && chunk file2.29.sealed 1 && chunk $f 2; } >wrong
no_file "a chunk of another" $d wrong 'chunk 1 at' '^chunk 1:'
{ chunk $f 0 && chunk $f 2; } >wrong
no_file "a chunk left out" $d wrong 'length' 'length'
head -c -1 $f >wrong
no_file "its end cut off" $d wrong 'length' 'length'
{ cat $f && printf x; } >wrong
no_file "a byte added" $d wrong 'length' 'length'
{ cat $f && chunk $f 0; } >wrong
no_file "a chunk added" $d wrong 'length' 'length'
end=$(wc -c <$d)
flip $d $((end - 36)) wrong.d
no_file "another size" wrong.d $f 'length' 'length'
flip $d $((end - 35)) wrong.d # 2^13: two chunks
no_file "another size of chunks" wrong.d $f 'length' 'length'
flip $d $((end - 33)) wrong.d 31
no_file "the other AEAD" wrong.d $f 'chunk 0 at' '^chunk 0:'
flip $d $((end - 1)) wrong.d
no_file "another root" wrong.d $f 'not the file' 'another file'
# What a descriptor says beside that is the message's word.
cat >tag.py <<'END'
import sys

sys.path.insert(0, sys.argv[1])
import content

print(content.locate(open(sys.argv[2], "rb").read()).tag().hex())
END
second_tag() {
    python3 -B tag.py "$top/tests/second" "$1"
}
frank attach seal --chunk 4KiB --type image/png --key-out t.key --descriptor-out t.d \
    --out t.sealed file || result=1
cat t.d t.key | frank content plain --sender a:b --room r:c \
    --media-type application/vnd.frank.attachment >told || result=1
LC_ALL=C sed 's,image/png,video/png,' told >retold
for f in told retold; do
    frank tag $f >$f.tag || result=1
    is "both take the same tag of $f" test "$(second_tag $f)" = "$(hex $f.tag)"
done
is "which another media type changes" sh -c '! cmp -s told.tag retold.tag'

# ---- A conversation: MIMI, plain, and in parts
room=mimi://hub.example/r/flat-hunters-lisbon
cp "$vectors/messages/01-offer.cbor" said.mimi
printf 'what was said' >one
printf 'what stays private' >two
frank content plain --sender a:b --room $room <one >said.plain || result=1
frank content parted --sender a:b --room $room text=one note=two >said.parted || result=1
frank content withhold --part 1 said.parted >redacted || result=1
frank keyring init K && frank keyring public K >hub.json || result=1
frank stamp --keyring K --time $ms said.plain >plain.frank || result=1
frank stamp --keyring K --time $ms said.parted >parted.frank || result=1
frank stamp --keyring K --time $ms --seq 9 --seen 7 --transcript-out mimi.place \
    said.mimi >mimi.frank || result=1
frank-mod quorum init --threshold 2 --holders 3 --out q >out || result=1
printf 'Bitte ansehen: \303\274' >note
if [ $result -ne 0 ]; then
    echo "not ok the vectors agree, and there is a conversation to report"
    exit 1
fi

# ---- What the programs seal
frank report seal --quorum $quorum --reporter mimi://b.example/u/bob --reason 3 \
    --accused 1 --note-file note --withhold 2 --withhold-part 3.1 \
    "said.mimi:mimi.frank:$ms:9:7:mimi.place" "said.plain:plain.frank:$ms" \
    "said.plain:plain.frank:$ms" "said.parted:parted.frank:$ms" >ours || result=1
expect "the second checks a report that frank sealed" 0 \
    second check --quorum $quorum ours
for i in 1 2; do
    expect "and consents to it, holder $i" 0 second consent --quorum $quorum \
        --share q/holder-$i.share --out "ours.s$i" --receipt "ours.r$i" ours
done
expect "and opens it" 0 second open --quorum $quorum --consent ours.s1 \
    --consent ours.s2 --out ours.second ours
lines "three messages match" '"disclosed and matches"' 3
lines "one is withheld" '"withheld"' 1
same "with its note" note ours.second/note.txt
same "and its MIMI message" said.mimi ours.second/message-0.content
same "and its plain one" said.plain ours.second/message-1.content
same "and one with a part withheld" redacted ours.second/message-3.content

# ---- What the second seals
seal() {
    rm -f theirs
    second seal --quorum "$quorum" --reason 3 "$@" --out theirs \
        "said.mimi:mimi.frank:$ms:9:7:mimi.place" "said.plain:plain.frank:$ms" \
        "redacted:parted.frank:$ms"
}
expect "the second seals for a reporter" 0 seal --reporter mimi://b.example/u/bob
expect "frank checks that" 0 frank report check --keyring K --quorum $quorum theirs
expect "the second seals anonymously" 0 seal --anonymous --note "$(cat note)" --withhold 1
expect "frank checks that too" 0 frank report check --keyring K --quorum $quorum \
    --verdict-out verdict theirs
lines "every stamp is valid" ': valid$' 3
for i in 2 3; do
    expect "frank-mod consents to it, holder $i" 0 frank-mod consent \
        --quorum $quorum --share q/holder-$i.share --out "theirs.c$i" \
        --receipt "theirs.r$i" theirs
done
expect "and opens it" 0 frank-mod open --quorum $quorum --hub-public hub.json \
    --verdict verdict --consent theirs.c2 --consent theirs.c3 --json \
    --out theirs.first theirs
lines "the MIMI message is proven" '"message":0.*"verdict":"disclosed and matches","proven":true' 1
lines "the plain one is withheld" '"message":1.*"verdict":"withheld"' 1
lines "the third has a part withheld" '"message":2.*parts withheld: 1 of 2","proven":true' 1
same "the same note" note theirs.first/note.txt
same "the same message" said.mimi theirs.first/message-0.content
same "and the same parts" redacted theirs.first/message-2.content

# ---- One consent of each
expect "frank-mod consents beside the second" 0 frank-mod consent --out ours.c3 \
    --receipt ours.r3 --share q/holder-3.share ours
expect "the second consents beside frank-mod" 0 second consent --quorum $quorum \
    --share q/holder-1.share --out theirs.s1 --receipt theirs.r1 theirs
both() {
    report=$1
    rm -rf "$report.x" "$report.y"
    shift
    expect "frank-mod opens $report with consents of both" 0 frank-mod open \
        --quorum $quorum --hub-public hub.json "$@" --out "$report.x" "$report"
    expect "the second opens $report with them" 0 second open --quorum $quorum "$@" \
        --out "$report.y" "$report"
    same "and both see the same" "$report.x" "$report.y"
}
both ours --consent ours.c3 --consent ours.s1
both theirs --consent theirs.s1 --consent theirs.c2
both theirs --consent theirs.c3 --consent theirs.c2 --consent theirs.s1

# ---- Receipts
for report in ours theirs; do
    for i in 1 2 3; do
        [ -e $report.r$i ] || continue
        expect "frank-mod takes holder $i's receipt for $report" 0 frank-mod receipt \
            --quorum $quorum --report $report --json $report.r$i
        sed 's/.*"report_digest":"\([0-9a-f]*\)".*/\1/' out >digest
        expect "the second takes it too" 0 \
            second receipt --quorum $quorum $report.r$i
        lines "and it says the same" "\"holder\":$i,\"report_digest\":\"$(cat digest)\"" 1
    done
done

# ---- What both refuse
refused() {
    what=$1
    file=$2
    shift 2
    expect "frank-mod refuses $what" 1 frank-mod open --quorum $quorum \
        --hub-public hub.json "$@" "$file"
    expect "the second refuses $what" 1 second open --quorum $quorum "$@" "$file"
}
refused "one consent" ours --consent ours.s1
refused "one consent twice" ours --consent ours.s1 --consent ours.s1
refused "a consent to another report" ours --consent ours.s1 --consent theirs.c2
refused "a bad consent beyond the threshold" ours --consent ours.s1 \
    --consent ours.c3 --consent theirs.c2
for at in 0 32 33 96; do
    flip ours.s1 $at changed 128
    refused "a consent with byte $at changed" ours --consent changed --consent ours.c3
done
for at in 0 1 33 49 56 88 120; do
    flip ours.r1 $at changed 128
    expect "frank-mod refuses a receipt with byte $at changed" 1 \
        frank-mod receipt --quorum $quorum changed
    expect "the second refuses it with byte $at changed" 1 \
        second receipt --quorum $quorum changed
done
frank-mod quorum init --threshold 2 --holders 3 --out other >out || result=1
expect "frank refuses another quorum's report" 1 \
    frank report check --keyring K --quorum other/quorum.pub theirs
expect "the second refuses it too" 1 \
    second check --quorum other/quorum.pub theirs

# Places in a report, from its end: the sealed body is 1,040 bytes behind a
# length of 2, the quorum seal in front of that 176.
changed() {
    flip "$2" "$3" changed 128
    expect "frank refuses $2 with $1 changed" 1 \
        frank report check --keyring K --quorum $quorum changed
    expect "the second refuses $2 with $1 changed" 1 \
        second check --quorum $quorum changed
}
for report in ours theirs; do
    body=$(($(wc -c <$report) - 1042))
    changed "the version" $report 0
    changed "the report's id" $report 1
    changed "its time" $report 24
    changed "the reporter's digest" $report 25
    changed "the reason" $report 57
    changed "the accused" $report 58
    changed "a tag" $report 70
    changed "a stamp's signature" $report 270
    changed "the byte in front of the seal" $report $((body - 177))
    changed "the quorum's id" $report $((body - 176))
    changed "the top bit of U" $report $((body - 129))
    changed "W" $report $((body - 128))
    changed "the top bit of W" $report $((body - 97))
    changed "e" $report $((body - 96))
    changed "the top bit of f" $report $((body - 33))
    changed "the key commitment" $report $((body - 32))
    changed "the body's length" $report $body
    changed "the body" $report $((body + 2))
    changed "the body's tag" $report $((body + 1041))
    head -c $((body + 1041)) $report >changed
    expect "frank refuses $report cut short" 1 \
        frank report check --keyring K --quorum $quorum changed
    expect "the second refuses $report cut short" 1 \
        second check --quorum $quorum changed
done

# ---- Reports that are proven, and hold in all but one thing
expect "the second makes hostile reports" 0 second hostile --quorum $quorum \
    --share q/holder-1.share --share q/holder-2.share --out hostile \
    "said.mimi:mimi.frank:$ms" "said.plain:plain.frank:$ms"
for file in hostile/*.sealed; do
    name=$(basename "$file" .sealed)
    set -- --consent "hostile/$name.consent-1" --consent "hostile/$name.consent-2"
    if [ "$name" = good ]; then
        expect "frank-mod opens the good one" 0 frank-mod open \
            --quorum $quorum --hub-public hub.json "$@" "$file"
        expect "and the second does" 0 second open --quorum $quorum "$@" "$file"
        expect "and frank accepts it" 0 \
            frank report check --keyring K --quorum $quorum "$file"
    else
        refused "$name" "$file" "$@"
    fi
done
for name in u w; do
    expect "frank refuses a seal with the top bit of $name" 1 \
        frank report check --keyring K --quorum $quorum "hostile/$name-top-bit.sealed"
    lines "for the point" 'not a point of the group' 1
done
refused "a consent with the top bit of U_i" hostile/good.sealed \
    --consent hostile/top-bit.consent --consent hostile/good.consent-2

exit $result

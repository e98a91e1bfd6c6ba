#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sealed reports as their people meet them: the reporter seals, the hub checks
# blind, holders consent, moderators open. Exit codes, messages, files.
# shellcheck source=tests/support/expect.sh disable=SC2317 # functions are called by name
. tests/support/expect.sh

now=1700000000000

size() {
    wc -c <"$1"
}

# Mode of file $2 is $1.
is_mode() {
    [ "$(stat -c %a "$2")" = "$1" ]
}

# No file below folder $2 holds the text $1.
is_nowhere() {
    ! grep -rqaF -- "$1" "$2"
}

# ---- the parties
frank keyring init K --not-before 0
frank keyring public K >hub.json
frank-mod quorum init --threshold 2 --holders 3 --out Q >init.out
frank-mod key init mod.key
frank-mod key public mod.key >mod.json
frank-mod quorum sign --key mod.key Q/quorum.pub >record

# stamp NAME SEQ SEEN: a content's frank, and its place in the room.
stamp() {
    frank stamp --keyring K --time $((now + $2)) --seq "$2" \
        --seen "$3" --transcript-out "$1.order" "$1" >"$1.frank"
}

for name in 01-offer 02-question 03-pressure; do
    cp "$vectors/messages/$name.cbor" "${name#*-}"
done
printf 'the sentence that only two may read' >body
room=$(frank tag --json offer | sed 's/.*"room":"\([^"]*\)".*/\1/')
printf 'secret name' >part0
printf 'secret street' >part1
printf 'the threat itself' >part2
frank content parted --sender mimi://c.example/u/eve --room "$room" \
    a=part0 b=part1 c=part2 >parts
mv parts parted
stamp offer 5 4
stamp question 6 5
stamp pressure 9 5
stamp parted 12 0
offer=offer:offer.frank:$((now + 5)):5:4:offer.order
question=question:question.frank:$((now + 6)):6:5:question.order
pressure=pressure:pressure.frank:$((now + 9)):9:5:pressure.order
parted=parted:parted.frank:$((now + 12)):12:0:parted.order
cp body note

# ---- quorum
is "a share is its holder's alone" is_mode 600 Q/holder-1.share
is "the folder is the dealer's" is_mode 700 Q
says "and the dealer is told what to do" 'Give each holder one' init.out
expect "quorum init into a folder with shares" 3 \
    frank-mod quorum init --threshold 2 --holders 3 --out Q
says "says that the file is there" 'holder-1.share.*File exists' err
expect "and leaves the shares" 0 \
    frank-mod quorum show --share Q/holder-2.share Q/quorum.pub
expect "threshold above holders" 2 \
    frank-mod quorum init --threshold 4 --holders 3 --out R
expect "too many holders" 2 \
    frank-mod quorum init --threshold 4 --holders 33 --out R
is "makes nothing" test ! -e R
expect "quorum show" 0 frank-mod quorum show Q/quorum.pub
says "shows k of n" '2 of 3' out
expect "quorum show of a record" 0 frank-mod quorum show record
says "says that nobody checked it" 'not checked' out
sed 's/"threshold":2/"threshold":1/; s/"threshold": 2/"threshold": 1/' Q/quorum.pub >weaker
expect "a threshold that is not the key's" 1 frank-mod quorum show weaker
expect "quorum show --share --json" 0 \
    frank-mod quorum show --share Q/holder-2.share --json Q/quorum.pub
says "tells the holder" '"holder":2' out
expect "signing for no time" 2 frank-mod quorum sign --key mod.key --days 0 Q/quorum.pub
says "says so" 'at least 1' err
echo '{' >broken
expect "a quorum file that is no JSON" 3 frank-mod quorum show broken
says "says so" 'not JSON' err
expect "to seal to it" 3 frank report seal --anonymous --reason spam --quorum broken \
    "$offer"
chmod 644 Q/holder-3.share
expect "a share that others can read" 3 \
    frank-mod quorum show --share Q/holder-3.share Q/quorum.pub
chmod 600 Q/holder-3.share

# ---- whose key
frank-mod quorum init --threshold 1 --holders 1 --out evil >/dev/null
frank-mod key init evil.key
frank-mod quorum sign --key evil.key evil/quorum.pub >evil.record
seal() {
    frank report seal --anonymous --reason spam --created "$now" "$@" "$offer"
}
expect "the pinned moderation key's record" 0 seal --quorum record --pin mod.json
expect "a hub that offers a key of its own" 1 seal --quorum evil.record --pin mod.json
says "is told apart" 'not signed by a key of mod.json' err
expect "one that offers it unsigned" 1 seal --quorum evil/quorum.pub --pin mod.json
says "as unsigned" 'nobody signed' err
expect "a record without a pin" 1 seal --quorum evil.record
says "asks for the pin" '--pin' err
flip record 60 record.changed
expect "an altered record" 1 seal --quorum record.changed --pin mod.json
expect "a pinned file alone" 0 seal --quorum Q/quorum.pub

# ---- preview and seal
named() {
    frank report seal --quorum Q/quorum.pub --reporter mimi://b.example/u/bob \
        --reason harassment --accused 3 --note-file note --withhold 1 \
        --withhold-part 3.0 --withhold-part 3.1 --created "$now" "$@" \
        "$offer" "$question" "$pressure" "$parted"
}
expect "preview" 0 named --preview
says "shows the note" 'sentence that only two' out
says "and what is disclosed" 'the threat itself' out
says "and that a message is withheld" 'message 1: withheld' out
is "but no withheld part" sh -c '! grep -q "secret" out'
says "and who signs it" 'u/bob' out
expect "seal" 0 named
cp out sealed
is "holds nothing readable" sh -c \
    '! grep -qa "threat itself\|only two may\|secret" sealed'
expect "anonymous" 0 frank report seal --quorum Q/quorum.pub --anonymous \
    --reason 3 --created "$now" "$offer"
cp out anonymous
is "names nobody" sh -c '! grep -qa bob anonymous'
expect "neither named nor anonymous" 2 frank report seal --quorum Q/quorum.pub \
    --reason spam "$offer"
expect "an unknown reason" 2 frank report seal --quorum Q/quorum.pub --anonymous \
    --reason rude "$offer"
says "lists those there are" 'harassment' err
expect "no such message" 2 named --withhold 4
expect "a content that is not what was stamped" 1 \
    frank report seal --quorum Q/quorum.pub --anonymous --reason spam \
    --hub-public hub.json "question:offer.frank:$((now + 5))"
expect "parts of what has none" 1 frank report seal --quorum Q/quorum.pub --anonymous \
    --reason spam --withhold-part 1.0 "$offer" "$question"
says "names the message" 'message 1' err
expect "messages of two rooms" 1 sh -c "
    frank content plain --sender a:b --room r:other <body >other &&
    frank stamp --keyring K --time $now other >other.frank &&
    frank report seal --quorum Q/quorum.pub --anonymous --reason spam \
        $offer other:other.frank:$now"
says "says so" 'room' err

# ---- show and check
# By transcript stamps: gaps, and what each author's device had of the others.
orders() {
    says "orders" 'order: message 0 message 1 \[2 between\] message 2' out
    says "and says what lies between" 'was stamped, perhaps never delivered' out
    says "tells what an author's device had acknowledged" \
        "message 1: its author's device had acknowledged message 0$" out
    says "and what not yet" \
        "message 2: its author's device had not yet acknowledged message 1$" out
    says "or nothing" \
        "message 3: .* had not yet acknowledged message 0, 1, 2$" out
}
expect "show" 0 frank report show sealed
orders
says "tells a place in the room" \
    "number 9 of the room, sent when .* device had acknowledged up to number 5$" out
says "and that nothing is known" 'had acknowledged nothing' out
says "tells the reason" 'harassment' out
says "and hides the name" 'not shown' out
expect "show --json" 0 frank report show --json sealed
is "which is nowhere" sh -c '! grep -q bob out'
expect "show --reporter" 0 frank report show --reporter sealed
says "shows it" 'u/bob' out
mkdir blind
expect "the hub's check" 0 sh -c \
    "cd blind && frank report check --keyring ../K --time $((now + 100)) \
        --verdict-out verdict ../sealed"
says "accepts" 'accepted' out
orders
is "its verdict holds no content" is_nowhere "threat" blind
expect "check --json" 0 frank report check --keyring K --time $((now + 100)) \
    --json sealed
says "has a verdict for each" '"evidence":\["valid","valid","valid","valid"\]' out
says "orders in JSON too" \
    '"message":2,"room_seq":9,"seen_seq":5,"gap":2,"acknowledged":\[\],"not_acknowledged":\[1\]' out
expect "sealed to the quorum that the hub serves" 0 \
    frank report check --keyring K --quorum record --pin mod.json sealed
expect "whose record's time has not begun" 1 frank report check --keyring K \
    --quorum record --pin mod.json --time $((now + 100)) sealed
says "says so" 'not in force yet' err
expect "a pin for nothing" 2 frank report check --keyring K --pin mod.json sealed
expect "sealed to another" 1 frank report check --keyring K \
    --quorum evil/quorum.pub --time $((now + 100)) sealed
expect "from the future" 1 frank report check --keyring K \
    --time $((now - 3600001)) sealed
frank keyring init K2 --not-before 0
expect "another hub's messages" 1 frank report check --keyring K2 \
    --time $((now + 100)) sealed
n=$(size sealed)
for at in 1 20 40 300 700 $((n / 2)) $((n - 1000)) $((n - 1)); do
    flip sealed "$at" changed
    expect "byte $at changed" 1 frank report check --keyring K \
        --time $((now + 100)) changed
done
head -c $((n - 1)) sealed >changed
expect "cut short" 1 frank report check --keyring K --time $((now + 100)) changed
expect "not a report" 1 frank report check --keyring K hub.json

# ---- convert
frank report mimi --reporter mimi://b.example/u/bob \
    --abuser "$(frank tag --json offer | sed 's/.*"sender":"\([^"]*\)".*/\1/')" \
    --reason fraud --note-file note "offer:offer.frank:$((now + 5))" >plain
mkdir convert
expect "a plain report is sealed" 0 sh -c \
    "cd convert && frank report convert --keyring ../K --quorum ../Q/quorum.pub \
        --time $((now + 100)) ../plain"
cp out converted
is "and written nowhere else" test -z "$(ls convert)"
is "and holds nothing readable" sh -c '! grep -qa "only two may" converted'
expect "and passes the check" 0 frank report check --keyring K \
    --time $((now + 100)) converted
flip plain $(($(size plain) - 2)) changed
expect "a plain report that was altered" 1 frank report convert --keyring K \
    --quorum Q/quorum.pub --time $((now + 100)) changed
says "names the message" 'message 0' err

# ---- consent and receipt
flip sealed 3 changed
expect "no consent to an altered report" 1 \
    frank-mod consent --share Q/holder-1.share --receipt no.receipt --out no changed
is "and no receipt of it" sh -c '! test -e no && ! test -e no.receipt'
for i in 1 2 3; do
    expect "consent of holder $i" 0 frank-mod consent \
        --share Q/holder-$i.share --quorum Q/quorum.pub --receipt r$i --out c$i \
        --time $((now + 200)) sealed
done
is "a consent is a secret file" is_mode 600 c1
expect "a consent where there is one" 3 frank-mod consent --share Q/holder-1.share \
    --receipt r --out c1 sealed
is "leaves no receipt" test ! -e r
expect "a consent with a record for the quorum" 1 frank-mod consent \
    --share Q/holder-1.share --quorum record sealed
says "asks for quorum.pub" 'quorum.pub itself' err
expect "an evil holder" 1 frank-mod consent --share evil/holder-1.share sealed
says "has another quorum's share" 'another quorum' err
expect "receipt" 0 frank-mod receipt --quorum Q/quorum.pub --report sealed r2
says "says who and when" 'holder 2 agreed at 2023-11-14' out
expect "of another report" 1 frank-mod receipt --quorum Q/quorum.pub \
    --report anonymous r2
flip r2 60 changed
expect "an altered receipt" 1 frank-mod receipt --quorum Q/quorum.pub changed
expect "a consent is no receipt" 1 frank-mod receipt --quorum Q/quorum.pub c2
expect "nor a receipt a consent" 1 frank-mod open --quorum Q/quorum.pub \
    --hub-public hub.json --consent c1 --consent r2 sealed

# ---- open
open() {
    frank-mod open --quorum Q/quorum.pub --hub-public hub.json "$@"
}
expect "one consent" 1 open --consent c1 --out D sealed
says "is too few" 'fewer than the threshold: 1 of 2' err
expect "the same twice" 1 open --consent c1 --consent c1 --out D sealed
expect "for another report" 1 open --consent c1 --consent c2 --out D anonymous
says "names the consent" 'c1' err
is "shows nothing" test ! -e D
expect "two of three" 0 open --verdict blind/verdict --consent c3 --consent c1 \
    --out D sealed
says "discloses" 'message 0: disclosed and matches' out
says "withholds" 'message 1: withheld' out
says "counts parts" 'message 3: parts withheld: 2 of 3' out
orders
is "prints no content" sh -c '! grep -q "threat itself\|only two may" out'
is "contents are in files of their own" is_mode 600 D/message-0.content
same "as they were sent" D/message-0.content offer
is "the withheld one is not there" test ! -e D/message-1.content
is "nor the withheld parts" is_nowhere "secret" D
same "the note is" D/note.txt note
expect "a content that is shown can be shown to others" 0 \
    frank content show D/message-3.content
expect "the folder is not written over" 3 open --verdict blind/verdict \
    --consent c1 --consent c2 --out D sealed
expect "open --json" 0 open --verdict blind/verdict --consent c1 --consent c2 \
    --json sealed
says "is proven" '"message":0,"verdict":"disclosed and matches","proven":true' out
expect "without the hub's verdict" 0 open --consent c1 --consent c2 --json sealed
says "is not" '"message":0,.*"proven":false' out
says "and warns" 'does not cover the franking tag' err
is "nor ordered" grep -q '"order":\[\]' out
is "the verdict is for the moderators alone" is_mode 600 blind/verdict
expect "with another hub's verdict" 1 sh -c "
    frank report check --keyring K --time $((now + 100)) \
        --verdict-out v2 anonymous >/dev/null &&
    frank-mod open --quorum Q/quorum.pub --hub-public hub.json --verdict v2 \
        --consent c1 --consent c2 sealed"

each_allocation_fails "seal" . memory frank report seal --quorum Q/quorum.pub \
    --anonymous --reason spam --created "$now" "$offer"
each_allocation_fails "the check" accepted memory frank report check --keyring K \
    --json --time $((now + 100)) sealed
each_allocation_fails "convert" . memory frank report convert --keyring K \
    --quorum Q/quorum.pub --time $((now + 100)) plain
each_allocation_fails "consent" . memory \
    frank-mod consent --share Q/holder-1.share sealed
each_allocation_fails "open" 'message 0: disclosed and matches' memory \
    frank-mod open --quorum Q/quorum.pub --hub-public hub.json \
    --verdict blind/verdict --consent c1 --consent c2 sealed

# ---- an epoch that ended
frank keyring rotate K --not-before $(($(date +%s) * 1000 + 7200000)) >/dev/null
frank keyring destroy --epoch 1 K 2>/dev/null
frank keyring public K >later.json
expect "nothing of it can be proven now" 1 \
    frank report check --keyring K --time $((now + 100)) sealed
says "as its time is over" 'expired' out
expect "opened without a verdict" 0 frank-mod open --quorum Q/quorum.pub \
    --hub-public later.json --consent c1 --consent c2 sealed
says "it never counts as matching" 'message 0: not provable: epoch destroyed' out
expect "opened with the verdict of its time" 0 frank-mod open \
    --quorum Q/quorum.pub --hub-public later.json --verdict blind/verdict \
    --consent c1 --consent c2 sealed
says "it does" 'message 0: disclosed and matches' out

# ---- full disk
if [ -e /dev/full ]; then
    expect "seal into a full disk" 3 sh -c "frank report seal --anonymous \
        --quorum Q/quorum.pub --reason spam $offer >/dev/full"
    expect "consent into a full disk" 3 sh -c \
        "frank-mod consent --share Q/holder-1.share sealed >/dev/full"
fi
exit $result

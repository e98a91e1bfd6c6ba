#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The frank command as a person or a script meets it: results, exit codes (0
# done or valid, 1 refused, 2 wrong use, 3 trouble), messages.
# shellcheck source=tests/support/expect.sh
. tests/support/expect.sh

# The vectors file's values, which it has on lines of their own.
value() {
    sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",]*\).*/\1/p" "$vectors/franking.json" |
        sed -n "${2:-1}p"
}

offer=$vectors/messages/01-offer.cbor
ms=1644387225019

# ---- help
expect "shows its use without arguments" 2 frank
expect "--help" 0 frank --help
says "help lists each command" 'frank report verify' out
expect "help of one command" 0 frank stamp --help
expect "--version" 0 frank --version
expect "unknown command" 2 frank tug "$offer"
expect "unknown option" 2 frank tag --jsn "$offer"
says "names the option" 'unknown option --jsn' err
expect "option without its argument" 2 frank check --time

# ---- keyring
unhex "$(value master)" >"$work/master"
unhex "$(value franking_signature_seed)" >"$work/seed"
expect "keyring init" 0 frank keyring init K --master-file master --signature-seed-file seed
is "keyring has mode 600" test "$(stat -c %a K)" = 600
cp K K.before
expect "init does not overwrite" 3 frank keyring init K
same "and left it as it was" K K.before
value master >"$work/master.hex"
expect "a master in hexadecimal" 0 frank keyring init K2 --master-file master.hex --signature-seed-file seed
same "is the same keyring" K K2
chmod 644 master
expect "a secret that others can read" 3 frank keyring init K3 --master-file master
says "names the rule" 'mode 0644, 0600 wanted' err
chmod 600 master
expect "keyring public" 0 frank keyring public K
says "is the vectors' key" "$(value franking_signature_public)" out
cp out P
says "holds no secret" '^\{"signature_keys":\[\{"id":1,"not_before":0,"public":"[0-9a-f]{64}"\}\]\}$' P
expect "keyring list" 0 frank keyring list --json K
says "lists the epoch" '"epoch":1,"not_before":0,"state":"in force"' out
expect "rotate less than an hour ahead" 1 frank keyring rotate --not-before "$(date +%s)000" K2
says "says when at the earliest" 'too early, [0-9]+ \(.* UTC\) at the earliest' err
expect "rotate" 0 frank keyring rotate K2
expect "rotate again, behind the last" 0 frank keyring rotate K2
expect "list" 0 frank keyring list K2
says "three epochs" 'epoch 3 .*to come' out
expect "destroy without a number" 2 frank keyring destroy K2
expect "destroy an epoch that is not there" 1 frank keyring destroy --epoch 9 K2
expect "add a signature key" 0 frank keyring add-signature-key K2
expect "the same seed again" 1 frank keyring add-signature-key --signature-seed-file seed K2
expect "retire the first" 0 frank keyring retire --key 1 K2
expect "retire the last" 1 frank keyring retire --key 2 K2
expect "options of another subcommand" 2 frank keyring list --epoch 1 K
chmod 640 K2
expect "a keyring that others can read" 3 frank keyring list K2
chmod 600 K2
ln -s K K.link
expect "a symbolic link" 3 frank keyring list K.link
says "is named" 'symbolic link' err
mkdir K.dir
expect "a folder" 3 frank keyring list K.dir
: >K.empty
expect "an empty file" 3 frank keyring list K.empty
head -c 100 K >K.short
expect "a short file" 3 frank keyring list K.short
{ cat K; echo; } >K.long
expect "a long file" 3 frank keyring list K.long
cp "$offer" K.foreign && chmod 600 K.foreign
expect "a foreign file" 3 frank keyring list K.foreign
expect "no file" 3 frank keyring list nowhere
says "says why" 'nowhere: open: No such file' err

# ---- tag
expect "tag --json" 0 frank tag --json "$offer"
says "the vectors' tag" "\"franking_tag\":\"$(value franking_tag)\"" out
says "the vectors' message ID" "\"message_id\":\"$(value message_id)\"" out
frank tag - <"$offer" >"$work/tag"
is "raw tag from standard input" test "$(hex tag)" = "$(value franking_tag)"
expect "tag of nothing" 1 frank tag /dev/null
expect "tag of a file that is not there" 3 frank tag nowhere
head -c 1048577 /dev/zero >large
expect "a content that is too large" 1 frank tag large
says "names the limit" 'at most 1048576' err
head -c 100 "$offer" >short
expect "a content cut short" 1 frank tag short
says "names field and offset" 'at byte [0-9]+: ends too early' err
expect "two files" 2 frank tag "$offer" "$offer"

# ---- stamp
expect "stamp" 0 frank stamp --keyring K --time $ms "$offer"
cp out F
is "the vectors' frank" test "$(hex F)" = "$(value frank)"
expect "stamp without the message" 0 frank stamp --keyring K --time $ms \
    --tag "$(value franking_tag)" --sender "$(value sender)" --room "$(value room)"
same "is the same stamp" out F
expect "with its order" 0 frank stamp --keyring K --time $ms --seq 100 --seen 98 --json "$offer"
says "the vectors' transcript frank" "$(value transcript_frank)" out
expect "the order to a file" 0 frank stamp --keyring K --time $ms --seq 100 --seen 98 --transcript-out TF "$offer"
expect "suite 3" 0 frank stamp --keyring K --time $ms --suite 3 "$offer"
expect "suite 2" 1 frank stamp --keyring K --time $ms --suite 2 "$offer"
says "is refused by name" 'cipher suite .*0x02' err
expect "a time before the first epoch" 0 frank keyring init K4 --not-before 1000
expect "has no epoch" 1 frank stamp --keyring K4 --time 999 "$offer"
expect "seen not below seq" 1 frank stamp --keyring K --time $ms --seq 5 --seen 5 --json "$offer"
expect "a short tag" 2 frank stamp --keyring K --time $ms --tag "$(value franking_tag | cut -c 3-)" \
    --sender a:b --room c:d
expect "file and tag" 2 frank stamp --keyring K --time $ms --tag "$(value franking_tag)" "$offer"
expect "neither" 2 frank stamp --keyring K --time $ms
expect "a time that is no number" 2 frank stamp --keyring K --time soon "$offer"
expect "a key that is not there" 1 frank stamp --keyring K --time $ms --key 7 "$offer"

# ---- check
expect "check by the hub" 0 frank check --keyring K --time $ms --frank F "$offer"
says "says who, where and when" 'valid: from mimi://.* in mimi://.* at 2022-02-09 06:13:45.019 UTC' out
expect "check by a recipient" 0 frank check --hub-public P --time $ms --frank F \
    --tag "$(value franking_tag)" --sender "$(value sender)" --room "$(value room)" "$offer"
says "is valid" '^valid:' out
expect "without the tag" 0 frank check --hub-public P --time $ms --frank F "$offer"
says "only the stamp is" 'stamp valid, content not checked' out
expect "with its order" 0 frank check --keyring K --time $ms --frank F \
    --seq 100 --seen 98 --transcript-frank TF "$offer"
expect "another order" 1 frank check --keyring K --time $ms --frank F \
    --seq 101 --seen 98 --transcript-frank TF --json "$offer"
expect "another time" 1 frank check --keyring K --time $((ms + 1)) --frank F "$offer"
expect "another time, by a recipient" 1 frank check --hub-public P --time $((ms + 1)) --frank F "$offer"
expect "another content" 1 frank check --keyring K --time $ms --frank F "$vectors/messages/02-question.cbor"
expect "another room" 1 frank check --keyring K --time $ms --frank F --room a:b "$offer"
expect "another sender" 1 frank check --hub-public P --time $ms --frank F --sender a:b "$offer"
expect "no frank" 1 frank check --keyring K --time $ms --frank "$offer" "$offer"
expect "keyring and public part" 2 frank check --keyring K --hub-public P --time $ms --frank F "$offer"
expect "a public part that is none" 3 frank check --hub-public "$offer" --time $ms --frank F "$offer"
expect "check --json" 0 frank check --keyring K --time $ms --frank F --json "$offer"
says "one object a line" '^\{"verdict":"valid".*"content_checked":true.*\}$' out
# An extension map out of order is proven, and said to be malformed.
unhex 8750000102030405060708090a0b0c0d0e0ff640f6f6a20263613a6201636c3a72830060 >unsorted
unhex 00 >>unsorted
expect "stamp a malformed message" 0 frank stamp --keyring K --time $ms unsorted
cp out F.unsorted
expect "it is proven" 0 frank check --keyring K --time $ms --frank F.unsorted unsorted
says "and called malformed" 'proven, malformed: map keys are not sorted' out

# ---- plain and parted
printf 'what was said' >one
printf 'secret' >two
frank content plain --sender a:b --room c:d --media-type text/plain <one >"$work/plain"
expect "content show" 0 frank content show plain
expect "content parted" 0 frank content parted --sender a:b --room c:d text=one 'note;text/x=two'
cp out parted
expect "show parted" 0 frank content show --json parted
says "has its parts" '"name":"note","media_type":"text/x","body":"736563726574"' out
expect "withhold" 0 frank content withhold --part 1 parted
cp out withheld
is "withheld text is gone" test "$(grep -c secret withheld)" = 0
frank tag parted >tag1
frank tag withheld >tag2
same "the tag stays" tag1 tag2
expect "stamp parted" 0 frank stamp --keyring K --time $ms parted
cp out F.parted
expect "check with a part withheld" 0 frank check --keyring K --time $ms --frank F.parted withheld
says "says so" 'parts withheld: 1 of 2' out
expect "a part that is not there" 1 frank content withhold --part 2 parted
expect "no part named" 2 frank content withhold parted
expect "parts of a plain content" 1 frank content withhold --part 0 plain
expect "no parts" 2 frank content parted --sender a:b --room c:d
expect "an empty sender" 1 frank content parted --sender '' --room c:d text=one
printf '\033]0;x\007' >escape
expect "a hostile text" 0 frank content parted --sender a:b --room c:d t=escape
cp out hostile
expect "show it" 0 frank content show hostile
says "with escapes that are harmless" '\\x1b\]0;x\\x07' out

# ---- reports
expect "report mimi" 0 frank report mimi --reporter a:me --abuser "$(value sender)" --reason 1 \
    "$offer:F:$ms"
cp out R
expect "report verify" 0 frank report verify --keyring K R
says "a verdict a message" '^message 0: valid: from' out
expect "report verify --json" 0 frank report verify --keyring K --json R
says "in JSON" '^\{"message":0,"verdict":"valid".*"from_alleged_abuser":true' out
expect "a wrong time in a report" 0 frank report mimi --abuser a:b --reason 1 "$offer:F:$ms" "$offer:F:7"
cp out R2
expect "is not valid" 1 frank report verify --keyring K R2
says "message 0 still is" '^message 0: valid' out
says "message 1 is not" '^message 1: not valid: .*did not stamp' out
expect "a report without messages" 0 frank report mimi --abuser a:b --reason 255
cp out R0
expect "proves nothing" 1 frank report verify --keyring K R0
expect "not a report" 1 frank report verify --keyring K "$offer"
expect "reason out of range" 2 frank report mimi --abuser a:b --reason 256
printf '\377' >note
expect "a note that is not text" 1 frank report mimi --abuser a:b --reason 1 --note-file note
head -c 4097 /dev/zero >note
expect "a note that is too long" 1 frank report mimi --abuser a:b --reason 1 --note-file note
expect "a message without a time" 2 frank report mimi --abuser a:b --reason 1 "$offer:F"
expect "a message that is none" 1 frank report mimi --abuser a:b --reason 1 "K:F:$ms"

# ---- the end of an epoch
expect "destroy the epoch in force" 0 frank keyring destroy --epoch 1 K
says "with a warning" 'epoch 1 is in force' err
expect "no stamp any more" 1 frank stamp --keyring K --time $ms "$offer"
expect "no proof any more" 1 frank check --keyring K --time $ms --frank F "$offer"
says "and why" 'epoch of this time was destroyed' out
is "the master is gone" test "$(hex K | grep -c "$(value master)")" = 0
expect "a new epoch may begin at once" 0 frank keyring rotate --not-before "$(($(date +%s) + 30))000" K

# ---- trouble
if [ -w /dev/full ]; then
    frank tag "$offer" >/dev/full 2>err
    is "a full disk is trouble" test $? -eq 3
    frank keyring public K2 >/dev/full 2>err
    is "and not silent" test $? -eq 3
fi
each_allocation_fails "check" '^{"verdict":"valid".*}$' memory \
    frank check --keyring K2 --time $ms --frank F --json "$offer"
exit $result

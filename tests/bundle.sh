#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# frank-audit bundle, as a court or another platform runs it: what is proven,
# under whose key; two bundles; the files that are made of one.
. tests/support/expect.sh
(cd "$top" && "$B/tests/make_bundle" "$work") || exit 1
# shellcheck disable=SC2317 # called by name
bundle() {
    frank-audit bundle "$@"
}
# With the file modes of most people.
# shellcheck disable=SC2317 # called by name
usually() {
    (umask 022 && bundle "$@")
}
mod=$(cat mod.vkey)
hub=$(cat hub.vkey)

# -- What is proven --
expect "a bundle holds" 0 bundle case.bundle
says "and says so" "it holds" out
says "what was sent, and by whom" "The hub signed that message 0 of report 0 was sent by mimi://c.example/u/keys-today" out
says "who agreed" "Holder 2 of 3 agreed to open report 0" out
says "what was decided" "Decision 1: warn" out
says "whose own word something is" "own word" out
says "which keys to compare" "one that you have from elsewhere .--mod-key.: mod.example/frank" out
expect "not strictly" 1 bundle --strict case.bundle
says "it says for which key" "--strict: The key of the moderation side's log is the bundle's own" err
says "and of which quorum" "--strict: The key of quorum .* is the bundle's own" err
expect "with pins" 0 bundle --mod-key "$mod" --hub-key "$hub" --hub-public hub.json --quorum quorum.pub case.bundle
says "keys are the ones given" "is the one that you gave" out
expect "with another's key" 1 bundle --mod-key "$hub" case.bundle
says "it is refused" "is not the one that you gave" out
expect "in JSON" 0 bundle --json case.bundle
says "a finding a line" '"standing": ?"proven", ?"check": ?"content", ?"by": ?"the hub"' out
says "and the sum" '"holds": ?true' out
expect "a lie is refused" 1 bundle lie.bundle
says "by name" "The log tells otherwise of decision 1: its outcome" out
cp case.bundle altered.bundle
flip case.bundle 400 altered.bundle
expect "an altered one" 1 bundle altered.bundle
head -c 400 case.bundle >short.bundle
expect "a shortened one" 1 bundle short.bundle
expect "something else" 1 bundle hub.json
says "is no bundle" "bundle" err
expect "none" 3 bundle nowhere
expect "none named" 2 bundle
expect "three" 2 bundle case.bundle case.bundle case.bundle
expect "a wrong key" 2 bundle --mod-key nonsense case.bundle
expect "a wrong quorum" 3 bundle --quorum hub.json case.bundle
expect "a policy" 0 bundle --policy policy case.bundle
expect "whose witnesses did not cosign" 1 bundle --policy strict.policy case.bundle
says "which is said" "not what the policy asks for" out
expect "whose witnesses cosigned" 0 bundle --policy strict.policy cosigned.bundle
expect "with all keys, strictly" 0 bundle --strict --hub-public hub.json --quorum quorum.pub --policy strict.policy cosigned.bundle
expect "and without a policy" 0 bundle --strict --mod-key "$mod" --hub-key "$hub" --hub-public hub.json --quorum quorum.pub cosigned.bundle
says "nobody's cosignature counts" "nobody's count" out
expect "where the hub's log has none" 1 bundle --policy strict.policy mod-cosigned.bundle
expect "of one of the logs" 0 bundle --policy mod.policy mod-cosigned.bundle
says "the other is judged without" "does not name the hub's log" out
expect "a policy that is none" 3 bundle --policy hub.json case.bundle

# -- Two --
expect "two agree" 0 bundle case.bundle unnamed.bundle
says "and one shows more" "The first shows 1 reporter's name that the second does not" out
expect "two contradict each other" 1 bundle case.bundle other.bundle
says "in a decision" "Decision 1 is not the same in both" out
expect "in JSON" 1 bundle --json case.bundle other.bundle
says "too" '"agree": ?false' out
expect "one that does not hold is not compared" 1 bundle case.bundle lie.bundle

# -- Files --
expect "the page" 0 usually --html page.html case.bundle
says "stands alone" "Content-Security-Policy" page.html
is "is for its owner alone" test "$(stat -c %a page.html)" = 600
expect "is not written over" 3 bundle --html page.html case.bundle
expect "a page of one that does not hold" 1 bundle --html bad.html lie.bundle
says "says so" "does not hold" bad.html
expect "XARF" 0 bundle --xarf report.json fraud.bundle
says "is to be filled in" "report.json: to fill in: reporter: " err
is "is JSON" python3 -c 'import json; json.load(open("report.json"))'
expect "an AbuseReport" 0 bundle --abuse-report report.mimi --report 0 case.bundle
is "is read back" test -s report.mimi
expect "of a report that is not there" 1 bundle --abuse-report report.7 --report 7 case.bundle
expect "a statement of reasons" 0 bundle --dsa statement.json restrict.bundle
is "is JSON" python3 -c 'import json; json.load(open("statement.json"))'
expect "not of a warning" 1 bundle --dsa none.json case.bundle
says "which needs none" "restricts something" err
expect "a draft for the CyberTipline" 0 bundle --cybertip draft.xml reason-9.bundle
is "is XML" python3 -c 'import xml.etree.ElementTree as e; e.parse("draft.xml")'
expect "not of other reasons" 1 bundle --cybertip none.xml case.bundle
expect "no draft of what does not hold" 1 bundle --xarf none.json lie.bundle
mkdir -m 755 contents
expect "the contents" 0 usually --out contents reason-9.bundle
is "as they were sent" cmp -s contents/report-0-message-0.content "$vectors/messages/01-offer.cbor"
is "and the sealed report" test -s contents/report-1.sealed
is "for their owner alone" test "$(stat -c %a contents/* | sort -u)" = 600
expect "into no folder" 3 bundle --out no/where case.bundle

# -- Beside the log --
expect "the live log goes on" 0 bundle --mod live --entries case.bundle
says "and nothing happened since" "Nothing happened in the case since then" out
expect "by its hashes" 0 bundle --mod live case.bundle
expect "in JSON" 0 bundle --json --mod live --entries case.bundle
says "too" '"check": ?"live"' out
expect "another log" 1 bundle --mod forked case.bundle
says "has another past" "it has another past now" out
expect "no log" 3 bundle --mod contents case.bundle

# -- A holder's receipts --
for log in live escaped; do
    expect "receipts in a holder's name ($log)" 1 frank-audit receipts --mod $log --mod-key "$mod" --holder 2 --quorum quorum.pub
    is "are both told ($log)" test "$(grep -c 'made with his share' out)" = 2
done
exit "$result"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# frank-audit log, as an auditor runs it: on folders and over HTTP, from nothing
# and from what he saw; each finding by its name and exit code.
. tests/support/expect.sh
maker="$top/$B/tests/log_maker"
# shellcheck disable=SC2317 # called by name
log() {
    frank-audit log "$@"
}

"$maker" make small 700 1 && "$maker" make large 1300 1 && "$maker" make other 1300 2 || exit 1
key=$(cat large/vkey)

# -- From nothing --
expect "a log holds by its key" 0 log --key "$key" large
says "and says how many entries" "^log.example holds: 1300 entries" out
says "and that it did not read them" "hashes alone" out
expect "by a policy" 0 log --policy large/policy large
says "that is met" "cosigned by 1 of the policy's 1 witnesses" out
expect "by both, with entries, as JSON" 0 log --key "$key" --policy large/policy --entries --json large
says "one object" '^\{"finding": ?"holds", ?"origin": ?"log.example", ?"size": ?1300' out
says "with the entries" '"entries": ?1300' out
says "and who cosigned" '"cosigned": ?\[\{"name": ?"w", ?"time": ?1700001300\}\]' out
is "on one line" test "$(wc -l <out)" = 1

# -- From what was seen --
expect "the first check makes a state" 0 log --policy large/policy --state state small
expect "the next one goes on" 0 log --policy large/policy --state state large
says "from there" "goes on from the 700 entries that were seen: 600 new" out
expect "and again" 0 log --policy large/policy --state state --entries --json large
says "from the end" '"from": ?1300, ?"hashes": ?0, ?"entries": ?0' out
same "the checkpoint is kept as it was signed" state/checkpoint large/checkpoint
expect "an old checkpoint" 1 log --policy large/policy --state state small
says "is a replay" "replay: an old checkpoint of this log, of 700 entries where 1300 were seen" err
expect "another past" 1 log --policy large/policy --state state other
says "is a fork, from its first entry on" "fork: 1300 entries, as were seen, with another root: others from entry 0 on" err
same "whose checkpoint is kept as evidence" state/refused other/checkpoint
expect "in JSON too" 1 log --policy large/policy --state state --json other
says "by name" '"finding": ?"fork".*"first": ?0, ?"end": ?1300' out

# -- What does not hold --
cp -r large bad
cp large/checkpoint.bare bad/checkpoint
expect "too few cosignatures" 1 log --policy large/policy bad
says "are named" "few-cosignatures: 0 of" err
expect "which the key alone does not mind" 0 log --key "$key" bad
cp large/checkpoint bad/checkpoint
flip large/checkpoint 30 bad/checkpoint
expect "a checkpoint that was changed" 1 log --key "$key" bad
says "is unsigned" "unsigned: .*: signature at byte [0-9]*: not signed" err
cp large/checkpoint bad/checkpoint
flip large/tile/entries/002 300 bad/tile/entries/002
expect "an entry that was changed" 1 log --key "$key" --entries bad
says "is named" "entry: in tile/entries/002 entry 51[0-9] is not the one" err
expect "and not seen by who reads hashes alone" 0 log --key "$key" bad
cp large/tile/entries/002 bad/tile/entries/002
rm bad/tile/0/002
expect "a tile that is missing" 1 log --key "$key" bad
says "is named" "missing: tile/0/002 is missing, or not of its length: entries 512 to 767" err
cp large/tile/0/003 bad/tile/0/002
cp large/tile/0/002 bad/tile/0/003
expect "swapped tiles" 1 log --key "$key" bad
says "are named" "swapped: tile/0/002 .*entries 512 to 767" err

# -- Wrong use, and trouble --
expect "neither key nor policy" 2 log large
expect "no log" 2 log --key "$key"
expect "a key that is none" 2 log --key "$(echo "$key" | sed 's/+/+0/')" large
expect "a witness's key" 2 log --key "$(sed -n 's/^witness w //p' large/policy)" large
echo "quorum none" >nolog
expect "a policy without a log" 2 log --policy nolog large
expect "which is enough beside a key" 0 log --policy nolog --key "$key" large
printf 'quorum none\ngroup a any b\n' >wrong
expect "a policy that is none" 3 log --policy wrong large
says "names the line" "wrong: line 2: member: not defined above" err
expect "a policy that is not there" 3 log --policy nowhere large
expect "a log that is not there" 3 log --key "$key" nowhere
expect "a state that cannot be made" 3 log --key "$key" --state no/where large
printf 'x' >file
expect "a state that is a file" 3 log --key "$key" --state file large
printf '%s' "$(cat state/checkpoint)" >state/checkpoint
expect "a state that was damaged" 3 log --key "$key" --state state large
says "is not taken for the log's fault" "state: checkpoint: not signed" err

# -- Over HTTP --
cp -r small served
mkdir served/tile/0 2>/dev/null
cp -r large/tile served/
cp small/tile/0/002.p/188 served/tile/0/002.p 2>/dev/null || {
    mkdir -p served/tile/0/002.p && cp small/tile/0/002.p/188 served/tile/0/002.p/188
}
mkdir -p served/tile/1/000.p && cp small/tile/1/000.p/2 served/tile/1/000.p/2
cp large/checkpoint served/newest
python3 -B "$top/tests/service/log_server.py" served sesame >port 2>server.err &
server=$!
trap 'kill $server; rm -rf "$work"' EXIT
tries=0
until [ -s port ] || [ $tries -ge 600 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
url=http://127.0.0.1:$(cat port)
echo sesame >token
echo letmein >wrong-token
expect "the public sees the public checkpoint" 0 log --key "$key" --json "$url/"
says "of its size" '"size": ?700' out
expect "entries are for auditors" 3 log --key "$key" --entries "$url"
says "who have a token" "status 403: for auditors alone \(--token\)" err
expect "another token is none" 3 log --key "$key" --entries --token wrong-token "$url"
expect "an auditor sees the newest, with entries" 0 log --key "$key" --entries --token token --json "$url"
says "all of them" '"size": ?1300.*"entries": ?1300' out
expect "no log there" 3 log --key "$key" "$url/nowhere"
says "is said" "there is no checkpoint" err
expect "a service in trouble" 3 log --key "$key" "$url/broken"
says "is said" "status 500" err
expect "nobody there" 3 log --key "$key" http://127.0.0.1:1
printf 'two words\n' >bad-token
expect "a token that is none" 3 log --key "$key" --token bad-token "$url"

# -- Where memory runs out --
each_allocation_fails "a check" '"finding": ?"holds"' "memory|no room" \
    frank-audit log --policy large/policy --entries --state new --json small
exit $result

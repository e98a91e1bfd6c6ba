#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Reporter tokens and receipts from the shell.
# shellcheck source=tests/support/expect.sh
. tests/support/expect.sh

# ---- the key
expect "reporter-token key" 0 frank reporter-token key key
is "has mode 600" test "$(stat -c %a key)" = 600
is "is 64 hexadecimal digits and a line feed" test "$(wc -c <key)" -eq 65
says "and nothing else" '^[0-9a-f]{64}$' key
cp key key.before
expect "a key is not overwritten" 3 frank reporter-token key key
same "and stays as it was" key key.before
rm key.before
expect "a second key" 0 frank reporter-token key other
is "is another one" test "$(cat key)" != "$(cat other)"
expect "key without a file" 2 frank reporter-token key
expect "key in a folder that is not there" 3 frank reporter-token key nowhere/key

# ---- mint
user=mimi://b.example/u/bob
expect "mint" 0 frank reporter-token mint --key key --user $user
cp out token
says "is one line of text" '^frank1\.[A-Za-z0-9_-]+$' token
is "and no more" test "$(wc -l <token)" -eq 1
expect "mint again" 0 frank reporter-token mint --key key --user $user
is "gives another token" test "$(cat out)" != "$(cat token)"
expect "mint --json" 0 frank reporter-token mint --key key --user $user --first-contact --for 1h --json
says "says what it says" '^\{"reporter_token":"frank1\.[A-Za-z0-9_-]+","anonymous":false,"user":"mimi://b.example/u/bob","not_after":[0-9]{13},"first_contact":true\}$' out
expect "an anonymous one" 0 frank reporter-token mint --key key
cp out anonymous
expect "mint without a key" 2 frank reporter-token mint
expect "mint with a file" 2 frank reporter-token mint --key key token
expect "an empty user" 1 frank reporter-token mint --key key --user ''
expect "a user that is too long" 1 frank reporter-token mint --key key \
    --user "$(head -c 1025 /dev/zero | tr '\0' u)"
expect "the longest user" 0 frank reporter-token mint --key key \
    --user "$(head -c 1024 /dev/zero | tr '\0' u)"
cp out longest
for wrong in '' m 10x -1 10ms 1.5h 367d 31622401 99999999999999999999d; do
    expect "--for '$wrong'" 2 frank reporter-token mint --key key --for "$wrong"
done
cp key open
chmod 644 open
expect "a key that others can read" 3 frank reporter-token mint --key open
says "names the rule" 'mode 0644, 0600 wanted' err
expect "a key that is none" 3 frank reporter-token mint --key token
expect "a key that is not there" 3 frank reporter-token mint --key nowhere

# lasts UNIT-AND-NUMBER MS: a token of such a time counts for so long.
lasts() {
    before=$(($(date +%s) * 1000))
    frank reporter-token mint --key key --for "$1" --json >lasting
    until=$(sed 's/.*"not_after":\([0-9]*\).*/\1/' lasting)
    left=$((until - before - $2))
    is "--for $1" test $left -ge 0 -a $left -lt 60000
}
lasts 90 90000
lasts 90s 90000
lasts 10m 600000
lasts 2h 7200000
lasts 366d 31622400000
frank reporter-token mint --key key --json >lasting
left=$(($(sed 's/.*"not_after":\([0-9]*\).*/\1/' lasting) - $(date +%s) * 1000))
is "ten minutes without it" test $left -gt 540000 -a $left -le 601000

# ---- show
later=$(($(date +%s) * 1000 + 86400000))
expect "show" 0 frank reporter-token show --key key token
says "names the user" '^user +mimi://b.example/u/bob$' out
says "its end" '^not after +[0-9-]+ [0-9:.]+ UTC$' out
says "whether it was a first contact" '^first contact +no$' out
says "and that the MAC holds" '^mac +holds$' out
expect "show without a key" 0 frank reporter-token show token
says "says that nothing was checked" '^mac +not checked' out
frank reporter-token show --key key - <token >out 2>err
is "from standard input" test $? -eq 0
says "is the same" '^mac +holds$' out
tr -d '\n' <token >bare
expect "without a line feed" 0 frank reporter-token show --key key bare
expect "an anonymous one" 0 frank reporter-token show --key key anonymous
says "names nobody" '^user +not named' out
expect "the longest" 0 frank reporter-token show --key key longest
expect "under another key" 1 frank reporter-token show --key other token
says "it does not hold" '^mac +does not hold$' out
expect "expired" 1 frank reporter-token show --key key --time $later token
says "says so" '^not after .*: expired$' out
expect "expired, and no key" 1 frank reporter-token show --time $later token
expect "show --json" 0 frank reporter-token show --key key --json token
says "is one object" '^\{"anonymous":false,"user":"mimi://b.example/u/bob","not_after":[0-9]{13},"first_contact":false,"expired":false,"mac_holds":true\}$' out
expect "show --json under another key" 1 frank reporter-token show --key other --json --time $later anonymous
says "says what is wrong" '^\{"anonymous":true,"not_after":[0-9]{13},"first_contact":false,"expired":true,"mac_holds":false\}$' out
printf '\033]0;x\007' >escape
expect "a hostile name" 0 frank reporter-token mint --key key --user "$(cat escape)"
cp out hostile
expect "is shown" 0 frank reporter-token show --key key hostile
says "with escapes that are harmless" '\\x1b\]0;x\\x07' out

flip token 20 altered
expect "an altered token" 1 frank reporter-token show --key key altered
cut -c 1-40 token >short
expect "a token cut short" 1 frank reporter-token show --key key short
cut -c 1-60 token >short
expect "one without all of its fields" 1 frank reporter-token show --key key short
sed 's/frank1/frank2/' token >foreign
expect "a foreign token" 1 frank reporter-token show --key key foreign
says "is none" 'foreign: not a reporter token' err
{ cat token && cat token; } >twice
expect "two tokens" 1 frank reporter-token show --key key twice
{ tr -d '\n' <token && printf '\0'; } >zero
expect "a zero behind it" 1 frank reporter-token show --key key zero
head -c 2000 /dev/zero >large
expect "what is too large" 1 frank reporter-token show large
head -c "$(($(wc -c <longest)))" /dev/zero | tr '\0' A >edge
expect "one character too many" 1 frank reporter-token show edge
expect "nothing" 1 frank reporter-token show /dev/null
expect "show without a file" 2 frank reporter-token show
expect "a file that is not there" 3 frank reporter-token show nowhere
expect "a token as an argument" 3 frank reporter-token show "$(cat token)"
expect "help of the group" 0 frank reporter-token --help
says "lists its commands" 'reporter-token mint' out

# ---- receipt, of docs/WIRE.md
block() {
    sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" "$top/docs/WIRE.md" | grep -v '^`' | tr -d '\n'
}
block "json hub-public" >P
unhex "$(block "example receipt")" >R
expect "receipt" 0 frank receipt --hub-public P R
says "says which report, and when" '^valid: report [0-9a-f]{32} received at 2023-11-14 22:15:00.000 UTC$' out
frank receipt --hub-public P - <R >out 2>err
is "from standard input" test $? -eq 0
expect "receipt --json" 0 frank receipt --hub-public P --json R
says "is one object" '^\{"verdict":"valid","report_id":"[0-9a-f]{32}","received":1700000100000\}$' out
flip R 3 R.id
expect "of another report" 1 frank receipt --hub-public P R.id
says "is not signed" '^not valid: .*not signed' out
flip R 23 R.time
expect "of another time" 1 frank receipt --hub-public P --json R.time
says "is not either" '^\{"verdict":"not valid","reason":".*not signed.*"\}$' out
head -c 91 R >R.short
expect "one cut short" 1 frank receipt --hub-public P R.short
says "says where" 'at byte [0-9]+: ends too early' out
expect "nothing" 1 frank receipt --hub-public P /dev/null
expect "without the hub's keys" 2 frank receipt R
expect "without a file" 2 frank receipt --hub-public P
expect "keys that are none" 3 frank receipt --hub-public R R
expect "no file" 3 frank receipt --hub-public P nowhere

# ---- trouble
if [ -w /dev/full ]; then
    frank reporter-token mint --key key >/dev/full 2>err
    is "a full disk is trouble" test $? -eq 3
    frank reporter-token show --key key token >/dev/full 2>err
    is "not a verdict" test $? -eq 3
    frank receipt --hub-public P R >/dev/full 2>err
    is "of either kind" test $? -eq 3
fi
each_allocation_fails "mint" '^{"reporter_token":"frank1\..*}$' memory \
    frank reporter-token mint --key key --user $user --json
each_allocation_fails "receipt" '^{"verdict":"valid".*}$' memory \
    frank receipt --hub-public P --json R
exit $result

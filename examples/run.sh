#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts both services on databases in ./var and shows their life: a relay has
# a folder of MIMI messages stamped, a recipient reports some of them, junk is
# refused, the moderation side takes the reports over, two of three moderators open
# one, somebody decides, the reporter asks what became of his. Exits 0 only if each step came out as it must. On a terminal the
# service then stays, to be looked at, until Ctrl-C.
#
#   B=build examples/run.sh tests/vectors/messages
set -eu

B=${B:-build}
messages=${1:?usage: run.sh FOLDER-OF-MIMI-MESSAGES}
var=${VAR:-./var}
port=${PORT:-8470}
modport=${MOD_PORT:-8480}
url=http://127.0.0.1:$port
failed=0
hub=
mod=
work=$(mktemp -d)
stop() {
    rm -rf "$work"
    [ -z "$mod" ] || { kill "$mod" 2>/dev/null && wait "$mod"; } || true
    [ -z "$hub" ] || { kill "$hub" 2>/dev/null && wait "$hub"; } || true
}
trap stop EXIT
trap 'exit 130' INT TERM

title() {
    printf '\n%s\n%s\n' "$1" "$(printf '%s' "$1" | sed 's/./-/g')"
}

# Field $2 of one line of JSON in file $1 (numbers and plain strings).
field() {
    sed -n "s/.*\"$2\":\"\\{0,1\\}\\([^\",}]*\\).*/\\1/p" "$1" | head -n 1
}

# Waits until a command is true, for a minute at most.
await() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || return 1
        sleep 0.1
    done
}

# A service at URL $1, of process $2, is ready or has ended.
is_up() {
    [ "$(curl -s --max-time 5 "$1/readyz")" = ready ] || ! kill -0 "$2" 2>/dev/null
}

relay() {
    path=$1
    shift
    curl -sS --max-time 20 --unix-socket "$private" "http://hub$path" "$@"
}

# Sends a report: what, the status that must come, path, and curl's arguments.
send() {
    what=$1
    wanted=$2
    path=$3
    shift 3
    got=$(curl -sS --max-time 20 -o "$work/answer" -w '%{http_code}' "$url$path" "$@")
    if [ "$got" = 202 ]; then
        said="accepted $(field "$work/answer" report_id)"
    else
        said="refused: $(field "$work/answer" title)"
    fi
    [ "$got" = "$wanted" ] || {
        said="$said   WRONG: $wanted was expected"
        failed=1
    }
    printf '  %-46s %s %s\n' "$what" "$got" "$said"
}

set -- "$messages"/*.cbor
[ -e "$1" ] || {
    echo "run.sh: no *.cbor files in $messages" >&2
    exit 3
}

title "The hub: keys, a quorum of moderators, the service"
if [ ! -e "$var/frankd.conf" ]; then
    "$B/frankd" init "$var"
    "$B/frank-mod" quorum init --threshold 2 --holders 3 --out "$var/quorum" >/dev/null
    echo "quorum = $(cd "$var" && pwd)/quorum/quorum.pub" >>"$var/frankd.conf"
    echo "Two of three moderators open a report: $var/quorum"
fi
var=$(cd "$var" && pwd)
private=$var/private.sock
"$B/frankd" --config "$var/frankd.conf" --listen "127.0.0.1:$port" 2>>"$var/journal" &
hub=$!
await is_up "$url" "$hub" || true
[ "$(curl -s --max-time 5 "$url/readyz")" = ready ] || {
    echo "frankd does not start; its journal says:" >&2
    tail -n 3 "$var/journal" >&2
    exit 3
}
echo "frankd listens on $url and, for the relay, $private"

title "The relay has each message stamped; the recipient checks it"
curl -sS "$url/.well-known/frank" >"$work/hub.json"
room=
other=
count=$#
stamped=0
: >"$work/kept"
for file; do
    name=$work/$(basename "$file" .cbor)
    cp "$file" "$name.content"
    "$B/frank" tag --json "$file" >"$name.json"
    printf '{"franking_tag":"%s","sender":"%s","room":"%s","cipher_suite":1}' \
        "$(field "$name.json" franking_tag)" "$(field "$name.json" sender)" \
        "$(field "$name.json" room)" >"$name.request"
    # The hub sees tag, sender and room; never the message.
    relay /v1/franks -H 'Content-Type: application/json' \
        --data-binary "@$name.request" >"$name.stamp"
    field "$name.stamp" frank | perl -ne 'chomp; print pack("H*", $_)' >"$name.frank"
    ms=$(field "$name.stamp" accepted_timestamp)
    if "$B/frank" check --hub-public "$work/hub.json" --time "$ms" --frank "$name.frank" \
        --tag "$(field "$name.json" franking_tag)" "$file" >/dev/null 2>"$work/why"; then
        stamped=$((stamped + 1))
    else
        echo "  $(basename "$file"): $(tail -n 1 "$work/why")"
        failed=1
    fi
    [ -n "$room" ] || {
        room=$(field "$name.json" room)
        sender=$(field "$name.json" sender)
    }
    if [ "$(field "$name.json" room)" = "$room" ] && [ "$(wc -l <"$work/kept")" -lt 5 ] &&
        [ "$(wc -c <"$file")" -lt 65536 ]; then
        echo "$name.content:$name.frank:$ms" >>"$work/kept"
        [ "$(field "$name.json" sender)" = "$sender" ] || other=$(($(wc -l <"$work/kept") - 1))
    fi
done
echo "$stamped of $count messages are stamped, and check."

title "The recipient reports some of them"
printf 'please look' >"$work/note"
seal() {
    out=$1
    shift
    # shellcheck disable=SC2046 # words
    "$B/frank" report seal --quorum "$var/quorum/quorum.pub" --reason fraud \
        --hub-public "$work/hub.json" --note-file "$work/note" "$@" \
        $(cat "$work/kept") >"$out"
}
bob=mimi://b.example/u/bob
type='Content-Type: application/vnd.frank.report'
seal "$work/anonymous" --anonymous
seal "$work/named" --reporter "$bob"
send "sealed, anonymous" 202 /v1/reports -H "$type" --data-binary "@$work/anonymous"
token=$(field "$work/answer" token)
cp "$work/answer" "$work/first"
send "the same again: the same answer" 202 /v1/reports -H "$type" \
    --data-binary "@$work/anonymous"
cmp -s "$work/answer" "$work/first" || failed=1
"$B/frank" reporter-token mint --key "$var/reporter-token.key" --user "$bob" --for 10m \
    >"$work/token"
send "as bob, with the platform's word for it" 202 /v1/reports -H "$type" \
    -H "Authorization: Bearer $(cat "$work/token")" --data-binary "@$work/named"
# shellcheck disable=SC2046 # words
"$B/frank" report mimi --reporter "$bob" --abuser "$sender" --reason 1 \
    --note-file "$work/note" $(head -n 1 "$work/kept") >"$work/mimi"
path=/reportAbuse/$(printf '%s' "$room" | sed 's/%/%25/g; s|/|%2F|g; s/:/%3A/g')
send "MIMI's plain AbuseReport, sealed on arrival" 202 "$path" \
    -H 'Content-Type: application/octet-stream' \
    -H "Authorization: Bearer $(cat "$work/token")" --data-binary "@$work/mimi"

title "What must not come in"
seal "$work/other" --reporter "$bob"
send "as bob, without the platform's word" 403 /v1/reports -H "$type" \
    --data-binary "@$work/other"
perl -pe 'BEGIN { binmode STDIN; undef $/ } substr($_, 120, 1) ^= "\1"' \
    <"$work/other" >"$work/changed"
send "one bit of a stamp changed" 422 /v1/reports -H "$type" \
    --data-binary "@$work/changed"
perl -pe 'BEGIN { undef $/ } substr($_, -1, 1) ^= "\1"' <"$work/anonymous" >"$work/changed"
send "one bit of what is sealed changed" 409 /v1/reports -H "$type" \
    --data-binary "@$work/changed"
send "something else altogether" 400 /v1/reports -H "$type" --data-binary hello
send "chunked" 501 /v1/reports -H "$type" -H 'Transfer-Encoding: chunked' \
    --data-binary hello
send "the relay's side, from outside" 404 /v1/feed

title "The moderation side: a service of its own, which takes the reports over"
if [ ! -e "$var/mod/frank-mod.conf" ]; then
    "$B/frank-mod" init --hub "$var" --quorum "$var/quorum/quorum.pub" "$var/mod" >/dev/null
fi
cp "$work/hub.json" "$var/mod/hub.json"
modurl=http://127.0.0.1:$modport
"$B/frank-mod" serve --config "$var/mod/frank-mod.conf" --listen "127.0.0.1:$modport" \
    --hub-every 200ms 2>>"$var/mod/journal" &
mod=$!
await is_up "$modurl" "$mod" || true
[ "$(curl -s --max-time 5 "$modurl/readyz")" = ready ] || {
    echo "frank-mod serve does not start; its journal says:" >&2
    tail -n 3 "$var/mod/journal" >&2
    exit 3
}
echo "frank-mod serve listens on $modurl"

# Asks the service: as whom (a file with his session, or -), method, path, body.
ask() {
    if [ "$1" = - ]; then
        set -- /dev/null "$2" "$3" "${4:-}"
    fi
    {
        printf 'header = "Content-Type: application/json"\nheader = "Frank-Request: 1"\n'
        [ ! -s "$1" ] || printf 'header = "Authorization: Bearer %s"\n' "$(cat "$1")"
    } >"$work/curl"
    if [ "$2" = POST ]; then
        printf '%s' "${4:-}" | curl -sS --max-time 20 -K "$work/curl" --data-binary @- \
            "$modurl$3"
    else
        curl -sS --max-time 20 -K "$work/curl" "$modurl$3"
    fi
}

# Enrols somebody with an invitation and logs him in; his session, his password
# and the secret of his second factor are files in $people/NAME.
people=$var/mod/people
enrol() {
    name=$1
    invitation=$2
    mkdir -p "$people/$name"
    (
        umask 077
        od -An -tx1 -N 12 /dev/urandom | tr -d ' \n' >"$people/$name/password"
        ask - POST /v1/enrol "{\"invitation\":\"$invitation\",\"password\":\"$(cat "$people/$name/password")\"}" \
            >"$work/enrolled"
        field "$work/enrolled" secret >"$people/$name/secret"
        ask - POST /v1/enrol/confirm "{\"invitation\":\"$invitation\",\"code\":\"$("$B/frank-mod" totp "$people/$name/secret")\"}" |
            tr ',' '\n' | grep -oE '[0-9a-hj-np-tv-z]{4}(-[0-9a-hj-np-tv-z]{4}){3}' >"$people/$name/codes"
    )
    login "$name"
}

# With a code on paper, as those of the device change every 30 s and work once.
login() {
    code=$(head -n 1 "$people/$1/codes")
    sed -i 1d "$people/$1/codes"
    ask - POST /v1/login "{\"name\":\"$1\",\"password\":\"$(cat "$people/$1/password")\",\"code\":\"$code\"}" \
        >"$work/login"
    (umask 077 && field "$work/login" token >"$people/$1/session")
    [ -s "$people/$1/session" ] || {
        echo "  $1 does not get in: $(field "$work/login" title)   WRONG"
        failed=1
    }
}

if [ -e "$var/mod/data/first-login" ]; then
    enrol admin "$(cat "$var/mod/data/first-login")"
    rm "$var/mod/data/first-login"
    quorum=$(ask "$people/admin/session" GET /v1/quorums | sed 's/.*"quorum":"\([0-9a-f]*\)".*/\1/')
    holder=0
    for name in ann ben cat; do
        holder=$((holder + 1))
        ask "$people/admin/session" POST /v1/accounts \
            "{\"name\":\"$name\",\"shown\":\"$name\",\"roles\":[\"reviewer\"]}" >"$work/account"
        ask "$people/admin/session" POST /v1/holders \
            "{\"quorum\":\"$quorum\",\"holder\":$holder,\"account\":$(field "$work/account" account)}" >"$work/answer" || true
        enrol "$name" "$(field "$work/account" invitation)"
        ask "$people/admin/session" POST /v1/holders \
            "{\"quorum\":\"$quorum\",\"holder\":$holder,\"account\":$(field "$work/account" account)}" >"$work/answer"
    done
    echo "An admin and three reviewers, who each hold a share, are enrolled."
else
    for name in ann ben; do
        login "$name"
    done
fi
ann=$people/ann/session
ben=$people/ben/session
cases_wait() {
    ask "$ann" GET /v1/cases >"$work/cases"
    grep -q '"case":' "$work/cases"
}
await cases_wait || failed=1
echo "$(grep -o '"case":' "$work/cases" | wc -l) cases wait, from metadata alone."

title "A case is claimed, opened by two of three, looked at, decided"
ask "$ann" POST /v1/cases/next '{}' >"$work/answer"
case=$(field "$work/answer" case)
ask "$ann" GET "/v1/cases/$case" >"$work/case"
report=$(grep -o '"report":[0-9]*' "$work/case" | head -n 1 | cut -d : -f 2)
ask "$ann" POST "/v1/cases/$case/ask" "{\"reports\":[$report],\"why\":\"to see what was said\"}" \
    >"$work/answer"
request=$(field "$work/answer" request)
echo "ann claims case $case and asks the quorum."
holder=0
for name in ann ben; do
    holder=$((holder + 1))
    ask "$people/$name/session" POST "/v1/requests/$request/reports/$report" '{}' >"$work/sealed"
    rm -f "$work/consent" "$work/receipt"
    "$B/frank-mod" consent --share "$var/quorum/holder-$holder.share" --receipt "$work/receipt" \
        --out "$work/consent" "$work/sealed" 2>/dev/null
    ask "$people/$name/session" POST "/v1/requests/$request/consents" \
        "{\"report\":$report,\"consent\":\"$(od -An -v -tx1 "$work/consent" | tr -d ' \n')\",\"receipt\":\"$(od -An -v -tx1 "$work/receipt" | tr -d ' \n')\"}" \
        >"$work/answer"
    echo "$name consents, with a share that the service never sees."
done
ask "$ann" POST "/v1/reports/$report/look" '{}' >"$work/look"
proven=$(grep -o '"proven":true' "$work/look" | wc -l)
echo "$proven messages are proven. The look is in the log."
[ "$proven" -gt 0 ] || failed=1
ask "$ben" POST "/v1/reports/$report/look" '{}' >"$work/answer"
echo "ben wants to look too: $(field "$work/answer" title)"
ask "$ann" POST "/v1/cases/$case/decide" \
    '{"policy":"fraud","outcome":"warn","explanation":"Your account broke our rule on fraud."}' >"$work/answer"
grep -q '"decision"' "$work/answer" || {
    echo "  no decision: $(cat "$work/answer")   WRONG"
    failed=1
}
echo "ann decides: a warning."
is_told() {
    curl -sS "$url/v1/receipts/$token" >"$work/outcome"
    grep -q '"outcome":"action_taken"' "$work/outcome"
}
await is_told || failed=1
echo "The anonymous reporter asks the hub, with the token of his receipt:"
cat "$work/outcome"

title "Another report waits for whoever looks"
if [ -n "$other" ]; then
    seal "$work/waiting" --anonymous --accused "$other"
    send "about another sender of the room" 202 /v1/reports -H "$type" \
        --data-binary "@$work/waiting"
    one_waits() {
        ask "$ann" GET /v1/queues >"$work/answer"
        grep -q '"waiting":[1-9]' "$work/answer"
    }
    await one_waits || failed=1
    FRANK_SESSION=$ann "$B/frank-mod" queue --service "unix:$var/mod/mod.sock" |
        grep -E 'case:|sender:|reason:' | head -n 3
fi

title "Where to look"
sleep 1
echo "  the log's newest checkpoint, of $(relay /log/checkpoint | sed -n 2p) entries:"
relay /log/checkpoint | sed 's/^/    /'
relay /log/tile/entries/000.p/2 | tr -d '\0' | grep -o '{.*' | cut -c 1-100 | sed 's/^/    /'
cat <<END
  $url/.well-known/frank   keys, quorum, limits, reasons
  $url/openapi.json        the interface
  curl --unix-socket $private http://hub/metrics
  $var/journal   what it said
  $var/data      database and log
  $modurl/                 the console; names and passwords are in
                  $people, codes come from frank-mod totp FILE
  $modurl/openapi.json     the moderators' interface
  FRANK_SESSION=$ann $B/frank-mod queue --service unix:$var/mod/mod.sock
  $people/admin   password, and the secret of the second factor, of a first login
                  (frank-mod totp FILE prints its code); others beside it
END
[ "$failed" = 0 ] || {
    printf '\nSomething came out wrong: see above.\n' >&2
    exit 1
}
printf '\nAll of it came out as it must.\n'
if [ -t 1 ] && [ -z "${ONCE:-}" ]; then
    echo "Both go on until Ctrl-C."
    wait "$hub" || true
fi

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts the hub's service on a database in ./var and shows its life: a relay has
# a folder of MIMI messages stamped, a recipient reports some of them, junk is
# refused, the moderation side takes the reports over, the reporter asks what
# became of his. Exits 0 only if each step came out as it must. On a terminal the
# service then stays, to be looked at, until Ctrl-C.
#
#   B=build examples/run.sh tests/vectors/messages
set -eu

B=${B:-build}
messages=${1:?usage: run.sh FOLDER-OF-MIMI-MESSAGES}
var=${VAR:-./var}
port=${PORT:-8470}
url=http://127.0.0.1:$port
failed=0
hub=
work=$(mktemp -d)
stop() {
    rm -rf "$work"
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
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ "$(curl -s --max-time 5 "$url/readyz")" = ready ] && break
    kill -0 "$hub" 2>/dev/null || break
    sleep 0.1
done
[ "$(curl -s --max-time 5 "$url/readyz")" = ready ] || {
    echo "frankd does not start; its journal says:" >&2
    tail -n 3 "$var/journal" >&2
    exit 3
}
echo "frankd listens on $url and, for the relay, $private"

title "The relay has each message stamped; the recipient checks it"
curl -sS "$url/.well-known/frank" >"$work/hub.json"
room=
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
id=$(field "$work/answer" report_id)
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

title "The moderation side pulls the reports, and says what it decided"
relay '/v1/feed?after=0' >"$work/feed"
last=$(field "$work/feed" last)
echo "$(grep -o '"number"' "$work/feed" | wc -l) reports wait, each with the hub's signed verdict."
relay /v1/feed/ack -H 'Content-Type: application/json' \
    --data-binary "{\"through\":$last}"
relay /v1/notices -H 'Content-Type: application/json' --data-binary \
    "{\"notices\":[{\"report_id\":\"$id\",\"state\":\"decided\",\"outcome\":\"warned\"}]}" \
    >/dev/null
echo "The anonymous reporter asks, with the token of his receipt:"
curl -sS "$url/v1/receipts/$token" | tee "$work/outcome"
grep -q '"outcome":"warned"' "$work/outcome" || failed=1

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
END
[ "$failed" = 0 ] || {
    printf '\nSomething came out wrong: see above.\n' >&2
    exit 1
}
printf '\nAll of it came out as it must.\n'
if [ -t 1 ] && [ -z "${ONCE:-}" ]; then
    echo "frankd goes on until Ctrl-C."
    wait "$hub" || true
fi

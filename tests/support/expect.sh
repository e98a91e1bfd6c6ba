# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034 # result and vectors are for the reader
# What the scripts that run commands share: they go into an empty folder of
# their own, and print "ok" or "not ok" for each thing that they looked at.
# Read this with ".", from the top folder; end with "exit $result".
set -u
umask 077
result=0
top=$(pwd)
PATH="$top/$B:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
vectors=$top/tests/vectors
cd "$work" || exit 3

# expect NAME CODE COMMAND...: the exit code, and nothing on the wrong channel.
expect() {
    name=$1
    code=$2
    shift 2
    "$@" >out 2>err </dev/null
    got=$?
    if [ $got -ne "$code" ]; then
        echo "not ok $name: exit code $got instead of $code"
        cat err
        result=1
    elif [ "$code" -gt 1 ] && [ -s out ]; then
        echo "not ok $name: a failure wrote to standard output"
        result=1
    elif [ "$code" -gt 1 ] && ! [ -s err ]; then
        echo "not ok $name: a failure without a word"
        result=1
    else
        echo "ok $name"
    fi
}

# is NAME COMMAND...: the command is true.
is() {
    name=$1
    shift
    if "$@"; then
        echo "ok $name"
    else
        echo "not ok $name"
        result=1
    fi
}

# says NAME PATTERN FILE: a line of what the last command printed.
says() {
    if grep -qE -- "$2" "$3"; then
        echo "ok $1"
    else
        echo "not ok $1: '$2' is not in $3:"
        cat "$3"
        result=1
    fi
}

# same NAME FILE-OR-FOLDER FILE-OR-FOLDER
same() {
    if diff -rq "$2" "$3" >/dev/null; then
        echo "ok $1"
    else
        echo "not ok $1"
        result=1
    fi
}

unhex() {
    # shellcheck disable=SC2059 # the format is the bytes, in octal
    printf "$(printf '%s' "$1" | sed 's/../& /g' | tr ' ' '\n' |
        while read -r h; do [ -z "$h" ] || printf '\\%03o' "0x$h"; done)"
}

hex() {
    od -An -v -tx1 "$1" | tr -d ' \n'
}

# flip FILE OFFSET OUT [MASK]: bits of one byte changed, the lowest by default.
flip() {
    cp "$1" "$3"
    byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
    unhex "$(printf '%02x' $((byte ^ ${4:-1})))" |
        dd of="$3" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# each_allocation_fails NAME PATTERN WORDS COMMAND...: trouble, told in one of
# the words, or the true result, a line of which is the pattern; never another
# one, a crash or half a result.
each_allocation_fails() {
    failing=$1
    pattern=$2
    words=$3
    shift 3
    [ -e "$top/$B/tests/fail_alloc.so" ] || return 0
    runs=0
    bad=0
    troubles=0
    while [ $runs -lt 250 ] && [ $bad -eq 0 ]; do
        runs=$((runs + 1))
        LD_PRELOAD="$top/$B/tests/fail_alloc.so" FAIL_ALLOC_AT=$runs \
            "$@" >out 2>err
        got=$?
        case $got in
        0) grep -qaE -- "$pattern" out || bad=1 ;;
        3)
            troubles=$((troubles + 1))
            if [ -s out ] || ! grep -qE "$words" err; then bad=1; fi
            ;;
        *) bad=1 ;;
        esac
    done
    is "some allocations of $failing fail" test $troubles -gt 10
    is "allocation failures of $failing (number $runs gave $got)" test $bad -eq 0
}

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Includes go one way: client <- reporting <- moderation. Only the edges do I/O.
set -u
result=0

ok() {
    echo "ok $1"
}

not_ok() {
    echo "not ok $*"
    result=1
}

# Headers that the files of folder $1 include by name.
included() {
    grep -rhoE --include='*.[ch]' '^#include "[^"]+"' "$1" | cut -d '"' -f 2 |
        sort -u
}

# No file of folder $1 may include a header of the folders behind it.
one_way() {
    folder=$1
    shift
    [ -d "$folder" ] || return 0
    for other; do
        [ -d "$other" ] || continue
        theirs=$(included "$folder" | while read -r header; do
            find "$folder" -name "${header##*/}" | grep -q . ||
                find "$other" -name "${header##*/}"
        done)
        if [ -n "$theirs" ]; then
            not_ok "$folder includes of $other:" "$theirs"
            return
        fi
    done
    ok "$folder includes nothing of $*"
}

one_way client reporting moderation
one_way reporting moderation

# libfrank: no clocks, sockets, random numbers anywhere; memory, files and threads
# in the modules of attachments, of which frank.h says so, alone.
objects=$(find "$B/obj/client" -name '*.o')
calls_none() {
    what=$1
    names=$2
    shift 2
    others=$objects
    for module; do
        others=$(echo "$others" | grep -v "/$module\.o$")
    done
    # shellcheck disable=SC2086 # a list of files
    if nm -u $others | grep -wE "($names)"; then
        not_ok "client calls one of the above, to $what"
    else
        ok "client does not $what${*:+, but for} $*"
    fi
}
calls_none "reach the world" \
    'open(at)?(64)?|fopen|time|gettimeofday|clock_gettime|socket|getenv|randombytes[a-z_]*'
calls_none "read or write files" 'p?read(64)?|p?write(64)?|fstat(64)?' file_io
calls_none "start threads" 'pthread_[a-z_]*' attachment_file
calls_none "allocate" 'malloc|calloc|realloc|free|sodium_malloc|EVP_CIPHER_CTX_new' \
    aead_openssl aead_sodium attachment_stream attachment_file attachment_prove \
    report_external
# shellcheck disable=SC2086
if [ -z "${SAN:-}${COV:-}" ] && size -A $objects |
    awk '$1 ~ /^\.(data|bss|tdata|tbss)$/ && $2 > 0' | grep .; then
    not_ok "client has global state"
else
    ok "client has no global state"
fi
callers=$(find "$B/obj/reporting" "$B/obj/moderation" -name '*.o' -exec sh -c \
    'nm -u "$1" | grep -q " curl_" && echo "$1"' sh {} \;)
if [ "$callers" = "$B/obj/reporting/outside/fetch.o" ]; then
    ok "nothing but fetch.c calls libcurl"
else
    not_ok "these call libcurl:" "$callers"
fi
exit $result

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `make install` puts down: a user's program builds on it, statically and
# dynamically, and the README's example does what the README says.
set -u
if [ -n "${SAN:-}${COV:-}" ]; then
    echo "skip install: built for sanitizers or coverage"
    exit 0
fi
result=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
top=$(pwd)

try() {
    what=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok $what"
    else
        echo "not ok $what"
        cat "$work/log"
        result=1
    fi
}

# The fenced blocks of kind $1 of the README; from number $2 on.
blocks() {
    awk -v kind="$1" -v from="$2" '
        /^```/ { if (inside) { inside = 0 } else if ($0 == "```" kind) {
                     inside = ++n >= from } ; next }
        inside' README.md
}

prefix=$work/usr
try "make install" "${MAKE:-make}" -s install PREFIX="$prefix" HASH="${HASH:-openssl}"
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" LD_LIBRARY_PATH="$prefix/lib"
export PATH="$prefix/bin:$PATH"

exports_only_the_api() {
    nm -D --defined-only "$prefix/lib/libfrank.so" | awk '{print $3}' | sort >"$work/so"
    grep -oE '\bfrank_[a-z0-9_]+\(' client/frank.h | tr -d '(' | sort -u >"$work/api"
    grep -vxFf "$work/api" "$work/so" && return 1
    nm --defined-only "$prefix/lib/libfrank.a" | awk '$2 ~ /[A-Z]/ {print $3}' |
        grep -vxFf "$work/api" && return 1
    return 0
}
try "exports the API and nothing else" exports_only_the_api

has_soname() {
    objdump -p "$prefix/lib/libfrank.so" | grep 'SONAME *libfrank\.so\.[0-9]*$'
}
try "the shared library has a soname" has_soname

is_hardened() {
    readelf -lW "$prefix/bin/frank" | grep GNU_RELRO &&
        readelf -dW "$prefix/bin/frank" | grep -E 'BIND_NOW|NOW' &&
        readelf -hW "$prefix/bin/frank" | grep 'DYN' &&
        ! readelf -lW "$prefix/bin/frank" | grep 'GNU_STACK.*RWE' &&
        readelf -nW "$prefix/bin/frank" | grep SHSTK &&
        readelf -nW "$prefix/lib/libfrank.so" | grep SHSTK &&
        readelf -nW "$B/obj/client/wire.o" | grep 'IBT, SHSTK'
}
[ "$(uname -m)" != x86_64 ] || try "PIE, RELRO, CET, no executable stack" is_hardened

small_text() {
    size "$prefix/lib/libfrank.so" | awk 'NR == 2 { print $1; exit !($1 < 102400) }'
}
try "library text is under 100 KiB" small_text

blocks c 1 >"$work/messenger.c"
{
    echo 'set -eu'
    blocks sh 2
} >"$work/readme.sh"
readme_runs() {
    (cd "$work" && sh readme.sh) >"$work/out" 2>&1 || {
        cat "$work/out"
        return 1
    }
    grep -x shown "$work/out" && grep 'message 0: valid' "$work/out" &&
        grep 'accepted: the seal holds' "$work/out" &&
        grep 'holder 3 agreed' "$work/out" &&
        grep 'message 0: disclosed and matches' "$work/out" &&
        grep 'proven *bytes 0-4096' "$work/out" &&
        frank report show "$work/sealed.file" &&
        ! grep 'key of all' "$work/out" &&
        cmp "$work/file.opened" "$work/messenger"
}
try "the README's example, dynamically linked" readme_runs
forged_is_not_shown() {
    (cd "$work" && [ -x messenger ] && printf X | dd of=content bs=1 seek=100 conv=notrunc &&
        ! ./messenger receive) 2>&1
}
try "what was changed is not shown" forged_is_not_shown
static_builds() {
    # shellcheck disable=SC2046
    "${CC:-cc}" "$work/messenger.c" -o "$work/static" -I"$prefix/include" \
        "$prefix/lib/libfrank.a" $(pkg-config --static --libs frank | sed 's/-lfrank//') &&
        ! ldd "$work/static" | grep libfrank
}
try "links statically by frank.pc" static_builds
cxx_takes_the_header() {
    printf '#include <frank.h>\nint main() { return frank_version()[0] == 0; }\n' >"$work/t.cc"
    g++ -Wall -Wextra -Werror "$work/t.cc" -o "$work/cc" -I"$prefix/include" \
        -L"$prefix/lib" -lfrank && "$work/cc"
}
if command -v g++ >/dev/null; then
    try "the header serves C++" cxx_takes_the_header
fi
man_pages_are_there() {
    while read -r name; do
        [ -e "$prefix/share/man/man3/$name.3" ] || {
            echo "no page for $name"
            return 1
        }
    done <"$work/api"
    for program in "$prefix"/bin/*; do
        name=$(basename "$program")
        [ -e "$prefix/share/man/man1/$name.1" ] || [ -e "$prefix/share/man/man8/$name.8" ] || {
            echo "no page for $name"
            return 1
        }
    done
}
try "a man page for each function and program" man_pages_are_there
page_has_the_settings() {
    frankd --help | sed -n 's/^\([a-z-]*\) = \(.*\)/\1 No = \2/p' | sed 's/ No = $//' >"$work/has"
    sed -n 's/^\.It Cm \([a-z-]*\)/\1/p' "$prefix/share/man/man8/frankd.8" >"$work/says"
    [ -s "$work/has" ] && diff "$work/has" "$work/says"
}
try "frankd's page has its settings and their defaults" page_has_the_settings
witness_page_has_the_settings() {
    frank-audit witness serve --help | sed -n 's/^\([a-z-]*\) = \(.*\)/\1 No = \2/p' | sed 's/ No = $//' >"$work/has"
    sed -n 's/^\.It Cm \([a-z-]*\)/\1/p' "$prefix/share/man/man8/frank-audit-witness.8" >"$work/says"
    [ -s "$work/has" ] && diff "$work/has" "$work/says"
}
try "the witness's page too" witness_page_has_the_settings
leaves_nothing() {
    "${MAKE:-make}" -s uninstall PREFIX="$prefix" &&
        find "$prefix" ! -type d | grep . && return 1
    return 0
}
try "make uninstall leaves nothing" leaves_nothing
cd "$top" && exit $result

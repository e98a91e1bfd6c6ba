#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The sample site for nginx, before a real frankd: TLS, the client's address, the
# private routes shut, no body on the disk.
# shellcheck disable=SC2317 # functions are called by name
set -u
nginx=$(command -v nginx || ls /usr/sbin/nginx 2>/dev/null)
if [ -n "${SAN:-}${COV:-}" ] || [ -z "$nginx" ] || ! command -v curl >/dev/null ||
    ! command -v openssl >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "skip nginx: needs nginx, curl, openssl and root"
    exit 0
fi
result=0
work=$(mktemp -d)
hub=
stop() {
    [ ! -e "$work/nginx.pid" ] || kill "$(cat "$work/nginx.pid")" 2>/dev/null
    [ -z "$hub" ] || { kill "$hub" 2>/dev/null && wait "$hub"; }
    rm -rf "$work"
}
trap stop EXIT
try() {
    what=$1
    shift
    if "$@" >"$work/out" 2>&1; then
        echo "ok $what"
    else
        echo "not ok $what"
        cat "$work/out"
        result=1
    fi
}

port=$((10000 + $$ % 900 * 2)) # below those of other tests, and of the system
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 \
    -subj /CN=hub.example -keyout "$work/key" -out "$work/pem" 2>/dev/null
chmod 711 "$work"
{
    echo "pid $work/nginx.pid; error_log $work/error.log; events {} http {"
    echo "client_body_temp_path $work/body; proxy_temp_path $work/proxy;"
    echo "fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;"
    sed -e "s|/etc/ssl/hub.example.pem|$work/pem|" \
        -e "s|127.0.0.1:8470|127.0.0.1:$((port + 1))|; s|/etc/ssl/hub.example.key|$work/key|; s|/var/log/nginx|$work|" \
        -e "s|listen 443|listen 127.0.0.1:$port|; /listen \[::\]/d" \
        examples/nginx-frankd.conf
    echo "}"
} >"$work/nginx.conf"
"$B/frankd" init "$work/hub" >/dev/null
chmod 711 "$work/hub"
"$B/frankd" --config "$work/hub/frankd.conf" --listen "127.0.0.1:$((port + 1))" --trusted-proxies 127.0.0.1 \
    2>"$work/journal" &
hub=$!
tries=0
until curl -s "http://127.0.0.1:$((port + 1))/livez" >/dev/null || [ $tries -ge 600 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
try "nginx takes the site" "$nginx" -t -c "$work/nginx.conf"
try "nginx starts" "$nginx" -c "$work/nginx.conf"
ask() {
    path=$1
    shift
    curl -sk --max-time 10 --resolve "hub.example:$port:127.0.0.1" \
        "https://hub.example:$port$path" "$@"
}
is_status() {
    wanted=$1
    shift
    got=$(ask "$@" -o "$work/body.out" -w '%{http_code}')
    echo "$got"
    [ "$got" = "$wanted" ]
}
try "it answers through TLS" is_status 200 /readyz
try "what is known of the hub" is_status 200 /.well-known/frank
try "the relay's side is shut" is_status 404 /v1/feed
try "metrics are shut" is_status 404 /metrics
head -c 3000000 /dev/zero >"$work/zeros"
try "a body of megabytes reaches the hub" is_status 400 /v1/reports \
    -H 'Content-Type: application/vnd.frank.report' --data-binary "@$work/zeros"
try "and was on no disk" sh -c "! find '$work/body' '$work/proxy' -type f | grep ."
exit $result

#!/usr/bin/env bash
# A DAViCal of its own for one test: `davical.sh FOLDER PORT` serves
# http://127.0.0.1:PORT/dav/caldav.php/ through nginx, php-fpm and a private PostgreSQL, with the user `ana`
# (password `correct horse`) who has no calendars yet. It prints `ready` when it answers, and runs until it gets
# SIGTERM or SIGINT, until its standard input ends, or until its parent is gone; nothing of it is left then.
#
# RADICALE_PORT: a Radicale on this port is served below /radicale/ as well.
set -euo pipefail
umask 022

fail() { echo "davical.sh: $*" >&2; exit 1; }
[ $# = 2 ] || fail "usage: davical.sh FOLDER PORT"
folder=$(realpath -e -- "$1")
port=$2
parent=$PPID
main=$$

# The newest one, as Debian has the version in the path.
newest() { printf '%s\n' "$@" | sort -V | tail -n 1; }
postgres=$(newest /usr/lib/postgresql/*/bin/postgres)
programs=${postgres%/*}
fpm=$(newest /usr/sbin/php-fpm[0-9]*)
nginx=/usr/sbin/nginx
htdocs=/usr/share/davical/htdocs
dba=/usr/share/davical/dba
awl=/usr/share/awl/dba
need() { [ -e "$1" ] || fail "$1 is missing: install Debian's package $2"; }
need "$postgres" postgresql
need "$programs/psql" postgresql-client
need "$fpm" php-fpm
need "$nginx" nginx
need "$htdocs/caldav.php" davical
need "$awl/awl-tables.sql" libawl-php

place=
watcher=
declare -A running=()
# Postgres takes SIGQUIT as: at once, without writing anything more.
ended_by() { if [ "$1" = postgres ]; then echo QUIT; else echo TERM; fi; }
cleanup() {
    local code=$? name
    trap '' TERM INT HUP
    if [ "$code" != 0 ] && [ -n "$place" ]; then
        for name in "$place"/*.log; do
            [ ! -s "$name" ] || { echo "== ${name##*/}"; tail -n 20 "$name"; } >&2
        done
    fi
    for name in "${!running[@]}"; do kill -s "$(ended_by "$name")" "${running[$name]}" 2>/dev/null || :; done
    for name in "${!running[@]}"; do wait "${running[$name]}" 2>/dev/null || :; done
    rm -rf "$place"
    [ -z "$watcher" ] || kill "$watcher" 2>/dev/null || :
    exit "$code"
}
trap cleanup EXIT
trap 'exit 0' TERM INT HUP

# PostgreSQL refuses to run as root: the servers get the account that its package makes. That account may not
# be able to reach FOLDER, which is then left alone.
as=()
if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || fail "the account postgres is missing: install Debian's package postgresql"
    as=(--reuid=postgres --regid=postgres --init-groups)
    place=$(mktemp -d /tmp/davical.XXXXXX)
    chown postgres: "$place"
else
    place=$folder/davical
    mkdir -m 700 "$place"
fi

# Whether a process runs; one that ended may wait for its parent to ask.
alive() {
    local stat
    { read -r stat < "/proc/$1/stat"; } 2>/dev/null && [[ $stat != *') Z '* ]]
}

# Asks this script to end when nobody wants it any more. Should it be killed outright, the servers end
# with it (see `start`), and only the folder is left to remove.
watch() {
    local code
    while :; do
        code=0
        read -r -t 1 _ || code=$?
        # Above 128 is the timeout, 1 is the end of the input.
        [ "$code" = 0 ] || [ "$code" -gt 128 ] || break
        alive "$parent" && alive "$main" || break
    done
    kill -TERM "$main" 2>/dev/null || :
    while alive "$main"; do sleep 0.2; done
    sleep 1
    rm -rf "$place"
}
watch <&0 >/dev/null 2>&1 &
watcher=$!

# Nobody but the watcher holds on to what the caller gave us.
start() {
    local name=$1
    shift
    setpriv "${as[@]}" --pdeathsig "$(ended_by "$name")" "$@" </dev/null >>"$place/$name.log" 2>&1 &
    running[$name]=$!
}
run() { setpriv "${as[@]}" "$@" </dev/null >>"$place/setup.log" 2>&1; }
# Waits for a condition, as long as all servers run.
until_true() {
    local name
    until "$@"; do
        for name in "${!running[@]}"; do alive "${running[$name]}" || fail "$name ended"; done
        sleep 0.03
    done
}

# What PHP and psql connect to, by libpq's own variables; the caller's would lead elsewhere.
unset "${!PG@}"
export PGHOST=$place PGUSER=davical PGDATABASE=postgres
cd "$place"

# DAViCal looks for /etc/davical/SERVER_NAME-conf.php before it looks for Debian's config.php: the name that
# nginx gives leads here. Links are made with the name, so it is put right.
cat > davical-conf.php <<'END'
<?php
$_SERVER['SERVER_NAME'] = $c->domain_name = '127.0.0.1';
$c->pg_connect[] = 'dbname=postgres user=davical';
END
cat > fpm.conf <<END
[global]
error_log = $place/php.log
[davical]
listen = $place/fpm.sock
pm = static
pm.max_children = 4
clear_env = no
END
radicale=
if [ -n "${RADICALE_PORT:-}" ]; then
    radicale="location ^~ /radicale/ {
            proxy_pass http://127.0.0.1:$RADICALE_PORT/;
            proxy_set_header X-Script-Name /radicale;
            proxy_set_header Host \$http_host;
        }"
fi
cat > nginx.conf <<END
worker_processes 1;
pid "$place/nginx.pid";
error_log stderr;
daemon off;
events { worker_connections 64; }
http {
    access_log "$place/access.log";
    client_body_temp_path "$place/nginx-body";
    fastcgi_temp_path "$place/nginx-fastcgi";
    proxy_temp_path "$place/nginx-proxy";
    scgi_temp_path "$place/nginx-scgi";
    uwsgi_temp_path "$place/nginx-uwsgi";
    client_max_body_size 10m;
    server {
        listen 127.0.0.1:$port;
        rewrite ^/\.well-known/ /dav/caldav.php\$uri last;
        location ~ ^/dav(?<script>/[a-z]+\.php)(?<info>/.*)?\$ {
            fastcgi_pass "unix:$place/fpm.sock";
            fastcgi_param SCRIPT_FILENAME $htdocs\$script;
            fastcgi_param SCRIPT_NAME /dav\$script;
            fastcgi_param PATH_INFO \$info;
            fastcgi_param DOCUMENT_ROOT $htdocs;
            fastcgi_param SERVER_NAME "../..$place/davical";
            fastcgi_param SERVER_ADDR \$server_addr;
            fastcgi_param SERVER_PORT \$server_port;
            fastcgi_param SERVER_PROTOCOL \$server_protocol;
            fastcgi_param REMOTE_ADDR \$remote_addr;
            fastcgi_param REQUEST_METHOD \$request_method;
            fastcgi_param REQUEST_URI \$request_uri;
            fastcgi_param QUERY_STRING \$query_string;
            fastcgi_param CONTENT_TYPE \$content_type;
            fastcgi_param CONTENT_LENGTH \$content_length;
        }
        location / { return 404; }
        $radicale
    }
}
END
start fpm "$fpm" --nodaemonize --fpm-config "$place/fpm.conf"
start nginx "$nginx" -p "$place" -c "$place/nginx.conf" -e stderr

# The database: thrown away with the test, so nothing has to survive a crash, and small. Debian's script for it,
# create-database.sh, loads the same files; here PHP connects as the owner of everything, in no need of grants.
cluster=$place/cluster
run "$programs/initdb" -D "$cluster" -U "$PGUSER" -A trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions \
    --wal-segsize=1
settings=(listen_addresses= fsync=off synchronous_commit=off full_page_writes=off wal_level=minimal
    max_wal_senders=0 min_wal_size=2MB autovacuum=off jit=off shared_buffers=4MB max_connections=20
    max_worker_processes=1 max_parallel_workers_per_gather=0 max_logical_replication_workers=0
    dynamic_shared_memory_type=mmap)
start postgres "$postgres" -D "$cluster" -k "$place" "${settings[@]/#/--}"
postgres_ready() { [ -e "$cluster/postmaster.pid" ] && [[ $(<"$cluster/postmaster.pid") == *ready* ]]; }
until_true postgres_ready
sources=("$awl/awl-tables.sql" "$awl/schema-management.sql" "$dba/davical.sql" "$dba/supported_locales.sql"
    "$dba/views/dav_principal.sql" "$dba/caldav_functions.sql" "$dba/rrule_functions.sql" "$dba/base-data.sql")
# Two asterisks: the rest is the password as it is.
user="INSERT INTO dav_principal (username, password, fullname, email, email_ok, type_id)
    VALUES ('ana', '**correct horse', 'Ana', 'ana@example.net', current_timestamp, 1)"
PGOPTIONS=--client-min-messages=warning run "$programs/psql" -qX -o /dev/null -v ON_ERROR_STOP=1 \
    "${sources[@]/#/--file=}" -c "$user"

# Ready once all three of them answer together.
answers() {
    local status
    # The file says that nginx has the port, and not somebody else.
    [ -s nginx.pid ] && { {
        printf '%s\r\n' 'PROPFIND /dav/caldav.php/ana/ HTTP/1.0' 'Depth: 0' "Host: 127.0.0.1:$port" \
            "Authorization: Basic $(printf 'ana:correct horse' | base64)" '' >&4
        read -r -t 10 status <&4
    } 4<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null && [[ $status == *' 207 '* ]]
}
until_true answers
echo ready
wait -n "${running[@]}" || :
fail "a server ended"

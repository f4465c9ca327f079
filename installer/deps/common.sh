# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What `build`, `llhttp` and `bump` share: the table of pins, the cache, and a private apt
# configuration that reads the machine's own package sources without touching its state.

deps=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
pins=$deps/pins
cache=${SANDSTRAP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sandstrap}
tarballs=$cache/tarballs

say() { echo "deps: $*" >&2; }
die() {
    say "$@"
    exit 1
}

# The source package that holds llhttp. It is pinned without Debian's revision, and of its files the
# upstream tarball alone: Debian's patches change nothing of llhttp.
# shellcheck disable=SC2034 # for build, bump and llhttp
llhttp_package=nodejs

# pins_names: the libraries, in the order of the table.
pins_names() { awk '!/^#/ && NF && !seen[$1]++ { print $1 }' "$pins"; }

# pins_versions NAME: its known good versions, the preferred one first.
pins_versions() { awk -v n="$1" '$1 == n && !seen[$2]++ { print $2 }' "$pins"; }

# pins_files NAME VERSION: "FILE SHA256", the upstream tarball first.
pins_files() { awk -v n="$1" -v v="$2" '$1 == n && $2 == v { print $3, $4 }' "$pins"; }

# choose NAME: sets `version` to the first pinned one whose files can be had.
choose() {
    local offered
    for version in $(pins_versions "$1"); do
        if fetch_version "$1" "$version"; then
            return
        fi
    done
    apt_prepare
    offered=$(index_versions "$1" | tr '\n' ' ')
    die "no pinned version of $1 can be fetched; the package index offers ${offered:-none}:" \
        "check a new one and pin it with installer/deps/bump $1"
}

has_sha256() { echo "$2  $1" | sha256sum --check --status - 2>/dev/null; }

# lock_cache NAME: one process at a time; the lock lives as long as the shell.
lock_cache() {
    mkdir -p "$cache"
    exec {lock_fd}>"$cache/$1.lock"
    flock --nonblock "$lock_fd" && return
    say "waiting for another process that holds $cache/$1.lock"
    flock "$lock_fd"
}

# machine_sources: "URI SUITE" of every package source that this machine is configured with.
machine_sources() {
    local list parts
    eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
    # One-line format: the fields after an optional [option list].
    { cat "$list" "${parts%/}"/*.list 2>/dev/null || true; } |
        sed -nE 's/^deb(-src)?[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+)[[:space:]]+([^[:space:]]+).*/\3 \4/p'
    # Stanza format: every URI with every suite.
    local file
    for file in "${parts%/}"/*.sources; do
        [ -e "$file" ] || continue
        awk 'function flush(   i, j) {
                 for (i = 1; i <= nu; i++) for (j = 1; j <= ns; j++) print u[i], s[j]
                 nu = ns = 0
             }
             /^[[:space:]]*$/ { flush() }
             /^URIs:/ { nu = split(substr($0, 6), u, " ") }
             /^Suites:/ { ns = split(substr($0, 8), s, " ") }
             END { flush() }' "$file"
    done
}

# source_lines: the same hosts, asked for the source packages of both releases.
source_lines() {
    machine_sources | sort -u | while read -r uri suite; do
        local release
        for release in trixie bookworm; do
            case $suite in
            bookworm | trixie) echo "$uri $release" && echo "$uri $release-updates" ;;
            bookworm-security | trixie-security) echo "$uri $release-security" ;;
            esac
        done
    done | sort -u | while read -r uri suite; do
        echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main"
    done
}

# apt_prepare: writes the private configuration and reads the signed indexes, once per run: call it
# in the script's own shell, before the index_ functions.
apt_prepare() {
    local home=$cache/apt
    [ "${APT_CONFIG:-}" != "$home/apt.conf" ] || return 0
    mkdir -p "$home/lists/partial" "$home/archives/partial" "$home/parts"
    source_lines >"$home/sources.list"
    [ -s "$home/sources.list" ] ||
        die "this machine has no bookworm or trixie package source to fetch from (see apt's sources.list)"
    cat >"$home/apt.conf" <<CONF
Dir::Etc::sourcelist "$home/sources.list";
Dir::Etc::sourceparts "$home/parts";
Dir::State "$home";
Dir::State::lists "$home/lists";
Dir::State::status "/dev/null";
Dir::Cache "$home";
APT::Sandbox::User "root";
Acquire::Languages "none";
CONF
    export APT_CONFIG=$home/apt.conf
    say "reading the source package indexes"
    # A mirror may lack one of the suites: what is missing shows when a version is looked up.
    apt-get -qq update >"$home/update.log" 2>&1 || say "apt-get update was not complete: $home/update.log"
}

# index_versions NAME: every version of the source package in the signed indexes, newest first.
index_versions() {
    { apt-cache showsrc --only-source "$1" 2>/dev/null || true; } | sed -n 's/^Version: //p' | sort -u |
        newest_first
}

# newest_first: sorts the versions on stdin in the order of dpkg.
newest_first() {
    local sorted=() version i
    while read -r version; do
        for ((i = 0; i < ${#sorted[@]}; i++)); do
            dpkg --compare-versions "$version" gt "${sorted[i]}" && break
        done
        sorted=("${sorted[@]:0:i}" "$version" "${sorted[@]:i}")
    done
    [ "${#sorted[@]}" -eq 0 ] || printf '%s\n' "${sorted[@]}"
}

# index_files NAME VERSION: "URI FILE SHA256" of the tarballs, as the signed index has them. A VERSION
# without a revision stands for all of its revisions.
index_files() {
    local version
    for version in $(index_versions "$1"); do
        case $version in
        "$2" | "$2"-*) ;;
        *) continue ;;
        esac
        # apt leaves out what it finds in the folder where it runs: this one stays empty.
        {
            cd "$cache/apt/archives/partial" || exit
            apt-get -qq source --print-uris --only-source "$1=$version" || true
        } 2>/dev/null |
            sed -nE "s/^'([^']+)' ([^ ]+\.(tar\.[a-z0-9]+|diff\.gz)) [0-9]+ SHA256:([0-9a-f]{64})$/\1 \2 \4/p"
    done
}

# fetch_file URI FILE SHA256: into the tarball cache; apt checks the digest, and we check it again.
fetch_file() {
    local target=$tarballs/$3-$2
    mkdir -p "$tarballs"
    /usr/lib/apt/apt-helper -qq download-file "$1" "$target.part" "SHA256:$3" >/dev/null 2>&1 || return 1
    has_sha256 "$target.part" "$3" || return 1
    mv "$target.part" "$target"
}

# fetch_version NAME VERSION: makes all its pinned files present; 1 when one cannot be had.
fetch_version() {
    local file sha uri index=
    while read -r file sha; do
        has_sha256 "$tarballs/$sha-$file" "$sha" && continue
        apt_prepare
        [ -n "$index" ] || index=$(index_files "$1" "$2")
        uri=$(awk -v f="$file" -v s="$sha" '$2 == f && $3 == s { print $1; exit }' <<<"$index")
        [ -n "$uri" ] && fetch_file "$uri" "$file" "$sha" || return 1
    done < <(pins_files "$1" "$2")
}

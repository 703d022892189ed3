#!/usr/bin/env bash
# Writes debian12.tar, or the file named by the first argument. Needs root,
# debootstrap and Go. MIRROR is where the packages come from; a dated mirror,
# such as one of snapshot.debian.org, gives the same bytes again.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
output=$(realpath -m "${1:-$here/debian12.tar}")
mirror=${MIRROR:-http://deb.debian.org/debian}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

# keep copies what a scanner looks at from the root to the layer's directory $1.
keep() {
	local path
	for path in "${@:2}"; do
		mkdir -p "$work/$1/$(dirname "$path")"
		cp --no-dereference "$root/$path" "$work/$1/$path"
	done
}

debootstrap --variant=minbase --arch=amd64 bookworm "$root" "$mirror"
keep base var/lib/dpkg/status usr/lib/os-release etc/os-release etc/debian_version etc/motd

chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ca-certificates curl openssl
rm "$root/etc/motd"
keep tools var/lib/dpkg/status
mkdir -p "$work/tools/etc"
touch "$work/tools/etc/.wh.motd"

cd "$here"
go run make.go -format oci -o "$output" -name plimsoll/debian12:bookworm \
	"$work/base=debootstrap --variant=minbase bookworm" \
	"$work/tools=RUN apt-get install --no-install-recommends ca-certificates curl openssl && rm /etc/motd"

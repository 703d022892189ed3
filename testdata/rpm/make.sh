#!/bin/sh
# Makes the fixtures of this directory. It needs rpm 4.16 or newer with rpmbuild
# and rpmdb, Python with sqlite3, and gzip.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1700000000

build() {
	spec=$1
	shift
	rpmbuild -ba --quiet --define "_topdir $work/build" --define "_rpmdir $work/rpms" --define "_srcrpmdir $work/rpms" \
		--define "_buildhost example.org" --define "use_source_date_epoch_as_buildtime 1" \
		--define "_buildtime 1700000000" --define "source_date_epoch_from_changelog 0" "$@" "$here/$spec.spec"
}

build keel
build capstan --define "maker Harbour Works" --define "count 300"
build gpg-pubkey
cp "$work"/rpms/noarch/keel-libs-*.rpm "$here/keel-libs.rpm"
cp "$work"/rpms/keel-*.src.rpm "$here/keel.src.rpm"

rpm --dbpath "$work/db" --define "_db_backend sqlite" --initdb
rpm --dbpath "$work/db" --define "_db_backend sqlite" --install --justdb --nodeps "$work"/rpms/noarch/*.rpm
rpmdb --dbpath "$work/db" --define "_db_backend sqlite" --exportdb > "$work/headers"
gzip -9 -n < "$work/headers" > "$here/headers.gz"
gzip -9 -n < "$work/db/rpmdb.sqlite" > "$here/rpmdb.sqlite.gz"

# The same table with other sizes of page, and bytes reserved at the end of
# each, as extensions of SQLite do.
python3 - "$work/db/rpmdb.sqlite" "$work" <<'P'
import sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute("SELECT blob FROM Packages").fetchall()
for size, reserved in (512, 0), (1024, 32), (65536, 0):
    path = f"{sys.argv[2]}/page{size}.sqlite"
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA page_size = {size}")
    db.execute("PRAGMA user_version = 1")
    db.close()
    if reserved:
        with open(path, "r+b") as f:
            f.seek(20)
            f.write(bytes([reserved]))
            f.seek(105)  # where the cells of the empty first page begin
            f.write((size - reserved).to_bytes(2, "big"))
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE Name (key TEXT, hnum INTEGER)")
    db.execute("CREATE TABLE 'Packages' ( hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL )")
    for _ in range(40):  # enough rows for a tree of three levels
        db.executemany("INSERT INTO Packages (blob) VALUES (?)", [r for r in rows if len(r[0]) < 8000])
    db.executemany("INSERT INTO Packages (blob) VALUES (?)", rows)
    db.execute("DELETE FROM Packages WHERE hnum % 7 = 3")
    db.commit()
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
P
for size in 512 1024 65536; do
	gzip -9 -n < "$work/page$size.sqlite" > "$here/page$size.sqlite.gz"
done

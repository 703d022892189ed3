package rpmdb_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/adler32"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/plimsoll-go/plimsoll/internal/rpmdb"
)

// zeros is a file of nothing but zeros, after a head, of any size.
type zeros struct{ head []byte }

func (z zeros) ReadAt(b []byte, at int64) (int, error) {
	clear(b)
	if at < int64(len(z.head)) {
		copy(b, z.head[at:])
	}
	return len(b), nil
}

// names is the names of the packages in db, and its errors as one text.
func names(db []byte) (packages []string, errs string) {
	var text strings.Builder
	for p, err := range rpmdb.Packages(bytes.NewReader(db), int64(len(db))) {
		if err != nil {
			text.WriteString(err.Error() + "\n")
			continue
		}
		packages = append(packages, p.Name)
	}
	return packages, text.String()
}

func TestHostileHeaders(t *testing.T) {
	t.Parallel()
	big := func(b []byte, at int, v uint32) []byte {
		b = bytes.Clone(b)
		binary.BigEndian.PutUint32(b[at:], v)
		return b
	}
	good := header(append(nvr("good"), text(1022, "noarch"))...)
	for _, row := range []struct {
		name   string
		header []byte
		err    string
	}{
		{"empty", nil, "a header of 0 bytes"},
		{"cut", good[:7], "a header of 7 bytes"},
		{"4 GB of data", big(good, 4, 0xffffffff), "limit reached: a header of"},
		{"4 G of entries", big(good, 0, 0xffffffff), "limit reached: 4294967295 entries"},
		{"no entries", big(good, 0, 0), "a header without entries"},
		{"a byte more", append(bytes.Clone(good), 0), "a header that says it has"},
		{"an entry more", big(good, 0, 5), "a header that says it has"},
		{"no name", header(nvr("")...), "a header without name, version or release"},
		{"no release", header(nvr("a")[:2]...), `package "a": a header without name, version or release`},
		{"name of numbers", header(append([]tagged{{1000, 4, 1, "\x00\x00\x00\x01"}}, nvr("")[1:]...)...), "tag 1000: type 4 where a string belongs"},
		{"name beyond the data", big(header(nvr("a")...), 8+8, 0x7fffffff), "tag 1000: offset 2147483647 in"},
		{"name before the data", big(header(nvr("a")...), 8+8, 0xffffffff), "tag 1000: offset 4294967295 in"},
		{"a string without end", header(append(nvr("a"), tagged{1022, 6, 1, "noarch"})...), `package "a": tag 1022: a string without end`},
		{"a long string", header(append(nvr("a"), text(1014, strings.Repeat("x", 1<<17)))...), `package "a": limit reached: tag 1014: more than 65536 bytes`},
		{"epoch of 4 G", header(append(nvr("a"), tagged{1003, 4, 0xffffffff, "\x00\x00\x00\x01"})...), `package "a": tag 1003: 4294967295 numbers in 4 bytes`},
		{"epoch of text", header(append(nvr("a"), text(1003, "1"))...), `package "a": tag 1003: type 6, not 4`},
		{"a region beyond", header(append([]tagged{{63, 7, 16, ""}}, nvr("a")...)...), ""}, // offset 0: none
		{"a region of text", header(append(nvr("a")[:0:0], tagged{1014, 6, 1, "x\x00"}, text(1000, "a"))...), `package "a": a header without`},
		{"a region's end beyond", big(header(append([]tagged{{63, 7, 16, ""}}, nvr("a")...)...), 8+8, 3), "a region (tag 63) beyond the header's data"},
		{"a region without its end", big(header(append([]tagged{{63, 7, 16, ""}}, append(nvr("a"), text(1014, strings.Repeat("x", 40)))...)...), 8+8, 8), "a region (tag 63) of"},
	} {
		for format, db := range map[string][]byte{
			"ndb":      ndb(good, row.header, good),
			"berkeley": berkeley(binary.BigEndian, 65536>>1, true, good, append([]byte{}, row.header...), good),
		} {
			got, errs := names(db)
			want := []string{"good", "good"}
			if row.err == "" {
				want = []string{"good", "a", "good"}
			}
			if strings.Join(got, " ") != strings.Join(want, " ") || !strings.Contains(errs, row.err) || (errs == "") != (row.err == "") {
				t.Errorf("%s: %s: Packages() = %q, %s, want %q, %s", format, row.name, got, errs, want, row.err)
			}
		}
	}
}

// TestDribbles holds what was added at installation to winning.
func TestDribbles(t *testing.T) {
	t.Parallel()
	h := header(append(nvr("old"), text(1022, "x86_64"), text(1000, "new"))...)
	if got, errs := names(ndb(h)); errs != "" || len(got) != 1 || got[0] != "new" {
		t.Errorf("Packages() = %q, %s, want new", got, errs)
	}
}

func TestHostileFiles(t *testing.T) {
	t.Parallel()
	number := func(n ...uint32) string {
		var b []byte
		for _, n := range n {
			b = binary.BigEndian.AppendUint32(b, n)
		}
		return string(b)
	}
	strs := func(tag uint32, s ...string) tagged {
		return tagged{tag, 8, uint32(len(s)), strings.Join(s, "\x00") + "\x00"}
	}
	long := "/" + strings.Repeat("d/", 2100)
	for _, row := range []struct {
		name    string
		entries []tagged
		want    string
		err     string
	}{
		{"none", nil, "", ""},
		{"two", []tagged{strs(1117, "a", "b"), strs(1118, "/x/", "/y/"), {1116, 4, 2, number(1, 0)}}, "y/a x/b", ""},
		{"not clean", []tagged{strs(1117, "a", "b", ".."), strs(1118, "/../../x//./", "y/"), {1116, 4, 3, number(0, 1, 1)}}, "x/a y/b", ""},
		{"whole paths", []tagged{strs(1027, "/x/a", "/b")}, "x/a b", ""},
		{"a ghost and a directory", []tagged{strs(1027, "/a", "/b", "/c"), {1037, 4, 3, number(0, 64, 1)}, {1030, 3, 3, "\x81\xed\x81\xed\x41\xed"}}, "a", ""},
		{"fewer flags", []tagged{strs(1027, "/a", "/b"), {1037, 4, 1, number(0)}}, "a b", ""},
		{"no indexes", []tagged{strs(1117, "a"), strs(1118, "/x/")}, "", "a list of files whose parts differ in length"},
		{"no directories", []tagged{strs(1117, "a"), {1116, 4, 1, number(0)}}, "", `file "a": directory 0, of 0`},
		{"a directory beyond", []tagged{strs(1117, "a", "b"), strs(1118, "/x/"), {1116, 4, 2, number(0, 0xffffffff)}}, "x/a", `file "b": directory 4294967295, of 1`},
		{"more directories", []tagged{strs(1117, "a"), strs(1118, "/x/", "/y/"), {1116, 4, 1, number(0)}}, "", "a list of files whose parts differ in length"},
		{"4 G of names", []tagged{{1117, 8, 0xffffffff, "a\x00"}}, "", "tag 1117: 4294967295 strings in"},
		{"more names than data", []tagged{{1027, 8, 9, "/a\x00"}}, "a a 1 2", "tag 1027: a string without end"},
		{"4 G of indexes", []tagged{strs(1117, "a"), {1116, 4, 0xffffffff, number(0)}}, "", "tag 1116: 4294967295 numbers in"},
		{"a long path", []tagged{strs(1117, "a"), strs(1118, long), {1116, 4, 1, number(0)}}, "", "limit reached: file \"a\": a path of 4202 bytes, of 4096"},
		{"names of numbers", []tagged{{1117, 4, 1, number(0)}}, "", "tag 1117: type 4 where strings belong"},
		{"flags of text", []tagged{strs(1027, "/a"), text(1037, "x")}, "", "tag 1037: type 6, not 4"},
	} {
		db := ndb(header(append(row.entries, nvr("a")...)...))
		for p, err := range rpmdb.Packages(bytes.NewReader(db), int64(len(db))) {
			if err != nil {
				t.Errorf("%s: Packages() = %v", row.name, err)
				continue
			}
			var got []string
			text := ""
			for name, err := range p.Files() {
				if err != nil {
					text = err.Error()
					continue
				}
				got = append(got, name)
			}
			if strings.Join(got, " ") != row.want || !strings.Contains(text, row.err) || (text == "") != (row.err == "") {
				t.Errorf("%s: Files() = %q, %s, want %s, %s", row.name, got, text, row.want, row.err)
			}
		}
	}
}

// TestHostile holds databases that were altered at one place to losing what
// lies there, and to saying so.
func TestHostile(t *testing.T) {
	t.Parallel()
	all := fixtures(t)
	all["page 512"] = gunzip(t, "../../testdata/rpm/page512.sqlite.gz")
	little, big := binary.LittleEndian, binary.BigEndian
	// sum makes the first blob's checksum right again.
	sum := func(b []byte) {
		size := int(little.Uint32(b[44:])) * 16
		little.PutUint32(b[4096+size-12:], adler32.Checksum(b[4096:4096+size-12]))
	}
	const hash = 4096 // the page with a Berkeley database's entries
	for _, row := range []struct {
		name    string
		fixture string
		change  func(b []byte)
		want    int // packages that are left
		err     string
	}{
		{"slots of 2^32 pages", "ndb", func(b []byte) { little.PutUint32(b[12:], 0xffffffff) }, 0, "ndb: 4294967295 pages of slots"},
		{"no slots", "ndb", func(b []byte) { little.PutUint32(b[12:], 0) }, 0, "ndb: 0 pages of slots"},
		{"slots where blobs are", "ndb", func(b []byte) { little.PutUint32(b[12:], 2) }, 2, "slots without their magic"},
		{"a version to come", "ndb", func(b []byte) { b[4] = 1 }, 0, "ndb: version 1"},
		{"a slot without magic", "ndb", func(b []byte) { b[32] = 'x' }, 3, "ndb: page 0: 1 slots without their magic"},
		{"a blob beyond the file", "ndb", func(b []byte) { little.PutUint32(b[40:], 0xffffffff) }, 3, "ndb: package number 1: a blob of"},
		{"a blob of 64 GB", "ndb", func(b []byte) { little.PutUint32(b[44:], 0xffffffff) }, 3, "ndb: package number 1: a blob of 68719476720 bytes"},
		{"a blob in the slots", "ndb", func(b []byte) { little.PutUint32(b[40:], 4) }, 3, "ndb: package number 1: a blob of"},
		{"an empty blob", "ndb", func(b []byte) { little.PutUint32(b[44:], 0) }, 3, "ndb: package number 1: a blob whose head or tail"},
		{"another's blob", "ndb", func(b []byte) { b[36] = 9 }, 3, "ndb: package number 9: a blob whose head or tail"},
		{"a blob that says 4 GB", "ndb", func(b []byte) { little.PutUint32(b[4096+12:], 0xffffffff) }, 3, "ndb: package number 1: a blob whose head or tail"},
		{"a bit of a blob", "ndb", func(b []byte) { b[4096+500] ^= 4 }, 3, "ndb: package number 1: a blob with another checksum"},
		{"a header of 4 GB", "ndb", func(b []byte) {
			big.PutUint32(b[4096+16+4:], 0xffffffff)
			sum(b)
		}, 3, "ndb: package number 1: limit reached: a header of"},

		{"a version to come", "berkeley, big", func(b []byte) { b[19] = 99 }, 0, "berkeley: a hash of version 99"},
		{"pages of 4 GB", "berkeley, big", func(b []byte) { big.PutUint32(b[20:], 0xffffffff) }, 0, "berkeley: pages of 4294967295 bytes"},
		{"pages of no bytes", "berkeley, big", func(b []byte) { big.PutUint32(b[20:], 0) }, 0, "berkeley: pages of 0 bytes"},
		{"odd pages", "berkeley, big", func(b []byte) { big.PutUint32(b[20:], 4097) }, 0, "berkeley: pages of 4097 bytes"},
		{"encrypted", "berkeley, big", func(b []byte) { b[24] = 1 }, 0, "berkeley: an encrypted database"},
		{"with checksums", "berkeley, big", func(b []byte) { b[26] = 1 }, 0, "berkeley: flags 0x1"},
		{"a tree", "berkeley, big", func(b []byte) { b[25] = 9 }, 0, "berkeley: kind 9 of the first page"},
		{"pages that are not there", "berkeley, big", func(b []byte) { big.PutUint32(b[32:], 0xffffffff) }, 4, "it is cut short"},
		{"a page of no kind", "berkeley, big", func(b []byte) { b[hash+25] = 77 }, 0, "berkeley: page 1: kind 77"},
		{"another page's number", "berkeley, big", func(b []byte) { b[hash+11] = 2 }, 0, "berkeley: page 1: says that it is page 2"},
		{"an odd number of entries", "berkeley, big", func(b []byte) { b[hash+21]-- }, 0, "berkeley: page 1: 9 entries"},
		{"65535 entries", "berkeley, big", func(b []byte) { big.PutUint16(b[hash+20:], 65534) }, 0, "berkeley: page 1: 65534 entries"},
		{"an entry beyond the page", "berkeley, big", func(b []byte) { big.PutUint16(b[hash+26+4:], 60000) }, 0, "berkeley: page 1: entry 2 at offset 60000"},
		{"entries that overlap", "berkeley, big", func(b []byte) { copy(b[hash+26+6:hash+26+8], b[hash+26+4:]) }, 0, "berkeley: page 1: entry 2 at offset"},
		{"an entry in the list", "berkeley, big", func(b []byte) { big.PutUint16(b[hash+26+6:], 27) }, 0, "berkeley: page 1: entry 2 at offset"},
		{"a key of another kind", "berkeley, big", func(b []byte) { b[4096+int(big.Uint16(b[hash+26+4:]))] = 2 }, 3, "a key that is not the number of a package"},
		{"a value of another kind", "berkeley, big", func(b []byte) { b[4096+int(big.Uint16(b[hash+26+6:]))] = 4 }, 3, "kind 4 of a value of 12 bytes"},
		{"a chain of 4 GB", "berkeley, big", func(b []byte) { big.PutUint32(b[4096+int(big.Uint16(b[hash+26+6:]))+8:], 0xffffffff) }, 3, "a header of 4294967295 bytes, in a file of"},
		{"a chain from nowhere", "berkeley, big", func(b []byte) { big.PutUint32(b[4096+int(big.Uint16(b[hash+26+6:]))+4:], 0xffffffff) }, 3, "overflow: page 4294967295, of"},
		{"a chain that ends early", "berkeley, big", func(b []byte) { big.PutUint32(b[4096+int(big.Uint16(b[hash+26+6:]))+8:], 9000) }, 3, "overflow: page 0, of"},
		{"a chain from a page of entries", "berkeley, big", func(b []byte) { big.PutUint32(b[4096+int(big.Uint16(b[hash+26+6:]))+4:], 1) }, 3, "overflow: page 1: kind 13"},
		{"a chain in a circle", "berkeley, small pages", func(b []byte) { little.PutUint32(b[2*512+16:], 2) }, 3, "overflow: page 2: used a second time"},
		{"an empty link", "berkeley, small pages", func(b []byte) { little.PutUint16(b[2*512+22:], 0) }, 3, "overflow: page 2: kind 7, 0 bytes"},
		{"a link of more than a page", "berkeley, small pages", func(b []byte) { little.PutUint16(b[2*512+22:], 60000) }, 3, "overflow: page 2: kind 7, 60000 bytes"},

		{"pages of 3 bytes", "sqlite by rpm", func(b []byte) { b[16], b[17] = 0, 3 }, 0, "sqlite: pages of 3 bytes"},
		{"pages of 0 bytes", "sqlite by rpm", func(b []byte) { b[16], b[17] = 0, 0 }, 0, "sqlite: pages of 0 bytes"},
		{"nothing but reserved", "sqlite by rpm", func(b []byte) { b[16], b[17], b[20] = 2, 0, 255 }, 0, "sqlite: pages of 512 bytes, with 255 reserved"},
		{"other fractions", "sqlite by rpm", func(b []byte) { b[21] = 65 }, 0, "sqlite: payload fractions"},
		{"a format to come", "sqlite by rpm", func(b []byte) { b[19] = 3 }, 0, "sqlite: a format of version 3"},
		{"UTF-16", "sqlite by rpm", func(b []byte) { b[59] = 2 }, 0, "sqlite: text in encoding 2"},
		{"no schema", "sqlite by rpm", func(b []byte) { b[100] = 0 }, 0, "sqlite: find the table Packages: sqlite: page 1: kind 0"},
		{"no such table", "sqlite by rpm", func(b []byte) { copy(b, bytes.ReplaceAll(b, []byte("Packages"), []byte("Luggage!"))) }, 0, "sqlite: no table Packages"},
		{"a tree in a circle", "page 512", func(b []byte) { big.PutUint32(b[root(b, 512)+8:], uint32(root(b, 512)/512+1)) }, -1, "used a second time"},
		{"a tree beyond the file", "page 512", func(b []byte) { big.PutUint32(b[root(b, 512)+8:], 0xffffffff) }, -1, "sqlite: page 4294967295, of"},
		{"a root of no kind", "page 512", func(b []byte) { b[root(b, 512)] = 10 }, 0, "kind 10 where a table's page belongs"},
		{"65535 cells", "page 512", func(b []byte) { big.PutUint16(b[root(b, 512)+3:], 65535) }, 0, "65535 cells on a page of 512 bytes"},
	} {
		db := bytes.Clone(all[row.fixture])
		row.change(db)
		got, errs := names(db)
		if row.want >= 0 && len(got) != row.want || !strings.Contains(errs, row.err) {
			t.Errorf("%s: %s: Packages() = %q, %s, want %d, %s", row.fixture, row.name, got, errs, row.want, row.err)
		}
	}
}

// root is the offset of the first page of the table of packages, by its name in
// the schema: the byte before the text of its SQL.
func root(b []byte, size int) int {
	at := bytes.Index(b, []byte("PackagesPackages"))
	return (int(b[at+len("PackagesPackages")]) - 1) * size
}

// TestLarge holds files that are large, or say so, to being refused before
// anything is read or taken.
func TestLarge(t *testing.T) {
	t.Parallel()
	for name, db := range fixtures(t) {
		for _, err := range rpmdb.Packages(zeros{db}, 1<<40) {
			if !errors.Is(err, rpmdb.ErrLimit) {
				t.Errorf("%s: Packages(1 TB) = %v, want a limit", name, err)
			}
		}
	}
	lead := append(binary.BigEndian.AppendUint32(nil, 0xedabeedb), make([]byte, 92)...)
	for _, intro := range []string{"\x00\x00\x00\x01\xff\xff\xff\xff", "\xff\xff\xff\xff\x00\x00\x00\x01", "\xff\xff\xff\xff\xff\xff\xff\xff"} {
		head := append(append(bytes.Clone(lead), headerMagic...), intro...)
		if _, err := rpmdb.Archive(zeros{head}, 1<<40); !errors.Is(err, rpmdb.ErrLimit) {
			t.Errorf("Archive(header of %x) = %v, want a limit", intro, err)
		}
	}
	if _, err := rpmdb.Archive(zeros{lead}, 1<<40); err == nil {
		t.Error("Archive(zeros) = no error")
	}
}

// TestErrorsAreBounded holds a database that is broken throughout to a bounded
// number of errors.
func TestErrorsAreBounded(t *testing.T) {
	t.Parallel()
	db := make([]byte, 4096*4096)
	copy(db, "RpmP")
	binary.LittleEndian.PutUint32(db[12:], 4096)
	n := 0
	var last error
	for _, err := range rpmdb.Packages(bytes.NewReader(db), int64(len(db))) {
		n++
		last = err
	}
	if n != 1001 || !errors.Is(last, rpmdb.ErrLimit) {
		t.Errorf("Packages() yields %d errors, the last %v, want 1001 and a limit", n, last)
	}
}

// TestNotADatabase holds other files to one error.
func TestNotADatabase(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "x", strings.Repeat("\x00", 10000), "SQLite format 2\x00" + strings.Repeat("x", 4000), "SQLite format 3\x00", "RpmP"} {
		got, errs := read([]byte(content))
		if len(got) != 0 || len(errs) != 1 {
			t.Errorf("Packages(%.20q) = %q, %v, want one error", content, got, errs)
		}
	}
	boom := errors.New("boom")
	for _, err := range rpmdb.Packages(readerAt{iotest.ErrReader(boom)}, 5000) {
		if !errors.Is(err, boom) {
			t.Errorf("Packages() = %v, want the reader's error", err)
		}
	}
}

type readerAt struct{ io.Reader }

func (r readerAt) ReadAt(b []byte, _ int64) (int, error) { return r.Read(b) }

func TestPending(t *testing.T) {
	t.Parallel()
	log := func(salt string, frames ...string) string {
		head := binary.BigEndian.AppendUint32(nil, 0x377f0683)
		for _, n := range []uint32{3007000, 512, 0} {
			head = binary.BigEndian.AppendUint32(head, n)
		}
		head = append(append(head, salt...), "checksum"...)
		for _, f := range frames { // page, size of the database, salt, checksum
			head = append(append(append(head, f...), "checksum"...), make([]byte, 512)...)
		}
		return string(head)
	}
	const page, commit = "\x00\x00\x00\x02\x00\x00\x00\x00", "\x00\x00\x00\x02\x00\x00\x00\x09"
	for _, row := range []struct {
		name, log string
		want      bool
		err       string
	}{
		{"empty", "", false, ""},
		{"part of a header", log("saltsalt")[:20], false, ""},
		{"a header", log("saltsalt"), false, ""},
		{"a frame that is no whole one", log("saltsalt", commit+"saltsalt")[:500], false, ""},
		{"frames of an earlier use", log("saltsalt", commit+"pepperrr"), false, ""},
		{"a transaction without its end", log("saltsalt", page+"saltsalt", page+"saltsalt"), false, ""},
		{"one whose end is of an earlier use", log("saltsalt", page+"saltsalt", commit+"pepperrr"), false, ""},
		{"a transaction", log("saltsalt", page+"saltsalt", commit+"saltsalt"), true, ""},
		{"something else", strings.Repeat("x", 600), false, "not a write-ahead log of SQLite"},
		{"pages of 0 bytes", strings.Replace(log("saltsalt", commit+"saltsalt"), "\x00\x00\x02\x00", "\x00\x00\x00\x00", 1), false, "pages of 0 bytes"},
	} {
		got, err := rpmdb.Pending(strings.NewReader(row.log), int64(len(row.log)))
		if got != row.want || (err != nil) != (row.err != "") || err != nil && err.Error() != row.err {
			t.Errorf("%s: Pending() = %t, %v, want %t, %s", row.name, got, err, row.want, row.err)
		}
	}
	if _, err := rpmdb.Pending(strings.NewReader("7"), 4000); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Pending(cut) = %v, want an unexpected EOF", err)
	}
}

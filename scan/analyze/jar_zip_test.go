package analyze

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"testing"
)

// FuzzZip holds the reader of directories to archive/zip: what that reads of a
// member, this does, at the same place.
func FuzzZip(f *testing.F) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"a/", "a/b.txt", "empty"} {
		out, err := w.Create(name)
		if err == nil && name == "a/b.txt" {
			_, err = out.Write(bytes.Repeat([]byte("text"), 100))
		}
		if err != nil {
			f.Fatal(err)
		}
	}
	if err := w.SetComment("comment"); err != nil {
		f.Fatal(err)
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(append([]byte("#!/bin/sh\n"), b.Bytes()...))
	f.Add(wideZip())
	f.Fuzz(func(t *testing.T, content []byte) {
		r, size := bytes.NewReader(content), int64(len(content))
		var list []zipMember
		end, err := findZipEnd(r, size)
		if err == nil {
			err = zipMembers(r, end, func(name []byte, m zipMember) error {
				m.name = string(name)
				list = append(list, m)
				return nil
			})
		}
		other, otherErr := zip.NewReader(r, size)
		if err != nil || otherErr != nil {
			return
		}
		if len(other.File) != len(list) {
			// It reads on where the directory's size says that it ends.
			if len(list) > len(other.File) {
				t.Errorf("zipMembers() = %d members, archive/zip has %d", len(list), len(other.File))
			}
			return
		}
		inflater := inflater{total: 1 << 20}
		for i, m := range list {
			want := other.File[i]
			if m.name != want.Name || m.method != want.Method || m.size != int64(want.UncompressedSize64) || m.packed != int64(want.CompressedSize64) {
				t.Errorf("zipMembers()[%d] = %+v, archive/zip has %+v", i, m, want.FileHeader)
			}
			got, err := inflater.small(r, size, &m, 1<<16)
			if err != nil {
				continue
			}
			in, err := want.Open()
			if err != nil {
				t.Errorf("small(%q) = no error, archive/zip has %v", m.name, err)
				continue
			}
			content, err := io.ReadAll(in)
			if err == nil && !bytes.Equal(content, got) {
				t.Errorf("small(%q) = %q, archive/zip has %q", m.name, got, content)
			}
		}
	})
}

// wideZip is an archive whose numbers are all in 64-bit fields.
func wideZip() []byte {
	local := append([]byte("PK\x03\x04"), make([]byte, 26)...)
	local[26] = 1
	content := append(local, "nhello"...)
	record := append([]byte("PK\x01\x02"), make([]byte, 42)...)
	for _, at := range []int{20, 24, 42} {
		copy(record[at:], "\xff\xff\xff\xff")
	}
	copy(record[16:], "\x86\xa6\x10\x36") // the checksum of hello
	record[28], record[30] = 1, 28
	record = append(record, "n\x01\x00\x18\x00"...)
	record = append(record, 5, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	wide := append([]byte("PK\x06\x06\x2c"), make([]byte, 51)...)
	wide[32] = 1
	wide[40] = byte(len(record))
	wide[48] = byte(len(content))
	locator := append([]byte("PK\x06\x07"), make([]byte, 16)...)
	locator[8], locator[16] = byte(len(content)+len(record)), 1
	end := append([]byte("PK\x05\x06"), make([]byte, 18)...)
	copy(end[8:], bytes.Repeat([]byte{0xff}, 12))
	return slices.Concat(content, record, wide, locator, end)
}

func TestWideZip(t *testing.T) {
	t.Parallel()
	content := wideZip()
	r, size := bytes.NewReader(content), int64(len(content))
	end, err := findZipEnd(r, size)
	if err != nil {
		t.Fatalf("findZipEnd() = %v", err)
	}
	seen := 0
	err = zipMembers(r, end, func(name []byte, m zipMember) error {
		seen++
		inflater := inflater{total: 10}
		text, err := inflater.small(r, size, &m, 10)
		if string(name) != "n" || string(text) != "hello" || err != nil {
			t.Errorf("zipMembers() has %q, %q, %v, want n with hello", name, text, err)
		}
		return nil
	})
	if seen != 1 || err != nil {
		t.Errorf("zipMembers() = %d members, %v, want 1", seen, err)
	}
}

func TestOSGiVersion(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"": "0.0.0", "1": "1.0.0", "1.2": "1.2.0", "1.2.3": "1.2.3", "1.2.3.Final": "1.2.3.Final",
		"31.1-jre": "31.1.0.jre", "1.2.3-rc.1": "1.2.3.rc_1", "1.": "1.0.0", "x": "0.0.0", "1.2.3.4": "1.2.3.4", "1-2": "1.0.0.2",
	} {
		if got := osgiVersion(version); got != want {
			t.Errorf("osgiVersion(%q) = %q, want %q", version, got, want)
		}
	}
}

func TestPOMProperties(t *testing.T) {
	t.Parallel()
	whole := coordinates{"g", "a", "1"}
	for _, row := range []struct {
		text string
		want coordinates
		err  string
	}{
		{"groupId=g\nartifactId=a\nversion=1\n", whole, ""},
		{"groupId=g\r\nartifactId=a\r\nversion=1", whole, ""},
		{"groupId=g\rartifactId=a\rversion=1\r", whole, ""},
		{"# x\n! y\n\n \t groupId = g \nartifactId:a\nversion 1\n", whole, ""},
		{"groupId=g\nartifactId=\\\n   a\nversion=\\u0031\n", whole, ""},
		{"groupId=x\ngroupId=g\nartifactId=a\nversion=1\n", whole, ""},
		{"groupI\\d=g\nartifactId=a\nversion=1\\", whole, ""},
		{"groupId=g\nartifactId=a\nversion=1\\=2\n", coordinates{"g", "a", "1=2"}, ""},
		{"groupId=g\nartifactId=a\nversion=\\u00zz\n", coordinates{"g", "a", "u00zz"}, ""},
		{"groupId\nartifactId=a\nversion=1\n", coordinates{"", "a", "1"}, "no groupId"},
		{"groupId=g\nversion=1\n", coordinates{"g", "", "1"}, "no artifactId"},
		{"groupId=g\nartifactId=a\n", coordinates{"g", "a", ""}, "no version"},
		{"groupId=g\nartifactId=a\nversion=@v@\n", coordinates{"g", "a", "@v@"}, `a variable that was not replaced: "@v@"`},
		{"groupId=g h\nartifactId=a\nversion=1\n", coordinates{"g h", "a", "1"}, `coordinates that no package has: "g h"`},
		{"groupId=g\xff\nartifactId=a\nversion=1\n", coordinates{"g\xff", "a", "1"}, `coordinates that no package has: "g\xff"`},
	} {
		got, err := parsePOMProperties([]byte(row.text))
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got != row.want || text != row.err {
			t.Errorf("parsePOMProperties(%q) = %q, %v, want %q, %s", row.text, got, err, row.want, row.err)
		}
	}
}

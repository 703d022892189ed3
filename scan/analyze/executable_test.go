package analyze

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"runtime"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A sparse file is head, zeros, and tail.
type sparse struct {
	head, tail []byte
	size       int64
}

func (s sparse) ReadAt(b []byte, offset int64) (int, error) {
	if offset >= s.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), s.size-offset))
	b = b[:n]
	clear(b)
	if offset < int64(len(s.head)) {
		copy(b, s.head[offset:])
	}
	if start := s.size - int64(len(s.tail)); offset+int64(n) > start {
		from := max(0, offset-start)
		copy(b[max(0, start-offset):], s.tail[from:])
	}
	return n, nil
}

func (s sparse) file(seekable bool) *artifact.File {
	e := artifact.Entry{Path: "usr/bin/large", Kind: artifact.KindRegular, Mode: 0o755, Size: s.size}
	r := io.NewSectionReader(s, 0, s.size)
	f := artifact.NewFile(e, r)
	if !seekable {
		f = artifact.NewFile(e, struct{ io.Reader }{r})
	}
	f.Bind(context.Background(), 32<<20, artifact.NewMemory(32<<20))
	return f
}

// elfHead is the header of a little-endian 64-bit ELF file with one data
// segment, which all of size is in.
func elfHead(size int64, sections, sectionsNum, namesIndex uint64) []byte {
	b := make([]byte, 64+56)
	copy(b, "\x7fELF\x02\x01\x01")
	le := binary.LittleEndian
	le.PutUint16(b[16:], 2)
	le.PutUint16(b[18:], 62)
	le.PutUint64(b[32:], 64)
	le.PutUint64(b[40:], sections)
	le.PutUint16(b[54:], 56)
	le.PutUint16(b[56:], 1)
	le.PutUint16(b[58:], 64)
	le.PutUint16(b[60:], uint16(sectionsNum))
	le.PutUint16(b[62:], uint16(namesIndex))
	p := b[64:]
	le.PutUint32(p, segmentLoad)
	le.PutUint32(p[4:], segmentWritable)
	le.PutUint64(p[16:], 0x400000)
	le.PutUint64(p[32:], uint64(size))
	le.PutUint64(p[40:], uint64(size))
	return b
}

// elfTail is a table of sections for the end of a file of size: one section
// that is called name, and names.
func elfTail(size int64, name string) (tail []byte, sections uint64) {
	le := binary.LittleEndian
	names := "\x00" + name + "\x00"
	tail = append([]byte(names), make([]byte, 3*64)...)
	start := uint64(size) - uint64(len(tail))
	table := tail[len(names):]
	le.PutUint32(table[64:], 1)
	le.PutUint32(table[64+4:], 1)
	le.PutUint64(table[64+24:], 4096)
	le.PutUint64(table[64+32:], 4096)
	le.PutUint32(table[128+4:], 3)
	le.PutUint64(table[128+24:], start)
	le.PutUint64(table[128+32:], uint64(len(names)))
	return tail, start + uint64(len(names))
}

const sparseSize = 2 << 30

func sparseELF(name string) sparse {
	tail, sections := elfTail(sparseSize, name)
	return sparse{head: elfHead(sparseSize, sections, 3, 2), tail: tail, size: sparseSize}
}

// TestSparse holds both analyzers to bounded memory for files of 2 GiB that have
// next to nothing in them.
func TestSparse(t *testing.T) {
	if testing.Short() {
		t.Skip("reads much")
	}
	note := elfHead(sparseSize, 0, 0, 0)
	fat := append([]byte("\xca\xfe\xba\xbe\x00\x00\x00\x01"), make([]byte, 20)...)
	for _, row := range []struct {
		name             string
		file             sparse
		goSeek, goStream string // a part of the error; empty: none
		rustSeek         string
		rustStream       string
	}{
		{"magic of ELF", sparse{head: []byte("\x7fELF"), size: sparseSize}, "class 0", "class 0", "class 0", "class 0"},
		{"magic of PE", sparse{head: []byte("MZ"), size: sparseSize}, "", "", "", ""},
		{"magic of Mach-O", sparse{head: []byte("\xcf\xfa\xed\xfe"), size: sparseSize}, "", "", "", ""},
		{"magic of universal Mach-O", sparse{head: fat, size: sparseSize}, "Mach-O header", "limit", "Mach-O header", "limit"},
		{"no sections", sparse{head: note, size: sparseSize}, "", "limit", "", ""},
		{"another section", sparseELF(".text"), "", "", "", ""},
		{"Go's section", sparseELF(sectionGo), "", "limit", "", ""},
		{"Rust's section", sparseELF(sectionRust), "", "", "zlib", "limit"},
		{"sections beyond the end", sparse{head: elfHead(sparseSize, 3<<30, 3, 2), size: sparseSize}, "unexpected EOF", "unexpected EOF", "unexpected EOF", "unexpected EOF"},
		{"sections in the middle", sparse{head: elfHead(sparseSize, 1<<30, 3, 2), size: sparseSize}, "", "limit", "", "limit"},
		{"sections without number", sparse{head: elfHead(sparseSize, 1<<30, 0, 2), size: sparseSize}, "", "limit", "", "limit"},
	} {
		for _, c := range []struct {
			a        artifact.Analyzer
			seekable bool
			want     string
		}{
			{GoBinary, true, row.goSeek}, {GoBinary, false, row.goStream},
			{RustBinary, true, row.rustSeek}, {RustBinary, false, row.rustStream},
		} {
			f := row.file.file(c.seekable)
			var err error
			var facts artifact.Facts
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			facts, err = c.a.Analyze(t.Context(), f)
			runtime.ReadMemStats(&after)
			f.Release()
			bytes := after.TotalAlloc - before.TotalAlloc
			if !facts.Empty() || (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s, seekable %t: %s.Analyze() = %+v, %v, want error %q", row.name, c.seekable, c.a.Name(), facts, err, c.want)
			}
			if bytes > 8<<20 {
				t.Errorf("%s, seekable %t: %s.Analyze() takes %d bytes", row.name, c.seekable, c.a.Name(), bytes)
			}
		}
	}
}

// TestTailIsShared holds one file to being ruled out by both analyzers, though
// its content goes by once.
func TestTailIsShared(t *testing.T) {
	t.Parallel()
	tail, sections := elfTail(200<<20, ".text")
	f := sparse{head: elfHead(200<<20, sections, 3, 2), tail: tail, size: 200 << 20}.file(false)
	for _, a := range []artifact.Analyzer{GoBinary, RustBinary, GoBinary} {
		if facts, err := a.Analyze(t.Context(), f); err != nil || !facts.Empty() {
			t.Errorf("%s.Analyze() = %+v, %v, want nothing", a.Name(), facts, err)
		}
	}
}

func TestExecutablePatterns(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		path string
		mode fs.FileMode
		want bool
	}{
		{"usr/bin/ship", 0o755, true},
		{"usr/bin/ship", 0o644, false},
		{"ship.exe", 0o644, true},
		{"opt/SHIP.EXE", 0o600, true},
	} {
		for _, a := range []artifact.Analyzer{GoBinary, RustBinary} {
			if got := analyzetest.Wants(a, row.path, row.mode); got != row.want {
				t.Errorf("Wants(%s, %s, %v) = %t, want %t", a.Name(), row.path, row.mode, got, row.want)
			}
			for _, p := range a.Patterns() {
				if p.Magic != "" && formatOf([]byte(p.Magic+"\x00\x00\x00\x00\x00\x00\x00\x01")) == formatNone {
					t.Errorf("%s has a pattern of magic %q, which is no format", a.Name(), p.Magic)
				}
			}
		}
	}
}

// TestBrokenExecutables holds both analyzers to an error, and no panic, for an
// executable that is cut anywhere in its headers, and nothing for other files.
func TestBrokenExecutables(t *testing.T) {
	t.Parallel()
	list := testSection{sectionRust, deflated(crateList)}
	for name, content := range map[string][]byte{
		"ELF":    makeELF(binary.LittleEndian, true, list),
		"Mach-O": makeMacho(list),
		"fat":    universal(makeMacho(list)),
	} {
		for n := 8; n < len(content); n += 1 + n/50 {
			facts, err := RustBinary.Analyze(t.Context(), analyzetest.Stream("ship", content[:n]))
			if err == nil {
				t.Errorf("%s, %d bytes of %d: Analyze() = %+v and no error", name, n, len(content), facts)
			}
			GoBinary.Analyze(t.Context(), analyzetest.Stream("ship", content[:n]))
		}
	}
	for name, content := range map[string]string{
		"empty.exe":          "",
		"text.exe":           "#!/bin/sh\necho ahoy\n",
		"MZ alone":           "MZ",
		"a program of DOS":   "MZ" + strings.Repeat("\x90", 500),
		"a class of Java":    "\xca\xfe\xba\xbe\x00\x00\x00\x34" + strings.Repeat("\x01", 500),
		"four bytes of ELF":  "\x7fELF",
		"an archive of ar":   "!<arch>\n",
		"text that is short": "\xfe\xed",
	} {
		for _, a := range []artifact.Analyzer{GoBinary, RustBinary} {
			if facts, err := a.Analyze(t.Context(), analyzetest.Stream("x", []byte(content))); err != nil || !facts.Empty() {
				t.Errorf("%s: %s.Analyze() = %+v, %v, want nothing", name, a.Name(), facts, err)
			}
		}
	}
}

func TestUnreadableExecutable(t *testing.T) {
	t.Parallel()
	for _, have := range []string{"", "\x7fELF", string(elfHead(100, 0, 0, 0)), strings.Repeat("\x7fELF", 2000)} {
		e := artifact.Entry{Path: "ship", Kind: artifact.KindRegular, Mode: 0o755, Size: 10_000}
		for _, a := range []artifact.Analyzer{GoBinary, RustBinary} {
			f := artifact.NewFile(e, struct{ io.Reader }{strings.NewReader(have)})
			if facts, err := a.Analyze(t.Context(), f); !facts.Empty() || err == nil || len(have) < 4096 && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s.Analyze(%d bytes of %d) = %+v, %v, want an unexpected EOF", a.Name(), len(have), e.Size, facts, err)
			}
		}
	}
}

// TestHeadOfC holds the judgement of heads to ruling out C programs and
// libraries that have no thread-local variables.
func TestHeadOfC(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"main.c"}, {"-s", "main.c"}, {"-no-pie", "main.c"}, {"-shared", "-fPIC", "main.c"}, {"-O2", "-Wl,--build-id=none", "main.c"},
	} {
		content := buildC(t, map[string]string{"main.c": "int main(void) { return 0; }\n"}, args...)
		v, err := judgeHead(content[:4096])
		if err != nil || v.golang != ruledOut && (v != headVerdict{}) {
			t.Errorf("judgeHead(gcc %q) = %+v, %v", args, v, err)
		}
		if machine := binary.LittleEndian.Uint16(content[18:]); machine == elfMachineAMD64 && v.golang != ruledOut {
			t.Errorf("judgeHead(gcc %q) = %+v, want it ruled out", args, v)
		}
		f := artifact.NewFile(artifact.Entry{Path: "a.out", Kind: artifact.KindRegular, Size: int64(len(content))}, struct{ io.Reader }{bytes.NewReader(content)})
		f.Bind(t.Context(), 4096, nil) // read no further
		for _, a := range []artifact.Analyzer{GoBinary, RustBinary} {
			if facts, err := a.Analyze(t.Context(), f); err != nil || !facts.Empty() {
				t.Errorf("%s.Analyze(gcc %q) = %+v, %v, want nothing", a.Name(), args, facts, err)
			}
		}
	}
}

func BenchmarkJudgeC(b *testing.B) {
	head := make([]byte, 4096)
	copy(head, elfHead(1<<20, 4096, 3, 2))
	binary.LittleEndian.PutUint16(head[56:], 2)
	binary.LittleEndian.PutUint32(head[64+56:], segmentEhFrame)
	f := analyzetest.Executable("usr/bin/cc", head)
	b.ReportAllocs()
	for b.Loop() {
		if facts, err := GoBinary.Analyze(b.Context(), f); err != nil || !facts.Empty() {
			b.Fatal(facts, err)
		}
	}
}

// TestJudgeAllocates holds the judgement of a head to allocating nothing.
func TestJudgeAllocates(t *testing.T) {
	head := make([]byte, 4096)
	copy(head, elfHead(1<<20, 4096, 3, 2))
	if n := testing.AllocsPerRun(100, func() { judgeHead(head) }); n != 0 {
		t.Errorf("judgeHead() allocates %v times, want 0", n)
	}
}

// FuzzExecutable holds both analyzers to what every analyzer promises, and
// GoBinary to finding what debug/buildinfo finds.
func FuzzExecutable(f *testing.F) {
	list := testSection{sectionRust, deflated(crateList)}
	f.Add(makeELF(binary.LittleEndian, true, list))
	f.Add(makeELF(binary.BigEndian, false, list))
	f.Add(makePE(list))
	f.Add(makeMacho(list))
	f.Add(universal(makeMacho(list)))
	f.Add(elfHead(100, 0, 0, 0))
	f.Add(goELF("go1.22.3", "path\texample.org/ship\nmod\texample.org/ship\tv1.0.0\t\ndep\texample.org/hull\tv1.2.0\th1:x=\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, a := range []artifact.Analyzer{GoBinary, RustBinary} {
			facts, err := a.Analyze(t.Context(), analyzetest.Stream("x", content))
			for _, c := range facts.Components {
				if c.Type == "" || c.Name == "" || c.SourceName != c.Name {
					t.Errorf("%s: Analyze(%q) has the component %+v, want type, name and source", a.Name(), content, c)
				}
			}
			again, err2 := a.Analyze(t.Context(), analyzetest.Executable("x", content))
			if (err == nil) != (err2 == nil) || strings.Join(exeLines(facts), "\n") != strings.Join(exeLines(again), "\n") {
				t.Errorf("%s: Analyze(%q) = %q, %v as a stream, but %q, %v", a.Name(), content, exeLines(facts), err, exeLines(again), err2)
			}
			if a == GoBinary && err == nil && facts.Empty() {
				if info, err := buildinfo.Read(bytes.NewReader(content)); err == nil && info.GoVersion != "" {
					t.Errorf("Analyze(%q) = nothing, but debug/buildinfo finds %v", content, info)
				}
			}
		}
	})
}

// goELF is an ELF file with build information in its data segment.
func goELF(version, modules string) []byte {
	frame := strings.Repeat("x", frameSize)
	modules = frame + modules + frame
	data := append([]byte(goMagic), 8, 2)
	data = append(data, make([]byte, goHeaderSize-len(data))...)
	for _, s := range []string{version, modules} {
		data = append(binary.AppendUvarint(data, uint64(len(s))), s...)
	}
	head := elfHead(int64(128+len(data)), 0, 0, 0)
	return append(append(head, make([]byte, 128-len(head))...), data...)
}

func TestGoELF(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ version, modules, want, err string }{
		{"go1.22.3", "mod\ta\tv1.0.0\t\n", "golang a v1.0.0 root|golang stdlib v1.22.3 direct", ""},
		{"go1.22.3", "mod\ta\t(devel)\t\n", "golang a  root|golang stdlib v1.22.3 direct", ""},
		{"go1.22.3", "mod\ta\tv0.0.0-20240102030405-0123456789ab\t\nbuild\t-ldflags=\"-X main.version=v3\"\n", "golang a v3 root|golang stdlib v1.22.3 direct", ""},
		{"go1.22.3", "mod\ta\tv0.0.0-20240102030405-0123456789ab\t\n", "golang a v0.0.0-20240102030405-0123456789ab root|golang stdlib v1.22.3 direct", ""},
		{"go1.22.3", "mod\ta\tv1.2.4-0.20240102030405-0123456789ab\t\nbuild\t-ldflags=\"-X main.version=v3\"\n", "golang a v1.2.4-0.20240102030405-0123456789ab root|golang stdlib v1.22.3 direct", ""},
		{"go1.22.3", "path\tcommand-line-arguments\ndep\tb\tv1.0.0\th\ndep\tb\tv1.0.0\th\ndep\t\t(devel)\t\n", "golang stdlib v1.22.3 direct|golang b v1.0.0 unknown", ""},
		{"go1.22.3", "dep\tb\tv1.0.0\t\n=>\tc\tv2.0.0\th\ndep\td\tv1.0.0\t\n=>\t./d\t(devel)\t\ndep\te\tv1.0.0\t\n=>\t./e\t\t\n", "golang stdlib v1.22.3 direct|golang c v2.0.0 unknown|golang d  unknown|golang e  unknown", ""},
		{"go1.22.3", "dep\tb\n", "golang stdlib v1.22.3 direct", "expected 2 or 3 columns"},
		{"go1.22.3", "", "golang stdlib v1.22.3 direct", ""},
		{"", "mod\ta\tv1.0.0\t\n", "", ""},
	} {
		facts, err := GoBinary.Analyze(t.Context(), analyzetest.Stream("ship", goELF(row.version, row.modules)))
		if got := strings.Join(exeLines(facts), "|"); got != row.want || (err == nil) != (row.err == "") || err != nil && !strings.Contains(err.Error(), row.err) {
			t.Errorf("Analyze(%s, %q) = %q, %v, want %q, %s", row.version, row.modules, got, err, row.want, row.err)
		}
	}
	// Lengths that are not true.
	content := goELF("go1.22.3", "mod\ta\tv1.0.0\t\n")
	at := bytes.Index(content, []byte("go1.22.3")) - 1
	for _, length := range []uint64{1 << 10, 5 << 20, 1 << 40, 1<<64 - 1} {
		long := append(binary.AppendUvarint(bytes.Clone(content[:at]), length), content[at+1:]...)
		if facts, err := GoBinary.Analyze(t.Context(), analyzetest.Stream("ship", long)); !facts.Empty() || err != nil {
			t.Errorf("Analyze() with a version of %d bytes = %q, %v, want nothing", length, exeLines(facts), err)
		}
	}
}

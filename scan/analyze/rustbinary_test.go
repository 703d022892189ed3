package analyze

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// deflated is text as cargo-auditable stores it.
func deflated(text string) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.Bytes()
}

// A testSection is a section of a made-up executable.
type testSection struct {
	name    string
	content []byte
}

// makeELF makes an ELF file with sections and no segments.
func makeELF(order binary.ByteOrder, wide bool, sections ...testSection) []byte {
	headerSize, entrySize := 52, 40
	if wide {
		headerSize, entrySize = 64, 64
	}
	names := []byte{0}
	body := make([]byte, headerSize)
	entries := make([]byte, entrySize) // the first is empty
	add := func(name string, kind uint32, content []byte) {
		entry := make([]byte, entrySize)
		order.PutUint32(entry, uint32(len(names)))
		order.PutUint32(entry[4:], kind)
		if wide {
			order.PutUint64(entry[24:], uint64(len(body)))
			order.PutUint64(entry[32:], uint64(len(content)))
		} else {
			order.PutUint32(entry[16:], uint32(len(body)))
			order.PutUint32(entry[20:], uint32(len(content)))
		}
		body = append(body, content...)
		entries = append(entries, entry...)
	}
	for _, s := range sections {
		add(s.name, 1, s.content)
		names = append(names, s.name+"\x00"...)
	}
	own := ".shstrtab\x00"
	all := append(append([]byte{}, names...), own...)
	add(own, 3, all)
	copy(body, "\x7fELF\x01\x01\x01")
	if wide {
		body[4] = 2
	}
	if order == binary.BigEndian {
		body[5] = 2
	}
	order.PutUint16(body[16:], 2)
	order.PutUint16(body[18:], 62)
	rest := body[40:]
	if wide {
		order.PutUint64(body[40:], uint64(len(body)))
		rest = body[52:]
	} else {
		order.PutUint32(body[32:], uint32(len(body)))
	}
	order.PutUint16(rest[6:], uint16(entrySize))
	order.PutUint16(rest[8:], uint16(len(sections)+2))
	order.PutUint16(rest[10:], uint16(len(sections)+1))
	return append(body, entries...)
}

// makePE makes a 64-bit PE file.
func makePE(sections ...testSection) []byte {
	const optional = 112
	b := make([]byte, 128+24+optional+40*len(sections))
	copy(b, "MZ")
	binary.LittleEndian.PutUint32(b[0x3c:], 128)
	coff := b[128:]
	copy(coff, "PE\x00\x00\x64\x86")
	binary.LittleEndian.PutUint16(coff[6:], uint16(len(sections)))
	binary.LittleEndian.PutUint16(coff[20:], optional)
	binary.LittleEndian.PutUint16(coff[24:], 0x20b)
	for i, s := range sections {
		entry := b[128+24+optional+40*i:]
		copy(entry[:8], s.name)
		binary.LittleEndian.PutUint32(entry[8:], uint32(len(s.content)))
		binary.LittleEndian.PutUint32(entry[12:], 0x1000)
		stored := append(bytes.Clone(s.content), make([]byte, 100)...) // padded
		binary.LittleEndian.PutUint32(entry[16:], uint32(len(stored)))
		binary.LittleEndian.PutUint32(entry[20:], uint32(len(b)))
		binary.LittleEndian.PutUint32(entry[36:], 0x40000040)
		b = append(b, stored...)
	}
	return b
}

// makeMacho makes a 64-bit Mach-O image with one segment.
func makeMacho(sections ...testSection) []byte {
	le := binary.LittleEndian
	size := 72 + 80*len(sections)
	b := make([]byte, 32+size)
	le.PutUint32(b, 0xfeedfacf)
	le.PutUint32(b[12:], 2)
	le.PutUint32(b[16:], 1)
	le.PutUint32(b[20:], uint32(size))
	le.PutUint32(b[32:], machoSegment64)
	le.PutUint32(b[36:], uint32(size))
	copy(b[40:], "__DATA")
	le.PutUint32(b[32+64:], uint32(len(sections)))
	for i, s := range sections {
		entry := b[32+72+80*i:]
		copy(entry, s.name)
		copy(entry[16:], "__DATA")
		le.PutUint64(entry[40:], uint64(len(s.content)))
		le.PutUint32(entry[48:], uint32(len(b)))
		b = append(b, s.content...)
	}
	return b
}

const crateList = `{"packages":[
	{"name":"anchor","version":"1.0.0","source":"crates.io","dependencies":[1]},
	{"name":"chain","version":"2.0.0","source":"crates.io","kind":"runtime"},
	{"name":"rigger","version":"0.1.0","source":"crates.io","kind":"build","dependencies":[1]},
	{"name":"ship","version":"0.2.0","source":"local","dependencies":[0,2],"root":true}],"format":1}`

func crateLines() []string {
	return []string{
		"cargo anchor 1.0.0 direct needs chain@2.0.0",
		"cargo chain 2.0.0 indirect",
		"cargo rigger 0.1.0 direct dev needs chain@2.0.0",
		"cargo ship 0.2.0 root needs anchor@1.0.0 rigger@0.1.0",
	}
}

func TestRustBinary(t *testing.T) {
	t.Parallel()
	list := testSection{sectionRust, deflated(crateList)}
	padding := testSection{".rodata", make([]byte, 9000)}
	for name, content := range map[string][]byte{
		"ELF":                     makeELF(binary.LittleEndian, true, padding, list),
		"ELF, 32-bit":             makeELF(binary.LittleEndian, false, list, padding),
		"ELF, big-endian":         makeELF(binary.BigEndian, true, list),
		"ELF, big-endian, 32-bit": makeELF(binary.BigEndian, false, padding, padding, list),
		"PE":                      makePE(padding, list),
		"Mach-O":                  makeMacho(list, padding),
		"Mach-O, universal":       universal(makeMacho(padding, list), makeMacho(list)),
	} {
		for _, f := range []*artifact.File{analyzetest.Executable("usr/bin/ship", content), analyzetest.Stream("usr/bin/ship", content)} {
			facts, err := RustBinary.Analyze(t.Context(), f)
			if diff := cmp.Diff(crateLines(), exeLines(facts)); diff != "" || err != nil {
				t.Errorf("%s: Analyze() = %v: -want +got\n%s", name, err, diff)
			}
		}
		if facts, err := GoBinary.Analyze(t.Context(), analyzetest.Stream("usr/bin/ship", content)); err != nil || !facts.Empty() {
			t.Errorf("%s: GoBinary.Analyze() = %+v, %v, want nothing", name, facts, err)
		}
	}
}

// TestRustBinaryOfCargo builds programs that hold a list, as cargo-auditable
// does, with the real compiler.
func TestRustBinaryOfCargo(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("cargo"); err != nil || testing.Short() {
		t.Skip("no cargo: ", err)
	}
	dir := t.TempDir()
	name := sectionRust
	if runtime.GOOS == "darwin" {
		name = "__DATA," + sectionRust
	}
	list := deflated(crateList)
	writeFile(t, filepath.Join(dir, "Cargo.toml"), "[package]\nname = \"ship\"\nversion = \"0.2.0\"\nedition = \"2021\"\n")
	writeFile(t, filepath.Join(dir, "src", "main.rs"), fmt.Sprintf(
		"#[used]\n#[link_section = %q]\nstatic LIST: [u8; %d] = *include_bytes!(\"list\");\n\nfn main() { println!(\"ahoy\"); }\n", name, len(list)))
	writeFile(t, filepath.Join(dir, "src", "list"), string(list))
	builds := map[string][]string{"debug": {"build", "--offline"}}
	if os.Getenv("CI") != "" { // the linker goes over the whole library
		builds["release"] = []string{"build", "--offline", "--release", "--config", "profile.release.strip=true", "--config", "profile.release.lto=true", "--config", `profile.release.panic="abort"`}
	}
	for profile, args := range builds {
		cmd := exec.Command("cargo", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("cargo %q: %v\n%s", args, err, out)
		}
		content, err := os.ReadFile(filepath.Join(dir, "target", profile, "ship"))
		if err != nil {
			t.Fatal(err)
		}
		facts, err := RustBinary.Analyze(t.Context(), analyzetest.Stream("usr/bin/ship", content))
		if diff := cmp.Diff(crateLines(), exeLines(facts)); diff != "" || err != nil {
			t.Errorf("%s: Analyze() = %v: -want +got\n%s", profile, err, diff)
		}
	}
}

func TestRustBinaryLists(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		section []byte
		want    []string
		err     string // after the path; empty: none
	}{
		{"no crates", deflated(`{"packages":[]}`), nil, ""},
		{"no list", deflated(`{}`), nil, ""},
		{"one crate twice", deflated(`{"packages":[{"name":"a","version":"1","kind":"build"},{"name":"a","version":"1"}]}`), []string{"cargo a 1 indirect"}, ""},
		{"a cycle", deflated(`{"packages":[{"name":"a","version":"1","dependencies":[0,1]},{"name":"b","version":"1","dependencies":[0]}]}`),
			[]string{"cargo a 1 indirect needs a@1 b@1", "cargo b 1 indirect needs a@1"}, ""},
		{"no name, no version", deflated(`{"packages":[{"version":"1"},{"name":"a"},{"name":"b","version":"1","dependencies":[0,1]}]}`),
			[]string{"cargo b 1 indirect"}, `section .dep-v0: crate 0: "": no name; crate 1: "a": no version`},
		{"an index beyond", deflated(`{"packages":[{"name":"a","version":"1","dependencies":[1,-1]}]}`), []string{"cargo a 1 indirect"},
			`section .dep-v0: crate 0: "a": a dependency that is not in the list; crate 0: "a": a dependency that is not in the list`},
		{"not compressed", []byte(`{"packages":[]}`), nil, "section .dep-v0: zlib: invalid header"},
		{"cut short", deflated(crateList)[:50], nil, "section .dep-v0: unexpected EOF"},
		{"empty", nil, nil, "section .dep-v0: unexpected EOF"},
		{"not JSON", deflated("packages"), nil, "section .dep-v0: invalid character 'p' looking for beginning of value"},
		{"wrong type", deflated(`{"packages":7}`), nil, "section .dep-v0: json: cannot unmarshal number into Go struct field .Packages of type []analyze.crate"},
		{"a bomb", deflated(strings.Repeat(" ", 9<<20)), nil, "section .dep-v0: limit reached: more than 8388608 bytes of JSON"},
		{"too large", make([]byte, 9<<20), nil, "section .dep-v0: limit reached: 9437184 bytes, of 8388608"},
		{"many crates", deflated(`{"packages":[{}` + strings.Repeat(",{}", 1<<16) + "]}"), nil, "section .dep-v0: limit reached: 65537 crates with 0 dependencies, of 65536 and 524288"},
	} {
		content := makeELF(binary.LittleEndian, true, testSection{sectionRust, row.section})
		facts, err := RustBinary.Analyze(t.Context(), analyzetest.Executable("ship", content))
		if diff := cmp.Diff(row.want, exeLines(facts)); diff != "" {
			t.Errorf("%s: Analyze(): -want +got\n%s", row.name, diff)
		}
		got := ""
		if err != nil {
			got = strings.TrimPrefix(err.Error(), "read ship: ")
		}
		if !strings.HasPrefix(got, row.err) || row.err == "" && got != "" {
			t.Errorf("%s: Analyze() error:\n got %s\nwant %s", row.name, got, row.err)
		}
		if strings.Contains(row.err, "limit") != errors.Is(err, artifact.ErrLimit) {
			t.Errorf("%s: Analyze() error %v matches ErrLimit: %t", row.name, err, errors.Is(err, artifact.ErrLimit))
		}
	}
}

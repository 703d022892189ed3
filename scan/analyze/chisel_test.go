package analyze_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

const wallPath = "var/lib/chisel/manifest.wall"

// zstdOf is text in a frame of zstd.
func zstdOf(tb testing.TB, text string, opts ...zstd.EOption) []byte {
	tb.Helper()
	w, err := zstd.NewWriter(nil, append([]zstd.EOption{zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest)}, opts...)...)
	if err != nil {
		tb.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll([]byte(text), nil)
}

// chiselWall is a manifest of those lines below its header.
func chiselWall(lines ...string) string {
	head := fmt.Sprintf(`{"jsonwall":"1.0","schema":"1.0","count":%d}`, len(lines)+1)
	return head + "\n" + strings.Join(append(lines, ""), "\n")
}

// renderOwned is render, and the files that packages own.
func renderOwned(facts artifact.Facts, err error) string {
	s := render(facts, nil)
	for _, p := range facts.Owned {
		s += "owns " + p + "\n"
	}
	return s + strings.TrimPrefix(render(artifact.Facts{}, err), "os")
}

func TestChiselGolden(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("testdata", "chisel")
	text, err := os.ReadFile(filepath.Join(dir, "manifest.txt"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join(dir, "manifest.golden"),
		renderOwned(analyze.Chisel.Analyze(t.Context(), newFile(wallPath, zstdOf(t, string(text))))))
}

func TestChisel(t *testing.T) {
	t.Parallel()
	const pkg = `{"kind":"package","name":"a","version":"1","sha256":"00","arch":"amd64"}`
	for _, row := range []struct {
		name  string
		text  string
		want  []string
		owned []string
		err   string // after "read var/lib/chisel/manifest.wall: "
	}{
		{"a header alone", chiselWall(), nil, nil, ""},
		{"a package", chiselWall(pkg), []string{"a 1 amd64 a 1"}, nil, ""},
		{"without a line feed", strings.TrimSuffix(chiselWall(pkg), "\n"), []string{"a 1 amd64 a 1"}, nil, ""},
		{"CRLF", strings.ReplaceAll(chiselWall(pkg), "\n", "\r\n"), []string{"a 1 amd64 a 1"}, nil, ""},
		{"fields in another order", chiselWall(`{"arch":"amd64","version":"1","name":"a","kind":"package"}`), []string{"a 1 amd64 a 1"}, nil, ""},
		{"later schemas of version 1", `{"jsonwall":"1.1","schema":"1.2","count":2}` + "\n" + pkg, []string{"a 1 amd64 a 1"}, nil, ""},
		{"kinds nobody knows", chiselWall(`{"kind":"slice","name":"a_b"}`, `{"kind":"content","slice":"a_b","path":"/x"}`, `{"kind":"?","name":"c","version":"1"}`), nil, nil, ""},
		{"paths", chiselWall(`{"kind":"path","path":"/usr/","mode":"0755"}`, `{"kind":"path","path":"/usr/a","mode":"0644"}`, `{"kind":"path","path":"/b","link":"usr/a"}`, `{"kind":"path","path":"/usr/../../c"}`, `{"kind":"path","path":"/"}`),
			nil, []string{"usr/a", "b", "c"}, ""},

		{"no path", chiselWall(`{"kind":"path"}`, `{"kind":"path","path":"usr/a"}`, pkg), []string{"a 1 amd64 a 1"}, nil,
			"line 2: not the path of a file; line 3: not the path of a file"},
		{"a long path", chiselWall(`{"kind":"path","path":"/` + strings.Repeat("x", 4096) + `"}`), nil, nil, "line 2: limit reached: a path of more than 4096 bytes"},
		{"no name", chiselWall(`{"kind":"package","version":"1"}`, pkg), []string{"a 1 amd64 a 1"}, nil, "line 2: no name"},
		{"no version", chiselWall(pkg, `{"kind":"package","name":"b"}`), []string{"a 1 amd64 a 1"}, nil, `line 3: package "b": no version`},
		{"a long version", chiselWall(pkg, `{"kind":"package","name":"b","version":"`+strings.Repeat("1", 4097)+`"}`), []string{"a 1 amd64 a 1"}, nil,
			`line 3: package "b": limit reached: a value of more than 4096 bytes`},
		{"another type", chiselWall(pkg, `{"kind":"package","name":7}`), []string{"a 1 amd64 a 1"}, nil,
			"line 3: json: cannot unmarshal number into Go struct field wallLine.name of type string"},
		{"no JSON", chiselWall("x", pkg), []string{"a 1 amd64 a 1"}, nil, "line 2: invalid character 'x' looking for beginning of value"},
		{"blank lines", chiselWall("", pkg), []string{"a 1 amd64 a 1"}, nil, "line 2: unexpected end of JSON input"},
		{"fewer lines", `{"jsonwall":"1.0","schema":"1.0","count":9}` + "\n" + pkg, []string{"a 1 amd64 a 1"}, nil, "after line 2: the end, where the header counts 9"},
		{"a long line", chiselWall(pkg, `{"kind":"`+strings.Repeat("x", 1<<20)+`"}`), []string{"a 1 amd64 a 1"}, nil, "after line 2: limit reached: more than 1048576 bytes in a line"},
		{"deep", chiselWall(pkg, `{"kind":`+strings.Repeat("[", 20_000)), []string{"a 1 amd64 a 1"}, nil, "line 3: invalid character '[' exceeded max depth"},

		{"empty", "", nil, nil, "after line 0: not the header of a manifest of version 1"},
		{"no header", pkg + "\n", nil, nil, "line 1: not the header of a manifest of version 1"},
		{"another version", `{"jsonwall":"2.0","schema":"1.0","count":1}`, nil, nil, "line 1: not the header of a manifest of version 1"},
		{"another schema", `{"jsonwall":"1.0","schema":"2.0","count":1}`, nil, nil, "line 1: not the header of a manifest of version 1"},
		{"binary", "\x00\xff", nil, nil, `line 1: invalid character '\x00' looking for beginning of value`},
	} {
		content := zstdOf(t, row.text)
		facts := checkOwned(t, analyze.Chisel, wallPath, content)
		_, err := analyze.Chisel.Analyze(t.Context(), newFile(wallPath, content))
		if diff := cmp.Diff(row.want, summary(facts)); diff != "" {
			t.Errorf("%s: Analyze(): -want +got\n%s", row.name, diff)
		}
		if diff := cmp.Diff(row.owned, facts.Owned); diff != "" {
			t.Errorf("%s: Analyze().Owned: -want +got\n%s", row.name, diff)
		}
		if got := strings.TrimPrefix(errorText(err), "read var/lib/chisel/manifest.wall: "); got != row.err {
			t.Errorf("%s: Analyze() error:\n got %s\nwant %s", row.name, got, row.err)
		}
	}
}

// TestChiselStored holds the analyzer to errors for what is no whole frame of
// zstd, or too much.
func TestChiselStored(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 5000 {
		many = append(many, fmt.Sprintf(`{"kind":"package","name":"a%d","version":"1","arch":"amd64"}`, i))
	}
	whole := zstdOf(t, chiselWall(many...))
	for _, row := range []struct {
		name    string
		content []byte
		is      error
	}{
		{"not compressed", []byte(chiselWall()), zstd.ErrMagicMismatch},
		{"cut", whole[:len(whole)/2], io.ErrUnexpectedEOF},
		{"cut in its header", whole[:5], io.ErrUnexpectedEOF},
		{"a bomb", zstdOf(t, chiselWall()+strings.Repeat("\n", 65<<20)), artifact.ErrLimit},
		{"a bomb of one line", zstdOf(t, chiselWall()+strings.Repeat(" ", 65<<20)), artifact.ErrLimit},
		{"a bomb of long lines", zstdOf(t, chiselWall()+strings.Repeat(strings.Repeat(" ", 1<<19)+"\n", 130)), artifact.ErrLimit},
		{"a wide window", zstdOf(t, strings.Repeat("x", 17<<20), zstd.WithWindowSize(16<<20), zstd.WithSingleSegment(false)), artifact.ErrLimit},
	} {
		facts, err := analyze.Chisel.Analyze(t.Context(), newFile(wallPath, row.content))
		if !errors.Is(err, row.is) || len(err.Error()) > 4000 {
			t.Errorf("%s: Analyze() = %d components, %.200v, want %v", row.name, len(facts.Components), err, row.is)
		}
	}
	large := artifact.NewFile(artifact.Entry{Path: wallPath, Kind: artifact.KindRegular, Size: 1 << 40}, strings.NewReader(""))
	if _, err := analyze.Chisel.Analyze(t.Context(), large); !errors.Is(err, artifact.ErrLimit) {
		t.Errorf("Analyze(1 TiB) = %v, want ErrLimit", err)
	}
}

func FuzzChisel(f *testing.F) {
	text, err := os.ReadFile(filepath.Join("testdata", "chisel", "manifest.txt"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text, true)
	f.Add(text[:len(text)/2], true)
	f.Add(zstdOf(f, string(text)), false)
	f.Fuzz(func(t *testing.T, content []byte, plain bool) {
		if plain {
			content = zstdOf(t, string(content))
		}
		checkOwned(t, analyze.Chisel, wallPath, content)
	})
}

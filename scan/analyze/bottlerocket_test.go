package analyze_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

const inventoryPath = "x86_64-bottlerocket-linux-gnu/sys-root/usr/share/bottlerocket/application-inventory.json"

func TestBottlerocketGolden(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("testdata", "bottlerocket")
	text, err := os.ReadFile(filepath.Join(dir, "inventory.json"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join(dir, "inventory.golden"),
		renderOwned(analyze.Bottlerocket.Analyze(t.Context(), newFile(inventoryPath, text))))
}

func TestBottlerocket(t *testing.T) {
	t.Parallel()
	const good = `{"Name": "a", "Version": "1", "Architecture": "x86_64"}`
	for _, row := range []struct {
		name string
		text string
		want []string
		err  string // after "read PATH: "
	}{
		{"nothing", `{"Content": []}`, nil, ""},
		{"null", `{"Content": null}`, nil, "line 1: <nil> where [ belongs"},
		{"a package", `{"Content": [` + good + `]}`, []string{"a 1 x86_64 a 1"}, ""},
		{"after a byte order mark", "\ufeff" + `{"Content": [` + good + `]}`, []string{"a 1 x86_64 a 1"}, ""},
		{"a release", `{"Content": [{"Name": "a", "Version": "1.2.3", "Release": "1234abc"}]}`, []string{"a 1.2.3-1234abc  a 1.2.3-1234abc"}, ""},
		{"a release within the version", `{"Content": [{"Name": "a", "Version": "1.2.3-1234abc"}]}`, []string{"a 1.2.3-1234abc  a 1.2.3-1234abc"}, ""},
		{"an epoch", `{"Content": [{"Name": "a", "Version": "1", "Release": "2", "Epoch": "3"}]}`, []string{"a 3:1-2  a 3:1-2"}, ""},
		{"an epoch of 0", `{"Content": [{"Name": "a", "Version": "1", "Release": "2", "Epoch": "0"}]}`, []string{"a 1-2  a 1-2"}, ""},
		{"twice", `{"Content": [` + good + `,` + good + `,{"Name": "a", "Version": "2"}]}`, []string{"a 1 x86_64 a 1", "a 2  a 2"}, ""},
		{"other members", `{"Schema": [[1]], "Content": [{"Name": "a", "Version": "1", "X": {"Y": []}}], "Z": 1}`, []string{"a 1  a 1"}, ""},

		{"no name", "{\"Content\": [\n" + good + ",\n{\"Version\": \"1\"}]}", []string{"a 1 x86_64 a 1"}, "line 3: no name"},
		{"no version", "{\"Content\": [\n{\"Name\": \"b\"},\n" + good + "]}", []string{"a 1 x86_64 a 1"}, `line 2: package "b": no version`},
		{"another type", "{\"Content\": [\n{\"Name\": \"b\", \"Version\": 1}, 7,\n" + good + "]}", []string{"a 1 x86_64 a 1"},
			`line 2: package "b": json: cannot unmarshal number into Go struct field .Version of type string; line 2: json: cannot unmarshal number into Go value of type struct { Name string; Version string; Release string; Epoch string; Architecture string; Publisher string }`},
		{"no Content", `{}`, nil, "line 1: no Content"},
		{"an array", `[]`, nil, "line 1: [ where { belongs"},
		{"cut", "{\"Content\": [\n" + good + ",\n{\"Na", nil, "line 3: unexpected EOF"},
		{"empty", "", nil, "line 1: unexpected EOF"},
		{"NUL", "\x00", nil, `line 1: invalid character '\x00' looking for beginning of value`},
		{"not UTF-8", "{\"Content\": [{\"Name\": \"a\xff\", \"Version\": \"1\"}]}", []string{"a\ufffd 1  a\ufffd 1"}, ""},
	} {
		facts := check(t, analyze.Bottlerocket, inventoryPath, []byte(row.text))
		_, err := analyze.Bottlerocket.Analyze(t.Context(), newFile(inventoryPath, []byte(row.text)))
		if diff := cmp.Diff(row.want, summary(facts)); diff != "" {
			t.Errorf("%s: Analyze(): -want +got\n%s", row.name, diff)
		}
		if got := strings.TrimPrefix(errorText(err), "read "+inventoryPath+": "); got != row.err {
			t.Errorf("%s: Analyze() error:\n got %s\nwant %s", row.name, got, row.err)
		}
		for _, c := range facts.Components {
			if c.Type != vuln.TypeBottlerocket {
				t.Errorf("%s: Analyze() has the type %s", row.name, c.Type)
			}
		}
	}
	deep := `{"Content": [` + strings.Repeat(`{"X":`, 20_000)
	if facts, err := analyze.Bottlerocket.Analyze(t.Context(), newFile(inventoryPath, []byte(deep))); err == nil || !facts.Empty() {
		t.Errorf("Analyze(deep) = %+v, %v, want an error", facts, err)
	}
	large := artifact.NewFile(artifact.Entry{Path: inventoryPath, Kind: artifact.KindRegular, Size: 16<<20 + 1}, strings.NewReader(""))
	if _, err := analyze.Bottlerocket.Analyze(t.Context(), large); !errors.Is(err, artifact.ErrLimit) {
		t.Errorf("Analyze(more than 16 MiB) = %v, want ErrLimit", err)
	}
	for path, want := range map[string]bool{
		inventoryPath: true,
		"usr/share/bottlerocket/application-inventory.json":     true,
		"srv/usr/share/bottlerocket/application-inventory.json": false,
	} {
		if got := analyzetest.Wants(analyze.Bottlerocket, path, 0o644); got != want {
			t.Errorf("wants %s: %v, want %v", path, got, want)
		}
	}
}

func FuzzBottlerocket(f *testing.F) {
	seed(f, "testdata/bottlerocket/*.json")
	f.Fuzz(func(t *testing.T, content []byte) {
		check(t, analyze.Bottlerocket, inventoryPath, content)
	})
}

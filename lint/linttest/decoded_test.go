package linttest_test

import (
	"path"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/linttest"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// logs decodes files in which each line is an instruction or a comment.
type logs struct{}

func (logs) Name() string            { return "logs" }
func (logs) Claims(name string) bool { return path.Ext(name) == ".log" }

func (logs) Decode(file *manifest.File, _ manifest.Limits) manifest.Bundle {
	d := &manifest.Dockerfile{File: file}
	pos := 0
	for line := range strings.Lines(string(file.Text)) {
		if word := strings.TrimSpace(line); word != "" && word[0] != '#' {
			d.Instructions = append(d.Instructions, &manifest.Instruction{Keyword: manifest.Word{Value: word}, Start: pos, End: pos + len(word)})
		}
		pos += len(line)
	}
	return manifest.Bundle{Objects: []*manifest.Object{manifest.NewDockerfile(d)}}
}

// noFire reports the lines that are FIRE, and makes them SMOKE.
func noFire() *lint.Rule {
	return &lint.Rule{Name: "no-fire", Kinds: []lint.Kind{lint.Dockerfile}, Run: func(p *lint.Pass) error {
		d := p.Object.Dockerfile()
		for _, i := range d.Instructions {
			if i.Keyword.Value == "FIRE" {
				p.ReportAt(d.Span(i.Start, i.End), "fire on board", lint.Fix{
					Message: "put it out",
					Edits:   []manifest.Edit{{File: d.File, Start: i.Start, End: i.End, Text: "SMOKE"}},
				})
			}
		}
		return nil
	}}
}

func TestRunDecoded(t *testing.T) {
	t.Parallel()
	const fixed = "-- fire.log.fixed --\nSAIL\n# want \"fire on board\"\nSMOKE\n"
	const ok = "-- ok.log --\nSAIL # want \"nothing\"\n"
	for _, row := range []struct {
		name, archive string
		want          []string
	}{
		{"strong", "-- fire.log --\nSAIL\n# want \"fire on board\"\nFIRE\n" + fixed + ok, nil},
		{
			"another line", "-- fire.log --\n# want \"fire on board\"\nSAIL\nFIRE\n-- fire.log.fixed --\n# want \"fire on board\"\nSAIL\nSMOKE\n" + ok,
			[]string{"fire.log:3: got diagnostic", "fire.log:2: got no diagnostic"},
		},
		{"nothing behind", "-- fire.log --\nSAIL\n# want \"fire\"\n" + ok, []string{"fire.log:2: no line behind what is wanted"}},
		{"a section for lines", "-- fire.log --\nSAIL\nFIRE\n-- fire.log.want --\n2: \"fire\"\n-- fire.log.fixed --\nSAIL\nSMOKE\n" + ok, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := runDecoded(t, row.archive)
			if len(got) != len(row.want) {
				t.Fatalf("failures %q, want %d", got, len(row.want))
			}
			for i, want := range row.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("failure %q, want %q in it", got[i], want)
				}
			}
		})
	}
}

func runDecoded(t *testing.T, archive string) []string {
	t.Helper()
	r := &recorder{TB: t}
	linttest.RunDecoded(r, []manifest.Decoder{logs{}}, noFire(), write(t, "f.txtar", archive))
	return r.failures
}

func ExampleRunDecoded() {
	var t printer // in a test, its *testing.T
	linttest.RunDecoded(t, []manifest.Decoder{logs{}}, noFire(), "testdata/no-fire.txtar")
	// Output:
}

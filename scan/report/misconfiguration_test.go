package report_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
)

// A misconfigured is the part of Trivy's report about manifests.
type misconfigured struct {
	Results []struct {
		Target, Class, Type string
		MisconfSummary      *struct{ Successes, Failures int }
		Misconfigurations   []struct {
			ID, Title, Resolution, PrimaryURL, Status string
			CauseMetadata                             struct {
				StartLine, EndLine int
				Code               struct {
					Lines []struct {
						Number                         int
						Content                        string
						IsCause, FirstCause, LastCause bool
						Truncated                      bool
					}
				}
			}
		}
	}
}

func misconfigurations(t *testing.T, f scan.Reporter, r *scan.Report) misconfigured {
	t.Helper()
	var m misconfigured
	if err := json.Unmarshal([]byte(render(t, f, r)), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestJSONMisconfigurations(t *testing.T) {
	t.Parallel()
	res := misconfigurations(t, report.JSON{Rules: brigRules()}, brig(t)).Results[0]
	if res.Target != "brig.yaml" || res.Class != "config" || res.Type != "kubernetes" {
		t.Errorf("result %q of class %q and type %q, want brig.yaml, config, kubernetes", res.Target, res.Class, res.Type)
	}
	if s := res.MisconfSummary; s == nil || s.Successes != 1 || s.Failures != 1 {
		t.Errorf("MisconfSummary = %+v, want 1 success and 1 failure", s)
	}
	m := res.Misconfigurations[0]
	if m.ID != "KSV-0017" || m.Title != "Container runs privileged" || m.Status != "FAIL" || m.Resolution == "" || m.PrimaryURL == "" {
		t.Errorf("misconfiguration %+v, want KSV-0017 with the texts of its rule", m)
	}
	c := m.CauseMetadata
	if c.StartLine != 10 || c.EndLine != 13 || len(c.Code.Lines) != 4 {
		t.Fatalf("cause at lines %d to %d with %d lines of code, want 10 to 13 with 4", c.StartLine, c.EndLine, len(c.Code.Lines))
	}
	first, last := c.Code.Lines[0], c.Code.Lines[3]
	if first.Number != 10 || first.Content != "        - name: crew" || !first.FirstCause || first.LastCause ||
		last.Number != 13 || last.Content != "            privileged: true" || !last.LastCause || !last.IsCause {
		t.Errorf("code from %+v to %+v, want the container", first, last)
	}

	bare := misconfigurations(t, report.JSON{}, brig(t)).Results[0]
	if m := bare.Misconfigurations[0]; m.ID != "no-privileged" || m.Title != "no-privileged" || bare.MisconfSummary.Successes != 0 {
		t.Errorf("without rules: misconfiguration %+v, want the rule's name", m)
	}
}

// A snippet is bounded, and a text that is not there is no code.
func TestJSONCode(t *testing.T) {
	t.Parallel()
	r := brig(t)
	long := &manifest.File{Path: "deploy/brig.yaml", Text: []byte(strings.Repeat("x: "+strings.Repeat("y", 1000)+"\r\n", 30))}
	r.Files = []*manifest.File{long}
	r.Diagnostics[0].Cause = manifest.Span{Start: long.Position(0), End: long.Position(len(long.Text))}
	c := misconfigurations(t, report.JSON{}, r).Results[0].Misconfigurations[0].CauseMetadata.Code
	if len(c.Lines) != 11 || !c.Lines[10].Truncated || c.Lines[9].Truncated || len(c.Lines[0].Content) > 500 || strings.Contains(c.Lines[0].Content, "\r") {
		t.Errorf("a snippet of 30 long lines has %d: %+v", len(c.Lines), c.Lines)
	}
	for name, files := range map[string][]*manifest.File{
		"no file": nil, "another text": {{Path: "deploy/brig.yaml", Text: []byte("short")}},
	} {
		r.Files = files
		if c := misconfigurations(t, report.JSON{}, r).Results[0].Misconfigurations[0].CauseMetadata.Code; len(c.Lines) != 0 {
			t.Errorf("%s: code %+v, want none", name, c)
		}
	}
}

// A diagnostic that answers several of Trivy's checks is one finding of each, and
// one that answers none has the name of its rule.
func TestJSONMisconfigurationChecks(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		aliases []string
		want    string
	}{
		{nil, "KSV-0017"}, // the rule's
		{[]string{"KSV-0003", "CKV_K8S_16", "KSV-0106"}, "KSV-0003 KSV-0106"},
		{[]string{"DS-0002"}, "DS-0002"},
		{[]string{}, "no-privileged"},
	} {
		r := brig(t)
		r.Diagnostics[0].Aliases = row.aliases
		res := misconfigurations(t, report.JSON{Rules: brigRules()}, r).Results[0]
		var ids []string
		for _, m := range res.Misconfigurations {
			ids = append(ids, m.ID)
		}
		if got := strings.Join(ids, " "); got != row.want || res.MisconfSummary.Failures != len(ids) {
			t.Errorf("a diagnostic with the aliases %q is %q and %d failures, want %q", row.aliases, got, res.MisconfSummary.Failures, row.want)
		}
	}
}

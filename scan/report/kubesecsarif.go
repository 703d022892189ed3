package report

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/plimsoll-go/plimsoll/internal/terminal"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/score"
)

// sarif writes what costs points as errors and warnings, and advice as notes, a result
// for each place, in SARIF 2.1.0.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
func (k Kubesec) sarif(r *scan.Report) ([]byte, error) {
	log, err := sarif.New(sarif.Version210)
	if err != nil {
		return nil, err
	}
	run := sarif.NewRunWithInformationURI("plimsoll", "https://github.com/plimsoll-go/plimsoll")
	run.WithColumnKind("unicodeCodePoints")
	log.AddRun(run)
	run.Tool.Driver.WithVersion(k.Version)
	run.AddInvocation(true).
		WithEndTimeUTC(r.Created.UTC()).
		WithWorkingDirectory(sarif.NewArtifactLocation().WithUri("file://" + filepath.ToSlash(k.Dir)))
	for i := range k.Rules {
		rule := &k.Rules[i]
		run.AddRule(rule.ID).
			WithDescription(rule.Reason).
			WithTextHelp(rule.Reason + ".\nKubesec looks at: " + rule.Selector).
			WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(scoreLevel(rule.Points))).
			WithProperties(sarif.Properties{"tags": []string{"security"}, "security-severity": scoreSeverity(rule.Points), "points": rule.Points})
	}
	run.Results = []*sarif.Result{}
	for i := range r.Scores {
		s := &r.Scores[i]
		for _, items := range [][]score.Item{s.Critical, s.Advise} {
			for _, item := range items {
				k.sarifResults(run, s, item)
			}
		}
	}
	var text bytes.Buffer
	err = log.Write(&text)
	return terminal.EscapeJSON(text.Bytes()), err
}

func (k Kubesec) sarifResults(run *sarif.Run, s *score.Result, item score.Item) {
	uri := func(path string) string { return pathURI(k.Dir, path) }
	fix := s.Fix(item.ID)
	for i, p := range item.Places {
		if p.Node == nil {
			continue
		}
		span := p.Node.Place()
		subject := s.Name
		if p.Container != "" {
			subject += ", container " + p.Container
		}
		location := sarif.NewLocation()
		location.PhysicalLocation = sarif.NewPhysicalLocation().
			WithArtifactLocation(sarif.NewArtifactLocation().WithUri(uri(span.Start.Path))).
			WithRegion(sarifRegion(span))
		result := sarif.NewRuleResult(item.ID).
			WithLevel(scoreLevel(item.Points)).
			WithMessage(sarif.NewTextMessage(fmt.Sprintf("%s: %s (%+d points)", subject, item.Reason, item.Points)))
		result.AddLocation(location)
		print := fingerprint(item.ID, uri(span.Start.Path), subject, p.Node.NamedPath())
		result.WithPartialFingerPrints(map[string]any{"plimsoll/v1": print})
		if i == 0 && fix.Refused == nil && len(fix.Edits) > 0 {
			result.AddFix(sarifFix(fix, uri)) // it mends the other places too
		}
		run.AddResult(result)
	}
}

// scoreLevel is the level that code hosts show for points.
func scoreLevel(points int) string {
	switch {
	case points <= -7:
		return "error"
	case points < 0:
		return "warning"
	}
	return "note"
}

// scoreSeverity is a number in the range that GitHub has for a severity, see
// [securitySeverity].
func scoreSeverity(points int) string {
	switch {
	case points <= -30:
		return "9.5"
	case points <= -7:
		return "8.0"
	case points < 0:
		return "5.5"
	}
	return "2.0"
}

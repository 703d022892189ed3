package scan

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

func namesOf(list []Analyzer) string {
	names := ""
	for _, a := range list {
		names += a.Name() + " "
	}
	return names
}

// Each kind of target is read with the analyzers that Trivy has for it.
func TestTargets(t *testing.T) {
	t.Parallel()
	own := []Analyzer{greedy{}}
	for _, tt := range []struct {
		kind artifact.TargetKind
		opts Options
		want []Analyzer
	}{
		{artifact.KindImage, Options{}, analyze.Image()},
		{artifact.KindRootfs, Options{}, analyze.Rootfs()},
		{artifact.KindFilesystem, Options{}, analyze.Filesystem()},
		{artifact.KindRepository, Options{}, analyze.Repository()},
		{"", Options{}, analyze.Image()},
		{artifact.KindRepository, Options{Everything: true}, analyze.Everything()},
		{artifact.KindRepository, Options{Everything: true, Analyzers: own}, own},
	} {
		if got, want := namesOf(tt.opts.analyzers(tt.kind)), namesOf(tt.want); got != want {
			t.Errorf("a %s with %+v is read with %s, want %s", tt.kind, tt.opts, got, want)
		}
	}
}

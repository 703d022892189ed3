package report

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/score"
)

// Kubesec writes the scores of a report as Kubesec does, so that programs which read
// its output can read this. Other findings are left out.
type Kubesec struct {
	Format KubesecFormat
	// Template is that of KubesecTemplate, as for package text/template. It is given
	// the results as Kubesec's templates are.
	Template string
	// Rules are those that ran: their texts are part of SARIF.
	Rules []score.Rule
	// Version is what SARIF names as that of the program.
	Version string
	// Exact leaves out of JSON what Kubesec does not write.
	Exact bool
	// Color marks points and verdicts of a table with colours.
	Color bool
	// Width is the most characters of a table's line; 0: any number.
	Width int
	// Dir is the working directory, an absolute path: SARIF names files from there.
	Dir string
}

// A KubesecFormat is one of Kubesec's formats, or SARIF.
type KubesecFormat string

// The formats there are. The zero value is JSON.
const (
	KubesecJSON     KubesecFormat = "json"
	KubesecTable    KubesecFormat = "table"
	KubesecTemplate KubesecFormat = "template"
	KubesecSARIF    KubesecFormat = "sarif" // 2.1.0
)

// Report implements [scan.Reporter].
func (k Kubesec) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	var text bytes.Buffer
	var err error
	switch k.Format {
	case KubesecTable:
		k.table(&text, r)
	case KubesecSARIF:
		var log []byte
		log, err = k.sarif(r)
		text.Write(log)
	case KubesecTemplate:
		err = k.template(&text, r)
	default:
		err = score.WriteJSON(&text, r.Scores, k.Exact)
	}
	if err != nil {
		return fmt.Errorf("encode scores of %s: %w", r.Target.Name, err)
	}
	return write(ctx, w, text.Bytes())
}

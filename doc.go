// Package plimsoll says what may safely go aboard a cluster: the known
// vulnerabilities inside an image, how hardened a manifest is, and which mistakes it
// holds.
//
// It holds no code. Start at package scan, whose Image does the whole job for an
// image; package vuln/store holds the advisories, and scan/report the output formats.
//
//	db, err := store.Default(ctx, store.Options{})
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//	rep, err := scan.Image(ctx, "nginx:1.27", scan.Options{Database: db})
//	if err != nil {
//		return err // no report: neither clean nor affected
//	}
//	return report.Table{}.Report(ctx, os.Stdout, rep)
//
// Manifests takes manifests, and judges them with rules and by a score:
//
//	rep, err := scan.Manifests(ctx, "deploy/", scan.Options{Matchers: []scan.Matcher{
//		scan.Lint(rules.All(), lint.Options{}),
//		scan.Score(score.Options{MinScore: 10}),
//	}})
//
// A scan has five stages, and each can be replaced or used alone:
//
//	Source    opens an image and streams its layers   scan/source
//	Analyzer  turns one file into facts               scan/analyze
//	Inspect   joins the layers into an inventory      scan
//	Matcher   judges the inventory                    scan, vuln, lint, score
//	Reporter  writes the report                       scan/report
//
// Packages vuln, lint and score work without scan: vuln matches packages against
// advisories, lint runs rules over the objects that manifest reads, score gives them
// points. Package vuln/version alone orders version strings.
package plimsoll

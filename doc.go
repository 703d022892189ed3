// Package plimsoll finds known vulnerabilities in container images.
//
// It holds no code. Start at package scan, whose Image does the whole job;
// package vuln/store holds the advisories, and scan/report the output formats.
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
// A scan has five stages, and each can be replaced or used alone:
//
//	Source    opens an image and streams its layers   scan/source
//	Analyzer  turns one file into facts               scan/analyze
//	Inspect   joins the layers into an inventory      scan
//	Matcher   judges the inventory                    scan, vuln
//	Reporter  writes the report                       scan/report
//
// Package vuln alone matches packages against advisories without an image, and
// vuln/version alone orders version strings.
package plimsoll

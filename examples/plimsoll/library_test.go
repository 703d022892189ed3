package main_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/manifest/dockerfile"
	"github.com/plimsoll-go/plimsoll/manifest/helm"
	"github.com/plimsoll-go/plimsoll/manifest/kustomize"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/score"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
	"github.com/plimsoll-go/plimsoll/vuln/store"
	"github.com/plimsoll-go/plimsoll/vuln/trivydb"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// The functions in this file are what README.md and the pages in docs show:
// TestSamples holds them to it.

const (
	alpine  = "../../testdata/images/alpine319.tar"
	harbour = "../../testdata/manifests/harbour.yaml"
)

func packages(ctx context.Context, image string) error {
	src, err := source.Parse(image, source.Options{})
	if err != nil {
		return err
	}
	inv, err := scan.Inspect(ctx, src, scan.Options{})
	if err != nil {
		return err
	}
	for _, c := range inv.Components {
		fmt.Println(c.Name, c.Version, "layer", c.Layer)
	}
	for _, p := range inv.Problems {
		fmt.Println(p) // what could not be read, and what it hides
	}
	return nil
}

func Example_packages() {
	if err := packages(context.Background(), alpine); err != nil {
		fmt.Println(err)
	}
	// Output:
	// alpine-baselayout 3.4.3-r2 layer 0
	// alpine-baselayout-data 3.4.3-r2 layer 0
	// alpine-keys 2.4-r1 layer 0
	// apk-tools 2.14.0-r5 layer 0
	// busybox 1.36.1-r15 layer 0
	// busybox-binsh 1.36.1-r15 layer 0
	// ca-certificates-bundle 20230506-r0 layer 0
	// libc-utils 0.7.2-r5 layer 0
	// libcrypto3 3.1.4-r5 layer 0
	// libexpat 2.6.2-r0 layer 1
	// libssl3 3.1.4-r5 layer 0
	// musl 1.2.4_git20230717-r4 layer 0
	// musl-utils 1.2.4_git20230717-r4 layer 0
	// openssl 3.1.4-r5 layer 1
	// scanelf 1.3.7-r2 layer 0
	// ssl_client 1.36.1-r15 layer 0
	// zlib 1.3.1-r0 layer 0
}

func manifests(ctx context.Context, path string) error {
	rep, err := scan.Manifests(ctx, path, scan.Options{
		Manifests: manifest.Options{
			Renderers: []manifest.Renderer{helm.Renderer{}, kustomize.Renderer{}},
			Decoders:  []manifest.Decoder{dockerfile.Decoder{}},
		},
		Matchers: []scan.Matcher{scan.Lint(rules.All(), lint.Options{}), scan.Score(score.Options{MinScore: 5})},
	})
	if err != nil {
		return err
	}
	verdict := scan.Gate{Diagnostics: severity.High, Scores: true}.Judge(rep)
	fmt.Println(strings.Join(verdict.Reasons, "\n"))
	return nil
}

func Example_manifests() {
	if err := manifests(context.Background(), harbour); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1 diagnostic of severity HIGH
	// 1 object has a score that is too low
}

func lintFile(ctx context.Context, path, config string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	cfg, err := lint.ReadConfig(".kube-linter.yaml", []byte(config))
	if err != nil {
		return err
	}
	run, err := cfg.Rules(rules.All(), rules.Templates(), false)
	if err != nil {
		return err
	}
	bundle := manifest.ReadFile(filepath.Base(path), text, manifest.Options{})
	result, err := lint.Run(ctx, bundle.Objects, run, lint.Options{})
	if err != nil {
		return err
	}
	for _, d := range result.Diagnostics {
		fmt.Printf("%s: %s: %s\n", d.Span.Start, d.Rule, d.Message)
	}
	return nil
}

func Example_lint() {
	config := "checks: {doNotAutoAddDefaults: true, include: [env-var-secret, dangling-service]}"
	if err := lintFile(context.Background(), harbour, config); err != nil {
		fmt.Println(err)
	}
	// Output:
	// harbour.yaml:19:17: env-var-secret: environment variable DB_SECRET in container "web" found
	// harbour.yaml:29:3: dangling-service: no pods found matching service labels (map[app:harbor])
}

func scoreText(name string, text []byte) {
	results, problems := score.Read(name, text, score.Options{MinScore: 5})
	for _, r := range results {
		fmt.Println(r.Name, r.Message(), r.Failed())
	}
	for _, p := range problems {
		fmt.Println(p)
	}
}

func Example_score() {
	text, err := os.ReadFile(harbour)
	if err != nil {
		fmt.Println(err)
	}
	scoreText("harbour.yaml", text)
	// Output:
	// Deployment/harbour.default Failed with a score of -6 points true
	// Service/harbour.default This resource kind is not supported by kubesec false
}

func versions(ecosystem, a, b string) error {
	scheme, err := version.ForEcosystem(ecosystem)
	if err != nil {
		return err
	}
	if err := errors.Join(scheme.Check(a), scheme.Check(b)); err != nil {
		return err
	}
	fmt.Println(scheme.Compare(a, b))
	return nil
}

func Example_versions() {
	if err := versions("Debian", "1.0~rc1", "1.0"); err != nil {
		fmt.Println(err)
	}
	// Output: -1
}

func database(ctx context.Context, where string) (vuln.Database, error) {
	switch where {
	case "network":
		return store.Default(ctx, store.Options{}) // fetches what a scan asks for
	case "cache":
		return store.Default(ctx, store.Options{SkipUpdate: true}) // offline: what is there, or an error
	default:
		return trivydb.Open(where) // Trivy's, read in place
	}
}

func Example_database() {
	_, err := database(context.Background(), filepath.Join("testdata", "trivy.db"))
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	db, err := database(context.Background(), "network")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(db.Info().Ecosystems)) // nothing has asked for any
	// Output:
	// true
	// 0
}

func htmlPage(ctx context.Context, file io.Writer, rep *scan.Report) error {
	gate := scan.Gate{Severity: severity.High, IgnoreUnfixed: true}
	err := report.HTML{Gate: &gate}.Report(ctx, file, rep)
	return err
}

func Example_htmlPage() {
	var text strings.Builder
	if err := htmlPage(context.Background(), &text, &scan.Report{}); err != nil {
		fmt.Println(err)
		return
	}
	first, _, _ := strings.Cut(text.String(), "\n")
	fmt.Println(first)
	// Output:
	// <!DOCTYPE html>
}

func workload(ctx context.Context, path string, db vuln.Database, images func(name string) (scan.Source, error)) error {
	w, err := scan.Workload(ctx, path, scan.WorkloadOptions{
		Options: scan.Options{Database: db, Matchers: []scan.Matcher{scan.Lint(rules.All(), lint.Options{}), scan.Score(score.Options{})}},
		Images:  images, // func(name string) (scan.Source, error); nil: their registries
	})
	if err != nil {
		return err
	}
	for _, e := range w.Exposures { // "fixed in 2.0, privileged, reachable through Service web and Ingress web"
		fmt.Println(e.Rank, e.Vulnerability.ID, e.Container, strings.Join(e.Reasons(), ", "))
	}
	if v := (scan.Gate{Severity: severity.High}).JudgeWorkload(w); v.Failed {
		return errors.New(strings.Join(v.Reasons, "; "))
	}
	return nil
}

func Example_workload() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	const advisory = "ALPINE-CVE-2024-45491.json"
	text, err := os.ReadFile(filepath.Join("../../testdata/advisories", advisory))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, advisory), text, 0o666)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	file := filepath.Join(dir, "advisories.db")
	if _, err := store.Build(ctx, file, []string{dir}, store.BuildOptions{}); err != nil {
		fmt.Println(err)
		return
	}
	db, err := store.Open(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	images := func(string) (scan.Source, error) { return source.Parse(alpine, source.Options{}) }
	fmt.Println(workload(ctx, harbour, db, images))
	// Output:
	// 1 CVE-2024-45491 apps/v1 Deployment harbour, container web fixed in 2.6.3-r0, may gain privileges, may change its root file system
	// image registry.example/harbour:latest: 1 vulnerability of severity CRITICAL; manifests: 1 diagnostic of severity HIGH
}

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/template"

	"golang.org/x/term"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
)

// A format is a word of --format.
type format struct {
	name string
	// make makes what writes it, to stdout or a file.
	make func(f *scanFlags, out destination) (scan.Reporter, error)
}

// A destination is what a format may ask of where it is written, and where from.
type destination struct {
	stdout io.Writer
	dir    string // the working directory
}

// formats are a row for each.
func formats() []format {
	return []format{
		{"table", tableFormat},
		{"json", func(f *scanFlags, _ destination) (scan.Reporter, error) {
			return report.JSON{NoPackages: f.packages.set && !f.packages.value, Rules: f.imageConfig.rules, Suppressed: f.suppress.show}, nil
		}},
		{"count", func(f *scanFlags, _ destination) (scan.Reporter, error) { return report.Count{Quiet: f.quiet}, nil }},
		{"plimsoll-json", func(*scanFlags, destination) (scan.Reporter, error) { return report.Plimsoll{}, nil }},
		{"sarif", func(f *scanFlags, out destination) (scan.Reporter, error) {
			return report.SARIF{Version: buildVersion(), Dir: out.dir, Rules: f.imageConfig.rules}, nil
		}},
		{"cyclonedx", func(*scanFlags, destination) (scan.Reporter, error) {
			return report.CycloneDX{Version: buildVersion()}, nil
		}},
		{"spdx", func(*scanFlags, destination) (scan.Reporter, error) {
			return report.SPDX{Version: buildVersion(), TagValue: true}, nil
		}},
		{"spdx-json", func(*scanFlags, destination) (scan.Reporter, error) { return report.SPDX{Version: buildVersion()}, nil }},
		{"junit", func(*scanFlags, destination) (scan.Reporter, error) { return report.JUnit{}, nil }},
		{"gitlab", func(*scanFlags, destination) (scan.Reporter, error) {
			return report.GitLab{Version: buildVersion()}, nil
		}},
		{"gitlab-codequality", func(_ *scanFlags, out destination) (scan.Reporter, error) {
			return report.GitLabCodeQuality{Dir: out.dir}, nil
		}},
		{"github", githubFormat},
		{"github-actions", func(_ *scanFlags, out destination) (scan.Reporter, error) {
			return report.GitHubActions{Dir: out.dir}, nil
		}},
		{"openvex", func(*scanFlags, destination) (scan.Reporter, error) { return report.OpenVEX{}, nil }},
		{"csv", func(*scanFlags, destination) (scan.Reporter, error) { return report.CSV{}, nil }},
		{"markdown", func(*scanFlags, destination) (scan.Reporter, error) { return report.Markdown{}, nil }},
		{"html", htmlFormat},
		{"template", templateFormat},
	}
}

// formatNames are the words, as in "table, json or count".
func formatNames() string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// reporter is the format that the flags ask for, as stdout can show it.
func (f *scanFlags) reporter(stdout io.Writer) (scan.Reporter, error) {
	if f.template != "" && f.format != "template" {
		return nil, fmt.Errorf("--template is given, but --format is %s", f.format)
	}
	if _, ok := tableOrders()[f.sort]; !ok {
		return nil, fmt.Errorf("--sort %q: want package, severity or epss", f.sort)
	}
	for _, known := range formats() {
		if known.name == f.format {
			dir, err := os.Getwd()
			if err != nil {
				return nil, fmt.Errorf("find the working directory: %w", err)
			}
			return known.make(f, destination{stdout, dir})
		}
	}
	return nil, fmt.Errorf("--format %q: want %s%s", f.format, formatNames(), didYouMean(f.format, scanFormatNames()))
}

// tableOrders are the words of --sort.
func tableOrders() map[string]report.Order {
	return map[string]report.Order{"": report.ByPackage, "package": report.ByPackage, "severity": report.BySeverity, "epss": report.ByEPSS}
}

func tableFormat(f *scanFlags, out destination) (scan.Reporter, error) {
	t := report.Table{Sort: tableOrders()[f.sort], Packages: f.packages.value, Suppressed: f.suppress.show, Rules: f.imageConfig.rules}
	if fd, ok := terminal(out.stdout); ok && f.output == "" {
		t.Color = os.Getenv("NO_COLOR") == "" // https://no-color.org/
		if width, _, err := term.GetSize(fd); err == nil {
			t.Width = width
		}
	}
	return t, nil
}

// htmlFormat says whether the gate, if there is one, passed.
func htmlFormat(f *scanFlags, _ destination) (scan.Reporter, error) {
	h := report.HTML{}
	if f.exitCode != 0 || f.exitOnEOL != 0 {
		gate := f.gate()
		h.Gate = &gate
	}
	return h, nil
}

// githubFormat is of the commit and the job that run, by what GitHub's runner says
// of them. https://docs.github.com/en/actions/reference/variables-reference
func githubFormat(_ *scanFlags, out destination) (scan.Reporter, error) {
	job := os.Getenv("GITHUB_WORKFLOW") + "_" + os.Getenv("GITHUB_JOB")
	if job == "_" {
		job = "plimsoll"
	}
	return report.GitHub{
		Version: buildVersion(), Commit: os.Getenv("GITHUB_SHA"), Ref: os.Getenv("GITHUB_REF"),
		Job: job, JobID: os.Getenv("GITHUB_RUN_ID"), Dir: out.dir,
	}, nil
}

// templateFormat reads the template of --template, which may read the environment.
func templateFormat(f *scanFlags, _ destination) (scan.Reporter, error) {
	if f.template == "" {
		return nil, errors.New("--format template: --template TEXT or --template @FILE is missing")
	}
	text := f.template
	if file, ok := strings.CutPrefix(text, "@"); ok {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("--template: %w", err)
		}
		text = string(content)
	}
	t, err := report.ParseTemplate(text, report.TemplateOptions{
		Version: buildVersion(), Funcs: template.FuncMap{"env": os.Getenv, "getEnv": os.Getenv},
	})
	if err != nil {
		return nil, fmt.Errorf("--template: %w", err)
	}
	return t, nil
}

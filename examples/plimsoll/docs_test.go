package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint/cel"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/lint/schema"
)

// TestDifferences holds docs/lint-differences.md, which -update rewrites, to what
// the rules say of themselves.
func TestDifferences(t *testing.T) {
	t.Parallel()
	all := slices.Concat(rules.Differences(), cel.Differences(), schema.Differences(), programDifferences())
	slices.SortStableFunc(all, func(a, b rules.Difference) int { return strings.Compare(a.Rule, b.Rule) })
	var b strings.Builder
	b.WriteString(`# Where the answer is not KubeLinter's

Plimsoll's rules have the names, defaults and messages of KubeLinter's checks. By default they give the right answer; with
` + "`--compat`" + `, or ` + "`lint.Options.Compat`" + `, they give KubeLinter's, where it is wrong too. This table has a row for each
difference. It is made from the rules by the tests of examples/plimsoll (` + "`go test -run TestDifferences -update`" + `).

| rule or template | KubeLinter, and compat mode | by default | why | upstream |
|---|---|---|---|---|
`)
	cell := func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "|", `\|`), "\n", " ") }
	for _, d := range all {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", d.Rule, cell(d.KubeLinter), cell(d.Plimsoll), cell(d.Reason), d.Issue)
		if d.KubeLinter == "" || d.Plimsoll == "" || d.Reason == "" {
			t.Errorf("%s: a difference is not told in full: %+v", d.Rule, d)
		}
	}
	holdDocument(t, "lint-differences.md", b.String())
}

// programDifferences are those of reading, selecting and reporting. The scripts of
// the lint command show both answers.
func programDifferences() []rules.Difference {
	const upstream = "https://github.com/stackrox/kube-linter/"
	return []rules.Difference{
		{
			Rule:       "(input)",
			KubeLinter: "drops a document that it cannot decode without a word, and exits with 0",
			Plimsoll:   "reports a problem with its position, and exits with 3 unless --ignore-problems is given",
			Reason:     "what was not looked at is not clean",
			Issue:      upstream + "issues/249",
		}, {
			Rule:       "(input)",
			KubeLinter: "drops an object with a field of another type, and a list with such an item",
			Plimsoll:   "reports a problem at the field, and runs the rules on the rest",
			Reason:     "one mistake should not hide the others",
		}, {
			Rule:       "(input)",
			KubeLinter: "drops typed lists, such as a PodList, and lists in lists",
			Plimsoll:   "reads their items",
			Reason:     "kubectl writes and reads them",
		}, {
			Rule:       "(input)",
			KubeLinter: "reads files called .json only when they are named",
			Plimsoll:   "reads them in directories too; what is no manifest is passed over",
			Reason:     "a manifest in JSON is a manifest",
		}, {
			Rule:       "(charts)",
			KubeLinter: "drops a chart that has no values.yaml",
			Plimsoll:   "renders it",
			Reason:     "helm does",
		}, {
			Rule:       "(kustomizations)",
			KubeLinter: "does not know the file name Kustomization",
			Plimsoll:   "does",
			Reason:     "kustomize does",
		}, {
			Rule:       "(ignorePaths)",
			KubeLinter: "reads the files of a directory that a pattern leaves out",
			Plimsoll:   "leaves out what is in it",
			Reason:     "that is what people mean",
			Issue:      upstream + "issues/575",
		}, {
			Rule:       "(annotations)",
			KubeLinter: `takes an annotation to ignore a check for "yes" whatever its value, and sees those of the object alone`,
			Plimsoll:   `"false" ignores nothing, any other value is the reason; annotations of the pod's template count too`,
			Reason:     "the value says what is meant",
			Issue:      upstream + "issues/1180",
		}, {
			Rule:       "(custom checks)",
			KubeLinter: "a check with the name of a built-in one is an error",
			Plimsoll:   "it changes the scope, texts and arguments of the built-in one",
			Reason:     "otherwise the defaults of a rule cannot be changed in place",
		}, {
			Rule:       "(kinds)",
			KubeLinter: "looks at policy/v1, networking.k8s.io/v1 and rbac.authorization.k8s.io/v1 alone, and not at workloads of extensions/v1beta1",
			Plimsoll:   "looks at every version of these kinds",
			Reason:     "a mistake is one in each version",
		}, {
			Rule:       "(namespaces)",
			KubeLinter: "compares namespaces as they are written",
			Plimsoll:   "no namespace is the namespace default",
			Reason:     "kubectl puts objects there",
		},
	}
}

// TestFormatsDocument holds docs/formats.md to the formats that there are, in their
// order.
func TestFormatsDocument(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "formats.md"))
	if err != nil {
		t.Fatal(err)
	}
	var listed, known []string
	for line := range strings.Lines(string(text)) {
		if name, _, ok := strings.Cut(strings.TrimPrefix(line, "| `"), "`"); ok && strings.HasPrefix(line, "| `") && name != "--format" {
			listed = append(listed, name)
		}
	}
	for _, f := range formats() {
		known = append(known, f.name)
	}
	if diff := cmp.Diff(known, listed); diff != "" {
		t.Errorf("docs/formats.md has other formats (-formats +document):\n%s", diff)
	}
}

package lint_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	made, err := labelTemplate().With(map[string]any{"KEY": "owner", "skip": []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	made.Name, made.Title, made.Doc, made.Remediation = "wants-owner", "owner wanted", "Ships have owners.\n", "Add the label."
	made.Severity, made.Default, made.URL = severity.High, true, "https://harbour.example/owner"
	made.Aliases, made.Groups = []string{"HBR-0001", "HBR-0002"}, []string{"harbour"}
	for _, test := range []struct {
		name      string
		rule      *lint.Rule
		templates []lint.Template
		want      string
	}{
		{"all there is", made, []lint.Template{labelTemplate()}, `wants-owner: owner wanted

Ships have owners.

Add the label.

Severity:   HIGH
Runs:       by default
Looks at:   Service, DeploymentLike
Aliases:    HBR-0001, HBR-0002
Groups:     harbour
Template:   wants-label
More:       https://harbour.example/owner

Parameters:
  key (string, required): the label
    here: "owner"
  mode (string, one of exact fold, default "exact"): how it is compared
  skip (array of strings): names of objects to pass over
    here: ["a"]
`},
		{"no template", &lint.Rule{Name: "a", Params: map[string]any{"y": 1, "x": "z"}}, nil, `a

Severity:   UNKNOWN
Runs:       where it is included
Looks at:   every Kubernetes object

Parameters:
  x: "z"
  y: 1
`},
	} {
		if diff := cmp.Diff(test.want, lint.Explain(test.rule, test.templates)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

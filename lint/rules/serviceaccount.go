package rules

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func serviceAccountRules() []*lint.Rule {
	const url = "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/"
	return []*lint.Rule{
		made(serviceAccountTemplate(), map[string]any{"serviceAccount": "^(|default)$"}, lint.Rule{
			Name:        "default-service-account",
			Title:       "Token of the default service account in a pod",
			Doc:         "Reports pods that run as the default service account of their namespace and get its token. All pods that do not say otherwise share that account, so that what one of them is allowed, all are.",
			Remediation: "Give the workload a service account of its own, or set automountServiceAccountToken to false where it does not speak to the API server.",
			URL:         url,
			Severity:    severity.Medium,
		}),
		made(deprecatedServiceAccountTemplate(), nil, lint.Rule{
			Name:        "deprecated-service-account-field",
			Title:       "Deprecated field serviceAccount",
			Doc:         "Reports pods with the field serviceAccount, which serviceAccountName has replaced, unless both say the same, as they do in what the API server writes.",
			Remediation: "Write serviceAccountName in place of serviceAccount.",
			URL:         url,
			Severity:    severity.Low,
			Default:     true,
		}),
		made(nonExistentServiceAccountTemplate(), nil, lint.Rule{
			Name:        "non-existent-service-account",
			Title:       "Service account that is not there",
			Doc:         "Reports pods whose service account is not among the manifests. Where the cluster does not have it either, no pod is made.",
			Remediation: "Add the ServiceAccount, or correct its name.",
			URL:         url,
			Severity:    severity.Medium,
			Default:     true,
		}),
	}
}

func serviceAccountTemplates() []lint.Template {
	return []lint.Template{serviceAccountTemplate(), deprecatedServiceAccountTemplate(), nonExistentServiceAccountTemplate()}
}

func serviceAccountDifferences() []Difference {
	return []Difference{{
		Rule:       "service-account",
		KubeLinter: "does not ask the ServiceAccount whether its token is mounted",
		Plimsoll:   "says nothing where it has automountServiceAccountToken false and the pod does not say otherwise",
		Reason:     "the token is not mounted then",
	}, {
		Rule:       "non-existent-service-account",
		KubeLinter: "takes an object without a namespace for one in none",
		Plimsoll:   "for one in the namespace default",
		Reason:     "that is where it is made",
	}}
}

type serviceAccountParams struct {
	Account string `yaml:"serviceAccount" doc:"the accounts to report, by name; empty where the pod names none" required:"" regexp:"" negation:""`
}

func serviceAccountTemplate() lint.Template {
	const doc = "Reports pods that get the token of certain service accounts."
	return lint.NewTemplate("service-account", doc, serviceAccountParams{}, func(params serviceAccountParams) (*lint.Rule, error) {
		matches, err := newMatcher(params.Account)
		if err != nil {
			return nil, fmt.Errorf("serviceAccount: %w", err)
		}
		return &lint.Rule{Run: func(p *lint.Pass) error {
			runServiceAccount(p, matches)
			return nil
		}}, nil
	}).For(lint.DeploymentLike).Titled("Service accounts of pods")
}

func runServiceAccount(p *lint.Pass, matches matcher) {
	pod := p.Pod()
	if pod == nil {
		return
	}
	account := pod.AccountName()
	mount := pod.AutomountServiceAccountToken
	if !matches(account.Value) || manifest.IsFalse(mount) {
		return
	}
	isDefault := account.Value == "" || account.Value == "default"
	if !p.Compat() && !mount.Set() {
		name := account.Value
		if isDefault {
			name = "default"
		}
		if o := findServiceAccount(p, name); o != nil && manifest.IsFalse(o.Node.BoolAt("automountServiceAccountToken")) {
			return
		}
	}
	var fixes []lint.Fix
	if own := p.Options.Values.ServiceAccount; isDefault && own != "" && pod.Node.Exists() && !pod.ServiceAccount.Set() {
		fixes = append(fixes, lint.SetFix(pod.Node, own, "serviceAccountName"))
	}
	if isDefault && !mount.Set() && pod.Node.Exists() {
		fixes = append(fixes, lint.SetFix(pod.Node, false, "automountServiceAccountToken"))
	}
	where := account.Node
	if where == nil {
		where = pod.Node
	}
	p.Report(where, fmt.Sprintf("found matching serviceAccount (%q)", account.Value), fixes...)
}

// findServiceAccount is the account of a name in the namespace of the pass's
// object, nil where it is not among the manifests.
func findServiceAccount(p *lint.Pass, name string) *manifest.Object {
	for o := range p.Context.Of("", "ServiceAccount") {
		if o.Name == name && p.Context.SameNamespace(o, p.Object) {
			return o
		}
	}
	return nil
}

func deprecatedServiceAccountTemplate() lint.Template {
	const doc = "Reports pods with the deprecated field serviceAccount."
	return lint.NewTemplate("deprecated-service-account-field", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runDeprecatedServiceAccount}, nil
	}).For(lint.DeploymentLike).Titled("Deprecated field serviceAccount")
}

func runDeprecatedServiceAccount(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil {
		return nil
	}
	old, name := pod.ServiceAccount, pod.ServiceAccountName
	switch {
	case old.Value == "" || old.Value == name.Value:
	case name.Value == "":
		p.Report(old.Node, fmt.Sprintf("serviceAccount is specified (%s), but this field is deprecated; use serviceAccountName instead", old.Value), renameAccount(pod))
	default:
		// The API server takes serviceAccountName.
		p.ReportDiagnostic(old.Node, lint.Diagnostic{
			Message: fmt.Sprintf("serviceAccount (%s) and serviceAccountName (%s) are both specified with non-matching values. serviceAccount is deprecated; unspecify serviceAccount or make values match.", old.Value, name.Value),
			Related: []lint.Related{{Span: name.Node.Place(), Message: "the name that counts"}},
			Fixes:   []lint.Fix{lint.DeleteFix(pod.Node, "serviceAccount")},
		})
	}
	return nil
}

// renameAccount writes the account under the name that its field has today: in the
// key alone, unless there is such a field already.
func renameAccount(pod *manifest.Pod) lint.Fix {
	set := lint.SetFix(pod.Node, pod.ServiceAccount.Value, "serviceAccountName")
	del := lint.DeleteFix(pod.Node, "serviceAccount")
	fix := lint.Fix{Message: "rename serviceAccount to serviceAccountName"}
	if fix.Refused = cmp.Or(set.Refused, del.Refused); fix.Refused != nil {
		return fix
	}
	key := pod.ServiceAccount.Node.Key()
	if pod.Node.Get("serviceAccountName") != nil || !strings.Contains(key.Source(), "serviceAccount") {
		fix.Edits = append(del.Edits, set.Edits...)
		return fix
	}
	span := key.Span()
	fix.Edits = []manifest.Edit{{
		File: pod.Object.File(), Start: span.Start.Offset, End: span.End.Offset,
		Text: strings.Replace(key.Source(), "serviceAccount", "serviceAccountName", 1),
	}}
	return fix
}

func nonExistentServiceAccountTemplate() lint.Template {
	const doc = "Reports pods whose service account is not among the manifests."
	return lint.NewTemplate("non-existent-service-account", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runNonExistentServiceAccount}, nil
	}).For(lint.DeploymentLike).Titled("Service accounts that are not there")
}

func runNonExistentServiceAccount(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil {
		return nil
	}
	account := pod.AccountName()
	if account.Value == "" || account.Value == "default" || findServiceAccount(p, account.Value) != nil {
		return nil
	}
	p.Reportf(account.Node, "serviceAccount %q not found", account.Value)
	return nil
}

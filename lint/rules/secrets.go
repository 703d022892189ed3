package rules

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func secretRules() []*lint.Rule { return []*lint.Rule{envVarSecret(), readSecretFromEnvVar()} }

func secretTemplates() []lint.Template {
	return []lint.Template{envVarTemplate(), readSecretFromEnvVarTemplate()}
}

func secretDifferences() []Difference {
	return []Difference{{
		Rule:       "env-var-secret",
		KubeLinter: "knows variables with secret in the name alone",
		Plimsoll:   "knows passwords, tokens, keys and credentials too, the last three where the value has letters and digits and is long enough to be one",
		Reason:     "they are secrets",
	}, {
		Rule:       "env-var-secret",
		KubeLinter: "reports any value",
		Plimsoll:   "not a reference to another variable, a truth value, an absolute path, a placeholder, or a URL without a password in it; nor a variable that says of its secret how it is called, where it is, or how long it lasts",
		Reason:     "there is no secret in the manifest",
	}, {
		Rule:       "read-secret-from-env-var",
		KubeLinter: "does not look at envFrom",
		Plimsoll:   "does",
		Reason:     "it makes variables of all keys of a Secret",
	}}
}

func envVarSecret() *lint.Rule {
	return byMode(made(envVarTemplate(), map[string]any{"name": "(?i).*secret.*", "value": ".+"}, lint.Rule{
		Name:        "env-var-secret",
		Title:       "Secret in the manifest",
		Doc:         "Reports environment variables that are called like a secret and whose value stands in the manifest. Everyone who can read the manifest, the object, or the repository's history has it.",
		Remediation: "Put the value in a Secret, and name it by valueFrom.secretKeyRef, or mount it as a file.",
		URL:         "https://kubernetes.io/docs/concepts/configuration/secret/",
		Severity:    severity.High,
		Default:     true,
	}), &lint.Rule{Run: reportEnvVars(literalSecret)})
}

type envVarParams struct {
	Name  string `yaml:"name" doc:"the names to report" required:"" regexp:"" negation:""`
	Value string `yaml:"value" doc:"the values to report" regexp:"" negation:""`
}

func envVarTemplate() lint.Template {
	const doc = "Reports environment variables by name and value. The value of one that is set from elsewhere is empty."
	return lint.NewTemplate("env-var", doc, envVarParams{}, func(params envVarParams) (*lint.Rule, error) {
		name, err := newMatcher(params.Name)
		if err != nil {
			return nil, fmt.Errorf("name: %w", err)
		}
		value, err := newMatcher(params.Value)
		if err != nil {
			return nil, fmt.Errorf("value: %w", err)
		}
		return &lint.Rule{Run: reportEnvVars(func(n, v string) bool { return name(n) && value(v) })}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Environment variables")
}

// reportEnvVars makes what a rule runs that reports the variables whose name and value
// are as asked for.
func reportEnvVars(asked func(name, value string) bool) func(*lint.Pass) error {
	return alsoServices(func(p *lint.Pass) error {
		for c := range p.Containers() {
			for _, e := range c.Env {
				if asked(e.Name.Value, e.Value.Value) {
					p.Reportf(envVarAt(e), "environment variable %s in container %q found", e.Name.Value, c.Name.Value)
				}
			}
		}
		return nil
	}, func(s composeService) { s.variables(asked) })
}

func envVarAt(e manifest.EnvVar) *manifest.Node {
	if e.Name.Set() {
		return e.Name.Node
	}
	return e.Node
}

func readSecretFromEnvVar() *lint.Rule {
	return made(readSecretFromEnvVarTemplate(), nil, lint.Rule{
		Name:        "read-secret-from-env-var",
		Title:       "Secret in the environment",
		Doc:         "Reports containers that get secrets in environment variables. Programs hand their environment on to those that they start, and print it when they crash; and a variable keeps its value when the Secret changes.",
		Remediation: "Mount the Secret as a file.",
		URL:         "https://kubernetes.io/docs/concepts/configuration/secret/",
		Severity:    severity.Low,
	})
}

func readSecretFromEnvVarTemplate() lint.Template {
	const doc = "Reports environment variables that are set from Secrets."
	return lint.NewTemplate("read-secret-from-env-var", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runReadSecretFromEnvVar}, nil
	}).For(lint.DeploymentLike).Titled("Secrets in the environment")
}

func runReadSecretFromEnvVar(p *lint.Pass) error {
	for c := range p.Containers() {
		for _, e := range c.Env {
			if ref := e.From.Get("secretKeyRef"); ref.Exists() {
				p.Reportf(ref, "environment variable %q in container %q uses SecretKeyRef", e.Name.Value, c.Name.Value)
			}
		}
		if p.Compat() {
			continue
		}
		for from := range c.Node.Get("envFrom").Items() {
			if ref := from.Get("secretRef"); ref.Exists() {
				p.Reportf(ref, "environment variables in container %q use SecretRef %q", c.Name.Value, ref.StringAt("name").Value)
			}
		}
	}
	return nil
}

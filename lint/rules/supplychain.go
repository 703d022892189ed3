package rules

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// supplyChainRules are about where images come from.
func supplyChainRules() []*lint.Rule {
	return []*lint.Rule{
		made(imagePullPolicyTemplate(), map[string]any{"forbiddenPolicies": []string{"IfNotPresent", "Never"}}, lint.Rule{
			Name:        "image-pull-policy-always",
			Title:       "Image that is not always pulled",
			Doc:         "Reports containers whose image a node takes from its own store where it is there. A tag that has moved is not noticed then, and a pod may run an image that it has no credentials for, once another one has pulled it.",
			Remediation: "Set imagePullPolicy to Always.",
			URL:         "https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy",
			Severity:    severity.Low,
		}),
		made(trustedRegistryTemplate(), map[string]any{
			"registries": []string{"*.azurecr.io", "*.dkr.ecr.*.amazonaws.com", "*.dkr.ecr.*.amazonaws.com.cn", "*.gcr.io", "gcr.io", "*-docker.pkg.dev"},
		}, lint.Rule{
			Name:        "trusted-registry",
			Aliases:     []string{"KSV-0125"},
			Title:       "Image from a registry that is not trusted",
			Doc:         "Reports containers whose image is not from one of the registries of a list: those of Amazon, Google and Microsoft, which hold what their owner has put there. A configuration is to give a list of its own.",
			Remediation: "Copy the image to a registry of your own, or add its registry to the list.",
			Severity:    severity.Medium,
		}),
		{
			Name:        "image-digest",
			Title:       "Image that is not named by its digest",
			Doc:         "Reports containers whose image is named without a digest. A tag can be moved to another image; a digest cannot.",
			Remediation: "Add the digest: name:tag@sha256:...",
			URL:         "https://kubernetes.io/docs/concepts/containers/images/#image-names",
			Severity:    severity.Low,
			Kinds:       []lint.Kind{lint.DeploymentLike, lint.Compose},
			Run:         alsoServices(runImageDigest, serviceImageDigest),
		}, {
			Name:        "tiller",
			Aliases:     []string{"KSV-0102"},
			Title:       "Tiller",
			Doc:         "Reports containers that run Tiller, the server of Helm 2. It installs charts for everybody who reaches it, with permissions of its own.",
			Remediation: "Use Helm 3 or later, which has no server.",
			Severity:    severity.Critical,
			Kinds:       []lint.Kind{lint.DeploymentLike},
			Run:         runTiller,
		}, {
			Name:        "gatekeeper-allowed-repos",
			Aliases:     []string{"KSV-0124"},
			Title:       "Allowed repository that is open at its end",
			Doc:         "Reports repositories of Gatekeeper's K8sAllowedRepos that do not end in a slash. They are compared with the start of an image's name: registry.example allows registry.example.attacker.example too.",
			Remediation: "End the repository in a slash, or in a tag or digest.",
			URL:         "https://open-policy-agent.github.io/gatekeeper-library/website/validation/allowedrepos",
			Severity:    severity.High,
			Cause:       causeUnder("parameters"),
			Kinds:       []lint.Kind{"constraints.gatekeeper.sh/K8sAllowedRepos"},
			Run: func(p *lint.Pass) error {
				for _, repo := range p.Object.Node.StringsAt("spec", "parameters", "repos") {
					name := repo.Value[strings.LastIndexByte(repo.Value, '/')+1:]
					if name != "" && (name == repo.Value || !strings.ContainsAny(name, ":@")) {
						p.Reportf(repo.Node, "the repository %q does not end in a slash", repo.Value)
					}
				}
				return nil
			},
		},
	}
}

func supplyChainTemplates() []lint.Template { return []lint.Template{trustedRegistryTemplate()} }

type trustedRegistryParams struct {
	Registries []string `yaml:"registries" doc:"the registries, or the start of repositories in one, \"registry.example/team\"; * stands for any text without a slash" required:""`
}

func trustedRegistryTemplate() lint.Template {
	const doc = "Reports containers whose image is not from a registry of a list."
	return lint.NewTemplate("trusted-registry", doc, trustedRegistryParams{}, func(params trustedRegistryParams) (*lint.Rule, error) {
		for _, pattern := range params.Registries {
			if _, err := path.Match(pattern, ""); err != nil {
				return nil, fmt.Errorf("registries: %q: %w", pattern, err)
			}
		}
		return &lint.Rule{Run: func(p *lint.Pass) error {
			for c := range p.Containers() {
				if c.Image.Value == "" || isTrusted(params.Registries, c.Image.Value) {
					continue
				}
				registry, _, _ := strings.Cut(repository(c.Image.Value), "/")
				d := lint.Diagnostic{Message: fmt.Sprintf("container %q has the image %q, from %s", c.Name.Value, c.Image.Value, registry)}
				if !strings.Contains(c.Image.Value, "/") {
					d.Aliases = []string{} // KSV-0125 passes over short names
				}
				p.ReportDiagnostic(c.Image.Node, d)
			}
			return nil
		}}, nil
	}).For(lint.DeploymentLike).Titled("Registries that are trusted")
}

// isTrusted reports whether an image is from one of registries.
func isTrusted(registries []string, image string) bool {
	parts := strings.Split(repository(image), "/")
	return slices.ContainsFunc(registries, func(pattern string) bool {
		n := strings.Count(strings.TrimSuffix(pattern, "/"), "/") + 1
		if n > len(parts) {
			return false
		}
		ok, err := path.Match(strings.TrimSuffix(pattern, "/"), strings.Join(parts[:n], "/"))
		return ok && err == nil
	})
}

// repository is an image's name with its registry, without tag and digest.
// https://github.com/distribution/reference/blob/main/normalize.go
func repository(image string) string {
	name, _, _ := strings.Cut(image, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	first, _, more := strings.Cut(name, "/")
	switch {
	case !more:
		return "docker.io/library/" + name
	case !strings.ContainsAny(first, ".:") && first != "localhost":
		return "docker.io/" + name
	}
	return name
}

func runImageDigest(p *lint.Pass) error {
	for c := range p.Containers() {
		if c.Image.Value != "" && !strings.Contains(c.Image.Value, "@") {
			p.Reportf(c.Image.Node, "container %q has the image %q, without a digest", c.Name.Value, c.Image.Value)
		}
	}
	return nil
}

// runTiller goes by the image, and by the labels that helm init gave it.
func runTiller(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil {
		return nil
	}
	app, _ := pod.Metadata.Labels.Get("app")
	if name := pod.Metadata.Labels.Find("name"); app == "helm" && name != nil && name.Value == "tiller" {
		p.Reportf(name.Node, "the pods have the labels of Tiller")
		return nil
	}
	for c := range p.Containers() {
		if path.Base(repository(c.Image.Value)) == "tiller" {
			p.Reportf(c.Image.Node, "container %q runs Tiller", c.Name.Value)
		}
	}
	return nil
}

package rules

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// dnsOptions reports pods that look up names in more ways than they need.
func dnsOptions() *lint.Rule {
	return made(dnsOptionsTemplate(), map[string]any{"key": "ndots", "value": "2"}, lint.Rule{
		Name:        "dnsconfig-options",
		Title:       "DNS option ndots:2 is not set",
		Doc:         "Reports pods whose resolver is not given the option ndots:2. With the cluster's 5, each name of the outside that has fewer than five dots is looked up in every search domain first.",
		Remediation: "Add ndots with the value 2 to dnsConfig.options.",
		URL:         "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-dns-config",
		Severity:    severity.Low,
	})
}

func dnsOptionsDifferences() []Difference {
	return []Difference{{
		Rule:       "dnsconfig-options",
		KubeLinter: "crashes at an option that has the name but no value",
		Plimsoll:   "takes it as an option with an empty value, in compat mode too",
		Reason:     "options such as rotate have none",
	}}
}

type dnsOptionsParams struct {
	Key   string `yaml:"key" doc:"the name of the option"`
	Value string `yaml:"value" doc:"its value, empty for none"`
}

func dnsOptionsTemplate() lint.Template {
	const doc = "Reports workloads whose pods do not give an option to their resolver."
	return lint.NewTemplate("dnsconfig-options", doc, dnsOptionsParams{}, func(params dnsOptionsParams) (*lint.Rule, error) {
		return &lint.Rule{Run: params.run}, nil
	}).For(lint.DeploymentLike).Titled("DNS options of pods")
}

func (params dnsOptionsParams) run(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil {
		return nil
	}
	config := pod.Node.Get("dnsConfig")
	options := config.Get("options")
	where, message := options, fmt.Sprintf("DNSConfig Options \"%s:%s\" not found.", params.Key, params.Value)
	switch {
	case !config.Exists():
		where, message = pod.Node, "Object does not define any DNSConfig rules."
	case !options.Exists():
		where, message = config, "Object does not define any DNSConfig Options."
	}
	var named *manifest.Node
	for item := range options.Items() {
		if item.StringAt("name").Value != params.Key {
			continue
		}
		if item.StringAt("value").Value == params.Value {
			return nil
		}
		named = item
	}
	p.Report(where, message, params.fixes(pod, named)...)
	return nil
}

// fixes give the option the value, or the pod the option; named is the option of
// that name that there is.
func (params dnsOptionsParams) fixes(pod *manifest.Pod, named *manifest.Node) []lint.Fix {
	switch {
	case params.Key == "" || params.Value == "" || pod.Node == nil:
		return nil
	case named != nil:
		return []lint.Fix{lint.SetFix(named, params.Value, "value")}
	}
	option := []manifest.Entry{{Key: "name", Value: params.Key}, {Key: "value", Value: params.Value}}
	return []lint.Fix{lint.AppendFix(pod.Node, option, "dnsConfig", "options")}
}

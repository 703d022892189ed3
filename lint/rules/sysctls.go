package rules

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func unsafeSysctls() *lint.Rule {
	return made(unsafeSysctlsTemplate(), map[string]any{
		"unsafeSysCtls": []string{"kernel.msg", "kernel.sem", "kernel.shm", "fs.mqueue.", "net."},
	}, lint.Rule{
		Name:        "unsafe-sysctls",
		Title:       "Kernel parameter that is not safe to set",
		Doc:         "Reports pods that set kernel parameters outside the set that Kubernetes holds for safe. They can harm other pods or take more of the node than the pod may have, and kubelets refuse such a pod unless they are told to allow it.",
		Remediation: "Remove the parameter, or set it on nodes of its own.",
		URL:         "https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/",
		Severity:    severity.Medium,
		Default:     true,
	})
}

func unsafeSysctlsDifferences() []Difference {
	const rule = "unsafe-sysctls"
	return []Difference{{
		Rule:       rule,
		KubeLinter: "reports the parameters that Kubernetes holds for safe",
		Plimsoll:   "does not, as far as the version of Kubernetes has them and the pod is not in the node's network, unless the template's argument names them in full",
		Reason:     "kubelets allow them for all pods",
	}, {
		Rule:       rule,
		KubeLinter: "does not know names with slashes",
		Plimsoll:   "takes net/ipv4/tcp_rmem for net.ipv4.tcp_rmem",
		Reason:     "so do kubelets",
	}, {
		Rule:       rule,
		KubeLinter: "reports a parameter for each prefix that it has",
		Plimsoll:   "reports it once",
		Reason:     "it is one fault",
	}}
}

// A safeSysctl is a kernel parameter that pods may set, and the minor version of
// Kubernetes 1 that came to allow it.
type safeSysctl struct {
	name  string
	since int
}

// safeSysctls is the list of
// https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls
func safeSysctls() []safeSysctl {
	return []safeSysctl{
		{"kernel.shm_rmid_forced", 0},
		{"net.ipv4.ip_local_port_range", 0},
		{"net.ipv4.tcp_syncookies", 0},
		{"net.ipv4.ping_group_range", 18},
		{"net.ipv4.ip_unprivileged_port_start", 22},
		{"net.ipv4.ip_local_reserved_ports", 27},
		{"net.ipv4.tcp_keepalive_time", 29},
		{"net.ipv4.tcp_fin_timeout", 29},
		{"net.ipv4.tcp_keepalive_intvl", 29},
		{"net.ipv4.tcp_keepalive_probes", 29},
		{"net.ipv4.tcp_rmem", 32},
		{"net.ipv4.tcp_wmem", 32},
		{"net.ipv4.tcp_slow_start_after_idle", 37},
		{"net.ipv4.tcp_notsent_lowat", 37},
	}
}

type unsafeSysctlsParams struct {
	Prefixes []string `yaml:"unsafeSysCtls" doc:"what the names of the parameters to report start with"`
}

func unsafeSysctlsTemplate() lint.Template {
	const doc = "Reports pods that set kernel parameters which are not safe."
	return lint.NewTemplate("unsafe-sysctls", doc, unsafeSysctlsParams{}, func(params unsafeSysctlsParams) (*lint.Rule, error) {
		safe := make(map[string]int)
		for _, s := range safeSysctls() {
			safe[s.name] = s.since
		}
		run := func(p *lint.Pass) error {
			pod := p.Pod()
			if pod == nil {
				return nil
			}
			for f, item := range pod.Sysctls() {
				where := f.Node
				if where == nil {
					where = item
				}
				name := f.Value
				if !p.Compat() {
					name = sysctlName(name)
				}
				since, isSafe := safe[name]
				isSafe = isSafe && !p.Compat() && since <= kubernetesMinor(p.Options.Kubernetes) &&
					!(manifest.IsTrue(pod.HostNetwork) && strings.HasPrefix(name, "net."))
				for _, prefix := range params.Prefixes {
					if !strings.HasPrefix(name, prefix) || isSafe && name != prefix {
						continue
					}
					p.Report(where, fmt.Sprintf("resource specifies unsafe sysctl %q.", f.Value))
					if !p.Compat() {
						break
					}
				}
			}
			return nil
		}
		return &lint.Rule{Run: run}, nil
	}).For(lint.DeploymentLike).Titled("Unsafe kernel parameters")
}

// sysctlName is a parameter's name with dots. Where the first separator is a
// slash, dots and slashes are each other. https://man7.org/linux/man-pages/man5/sysctl.d.5.html
func sysctlName(written string) string {
	if i := strings.IndexAny(written, "./"); i < 0 || written[i] == '.' {
		return written
	}
	return strings.NewReplacer("/", ".", ".", "/").Replace(written)
}

// kubernetesMinor is the minor version of "1.34" or "v1.34.2", above all others
// where there is none.
func kubernetesMinor(version string) int {
	parts := strings.Split(strings.TrimPrefix(version, "v"), ".")
	if len(parts) > 1 {
		if minor, err := strconv.Atoi(parts[1]); err == nil {
			return minor
		}
	}
	return math.MaxInt
}

package rules

import (
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A hostNamespace is a namespace of the node that pods can ask to be in.
type hostNamespace struct {
	name        string // of the template, and of the rule
	alias       string
	field       string // of the pod's spec
	get         func(*manifest.Pod) manifest.Field[bool]
	message     string
	title       string // of the template
	ruleTitle   string
	doc         string // of the template; that of the rule goes on with why
	why, remedy string
}

func hostNamespaces() []hostNamespace {
	return []hostNamespace{{
		name: "host-ipc", alias: "KSV-0008", field: "hostIPC",
		get:     func(p *manifest.Pod) manifest.Field[bool] { return p.HostIPC },
		message: "resource shares host's IPC namespace (via hostIPC=true).",
		title:   "Host IPC", ruleTitle: "Pod in the IPC namespace of its node",
		doc:    "Reports pods that share the IPC namespace of their node.",
		why:    " They can read and change the shared memory and semaphores of every process there.",
		remedy: "Remove hostIPC. Containers of one pod share an IPC namespace anyway.",
	}, {
		name: "host-network", alias: "KSV-0009", field: "hostNetwork",
		get:     func(p *manifest.Pod) manifest.Field[bool] { return p.HostNetwork },
		message: "resource shares host's network namespace (via hostNetwork=true).",
		title:   "Host network", ruleTitle: "Pod in the network of its node",
		doc:    "Reports pods that share the network namespace of their node.",
		why:    " They reach what listens on its loopback address, can watch its traffic, and no NetworkPolicy holds for them.",
		remedy: "Remove hostNetwork. A Service, or a hostPort, makes a pod reachable from outside.",
	}, {
		name: "host-pid", alias: "KSV-0010", field: "hostPID",
		get:     func(p *manifest.Pod) manifest.Field[bool] { return p.HostPID },
		message: "object shares the host's process namespace (via hostPID=true).",
		title:   "Host PID", ruleTitle: "Pod among the processes of its node",
		doc:    "Reports pods that share the process namespace of their node.",
		why:    " They see the arguments and environment of every process there, and may be able to signal and trace them.",
		remedy: "Remove hostPID. shareProcessNamespace lets the containers of one pod see each other.",
	}}
}

func hostNamespaceRules() []*lint.Rule {
	var list []*lint.Rule
	for _, ns := range hostNamespaces() {
		list = append(list, made(ns.make(), nil, lint.Rule{
			Name:        ns.name,
			Aliases:     []string{ns.alias},
			Groups:      bothLevels(),
			Title:       ns.ruleTitle,
			Doc:         ns.doc + ns.why,
			Remediation: ns.remedy,
			URL:         "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
			Severity:    severity.High,
			Default:     true,
			Cause:       causeSpec,
		}))
	}
	return list
}

func hostNamespaceTemplates() []lint.Template {
	var list []lint.Template
	for _, ns := range hostNamespaces() {
		list = append(list, ns.make())
	}
	return list
}

func (ns hostNamespace) make() lint.Template {
	return lint.NewTemplate(ns.name, ns.doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: alsoServices(ns.run, ns.service)}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled(ns.title)
}

func (ns hostNamespace) run(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil {
		return nil
	}
	f := ns.get(pod)
	if !manifest.IsTrue(f) {
		return nil
	}
	var fixes []lint.Fix
	if !isWindows(pod) { // host processes of Windows must be in the node's network
		fixes = append(fixes, lint.DeleteFix(pod.Node, ns.field))
	}
	p.Report(f.Node, ns.message, fixes...)
	return nil
}

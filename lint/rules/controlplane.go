package rules

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// controlPlane is the group of the rules about flags of the control plane.
const controlPlane = "control-plane"

// A flagRule asks for flags of a program of the control plane, which its pods are
// started with: https://kubernetes.io/docs/reference/command-line-tools-reference/.
type flagRule struct {
	name    string // of the rule
	id      string // Trivy's
	program string // the base name of the command
	flags   []string
	ask     question
	value   string
	title   string
	why     string
	// opposite says that Trivy reports what the rule asks for.
	opposite bool
	severity severity.Level // 0: low
}

// A question is what a rule asks about a flag.
type question int

const (
	isSet question = iota // each of the flags is set
	unset
	equals   // it has the value; left out it has another one
	differs  // it has not the value; nor has it when it is left out
	includes // the list holds the value
	lacks    // the list does not hold the value; nor does it when it is left out
)

func flagRules() []flagRule {
	const (
		apiserver  = "kube-apiserver"
		controller = "kube-controller-manager"
		scheduler  = "kube-scheduler"
		etcd       = "etcd"
		admit      = "enable-admission-plugins"
		refuse     = "disable-admission-plugins"
		profiling  = "Who reaches the endpoint sees what the program does, and can make it slow."
		loopback   = "Metrics and profiles are for the node itself."
	)
	one := func(flag string) []string { return []string{flag} }
	return []flagRule{
		{name: "apiserver-anonymous-auth", id: "KCV-0001", program: apiserver, flags: one("anonymous-auth"), ask: equals, value: "false", severity: severity.Medium,
			title: "API server that takes anonymous requests", why: "Requests without credentials are those of system:anonymous, for whom a single careless binding is enough."},
		{name: "apiserver-token-auth-file", id: "KCV-0002", program: apiserver, flags: one("token-auth-file"), ask: unset,
			title: "API server with tokens in a file", why: "The tokens are in clear text, do not expire, and cannot be taken back without a restart."},
		{name: "apiserver-deny-service-external-ips", id: "KCV-0003", program: apiserver, flags: one(admit), ask: includes, value: "DenyServiceExternalIPs", opposite: true,
			title: "API server that allows external IPs of services", why: "By externalIPs a service takes what is sent to an address of somebody else (CVE-2020-8554). Trivy reports where the plugin is on."},
		{name: "apiserver-kubelet-https", id: "KCV-0004", program: apiserver, flags: one("kubelet-https"), ask: differs, value: "false",
			title: "API server that speaks to kubelets in the clear", why: "What it sends to kubelets, commands in pods included, can be read and changed."},
		{name: "apiserver-kubelet-client-certificate", id: "KCV-0005", program: apiserver, flags: []string{"kubelet-client-certificate", "kubelet-client-key"},
			title: "API server without a certificate for kubelets", why: "Kubelets then have to take requests from everybody."},
		{name: "apiserver-kubelet-certificate-authority", id: "KCV-0006", program: apiserver, flags: one("kubelet-certificate-authority"),
			title: "API server that does not check kubelets", why: "Another host can pass for a kubelet, and reads what is sent to it."},
		{name: "apiserver-always-allow", id: "KCV-0007", program: apiserver, flags: one("authorization-mode"), ask: lacks, value: "AlwaysAllow",
			title: "API server that allows everything", why: "Everybody with an account may do everything. The mode is AlwaysAllow where neither it nor a configuration is given."},
		{name: "apiserver-node-authorization", id: "KCV-0008", program: apiserver, flags: one("authorization-mode"), ask: includes, value: "Node",
			title: "API server without node authorization", why: "The mode keeps a kubelet to the objects of its own pods."},
		{name: "apiserver-rbac-authorization", id: "KCV-0009", program: apiserver, flags: one("authorization-mode"), ask: includes, value: "RBAC",
			title: "API server without RBAC", why: "Roles and bindings have no effect then."},
		{name: "apiserver-event-rate-limit", id: "KCV-0010", program: apiserver, flags: one(admit), ask: includes, value: "EventRateLimit",
			title: "API server without a limit of events", why: "A namespace can fill the store with events."},
		{name: "apiserver-always-admit", id: "KCV-0011", program: apiserver, flags: one(admit), ask: lacks, value: "AlwaysAdmit",
			title: "API server that admits everything", why: "The plugin does nothing, and stands for the wish to have none."},
		{name: "apiserver-always-pull-images", id: "KCV-0012", program: apiserver, flags: one(admit), ask: includes, value: "AlwaysPullImages",
			title: "API server that lets nodes reuse images", why: "A pod may run a private image that another one has pulled, without credentials for it."},
		{name: "apiserver-service-account-plugin", id: "KCV-0014", program: apiserver, flags: one(refuse), ask: lacks, value: "ServiceAccount",
			title: "API server without the service account plugin", why: "Pods then run as no account, or as one that the author may not use."},
		{name: "apiserver-namespace-lifecycle-plugin", id: "KCV-0015", program: apiserver, flags: one(refuse), ask: lacks, value: "NamespaceLifecycle",
			title: "API server without the namespace plugin", why: "Objects can be made in namespaces that are going, or are not there."},
		{name: "apiserver-node-restriction", id: "KCV-0016", program: apiserver, flags: one(admit), ask: includes, value: "NodeRestriction",
			title: "API server that does not restrict kubelets", why: "A kubelet may then change other nodes and their pods."},
		{name: "apiserver-secure-port", id: "KCV-0017", program: apiserver, flags: one("secure-port"), ask: differs, value: "0",
			title: "API server without a secure port", why: "There is no HTTPS then."},
		{name: "apiserver-profiling", id: "KCV-0018", program: apiserver, flags: one("profiling"), ask: equals, value: "false",
			title: "API server that can be profiled", why: profiling},
		{name: "apiserver-audit-log", id: "KCV-0019", program: apiserver, flags: one("audit-log-path"),
			title: "API server without an audit log", why: "Nobody can tell afterwards who did what."},
		{name: "apiserver-audit-log-age", id: "KCV-0020", program: apiserver, flags: one("audit-log-maxage"),
			title: "Audit log without an age", why: "Say how many days logs are kept: 30 or more."},
		{name: "apiserver-audit-log-backups", id: "KCV-0021", program: apiserver, flags: one("audit-log-maxbackup"),
			title: "Audit log without a number of files", why: "Say how many old files are kept: 10 or more."},
		{name: "apiserver-audit-log-size", id: "KCV-0022", program: apiserver, flags: one("audit-log-maxsize"),
			title: "Audit log without a size", why: "Say at how many megabytes a new file starts: 100 or so."},
		{name: "apiserver-service-account-lookup", id: "KCV-0024", program: apiserver, flags: one("service-account-lookup"), ask: differs, value: "false",
			title: "API server that takes tokens of accounts which are gone", why: "A token outlives its account."},
		{name: "apiserver-service-account-key", id: "KCV-0025", program: apiserver, flags: one("service-account-key-file"),
			title: "API server without a key for tokens", why: "Tokens are then checked by the key of the server's certificate, which cannot be changed alone."},
		{name: "apiserver-etcd-certificate", id: "KCV-0026", program: apiserver, flags: []string{"etcd-certfile", "etcd-keyfile"},
			title: "API server without a certificate for etcd", why: "etcd then has to take requests from everybody."},
		{name: "apiserver-tls-certificate", id: "KCV-0027", program: apiserver, flags: []string{"tls-cert-file", "tls-private-key-file"},
			title: "API server without a certificate of its own", why: "It makes one that no client can check."},
		{name: "apiserver-client-ca", id: "KCV-0028", program: apiserver, flags: one("client-ca-file"),
			title: "API server without an authority for clients", why: "Certificates of clients are not taken then."},
		{name: "apiserver-etcd-ca", id: "KCV-0029", program: apiserver, flags: one("etcd-cafile"),
			title: "API server that does not check etcd", why: "Another host can pass for etcd."},
		{name: "apiserver-encryption", id: "KCV-0030", program: apiserver, flags: one("encryption-provider-config"),
			title: "API server that does not encrypt Secrets", why: "Who reads the disk or a backup of etcd reads all Secrets."},
		{name: "controller-manager-pod-gc", id: "KCV-0033", program: controller, flags: one("terminated-pod-gc-threshold"),
			title: "Controller manager without a limit of ended pods", why: "12,500 of them are kept where nothing else is said."},
		{name: "controller-manager-profiling", id: "KCV-0034", program: controller, flags: one("profiling"), ask: equals, value: "false",
			title: "Controller manager that can be profiled", why: profiling},
		{name: "controller-manager-credentials", id: "KCV-0035", program: controller, flags: one("use-service-account-credentials"), ask: equals, value: "true",
			title: "Controller manager with one account for all", why: "Each controller then has the permissions of all of them."},
		{name: "controller-manager-service-account-key", id: "KCV-0036", program: controller, flags: one("service-account-private-key-file"),
			title: "Controller manager without a key for tokens", why: "It cannot make tokens that are signed by a key of their own."},
		{name: "controller-manager-root-ca", id: "KCV-0037", program: controller, flags: one("root-ca-file"),
			title: "Controller manager that gives pods no authority", why: "Pods cannot check the API server then."},
		{name: "controller-manager-rotate-kubelet-certificates", id: "KCV-0038", program: controller, flags: one("feature-gates"), ask: lacks, value: "RotateKubeletServerCertificate=false",
			title: "Controller manager that does not renew certificates of kubelets", why: "They expire, and are then ignored. The feature is on unless it is taken away; Trivy asks to write it down."},
		{name: "controller-manager-bind-address", id: "KCV-0039", program: controller, flags: one("bind-address"), ask: equals, value: "127.0.0.1",
			title: "Controller manager that listens on all addresses", why: loopback},
		{name: "scheduler-profiling", id: "KCV-0040", program: scheduler, flags: one("profiling"), ask: equals, value: "false",
			title: "Scheduler that can be profiled", why: profiling},
		{name: "scheduler-bind-address", id: "KCV-0041", program: scheduler, flags: one("bind-address"), ask: equals, value: "127.0.0.1",
			title: "Scheduler that listens on all addresses", why: loopback},
		{name: "etcd-certificate", id: "KCV-0042", program: etcd, flags: []string{"cert-file", "key-file"},
			title: "etcd without a certificate", why: "All objects, Secrets included, go over the network in the clear."},
		{name: "etcd-client-cert-auth", id: "KCV-0043", program: etcd, flags: one("client-cert-auth"), ask: equals, value: "true",
			title: "etcd that takes any client", why: "Who reaches it reads and writes all objects."},
		{name: "etcd-auto-tls", id: "KCV-0044", program: etcd, flags: one("auto-tls"), ask: differs, value: "true",
			title: "etcd with a certificate that it made itself", why: "No client can check it."},
		{name: "etcd-peer-certificate", id: "KCV-0045", program: etcd, flags: []string{"peer-cert-file", "peer-key-file"},
			title: "etcd without a certificate for its peers", why: "All objects go from member to member in the clear."},
		{name: "etcd-peer-client-cert-auth", id: "KCV-0046", program: etcd, flags: one("peer-client-cert-auth"), ask: equals, value: "true",
			title: "etcd that takes any peer", why: "Who joins as a member gets all objects."},
		{name: "etcd-peer-auto-tls", id: "KCV-0047", program: etcd, flags: one("peer-auto-tls"), ask: differs, value: "true",
			title: "etcd with a certificate for peers that it made itself", why: "No peer can check it."},
	}
}

// controlPlaneRules are about the static pods of a control plane.
func controlPlaneRules() []*lint.Rule {
	var list []*lint.Rule
	for _, f := range flagRules() {
		list = append(list, &lint.Rule{
			Name: f.name, Aliases: []string{f.id}, Groups: []string{controlPlane}, Title: f.title,
			Doc:         "Reports containers that run " + f.program + f.asks() + ". " + f.why,
			Remediation: f.remediation(),
			URL:         "https://www.cisecurity.org/benchmark/kubernetes",
			Severity:    cmp.Or(f.severity, severity.Low),
			Kinds:       []lint.Kind{lint.DeploymentLike},
			Run:         f.run,
		})
	}
	return list
}

func controlPlaneChecks() []TrivyCheck {
	var checks []TrivyCheck
	for _, f := range flagRules() {
		checks = append(checks, TrivyCheck{ID: f.id, Severity: cmp.Or(f.severity, severity.Low), Title: f.title})
	}
	return checks
}

// asks is what f reports, after the name of the program.
func (f *flagRule) asks() string {
	flag := "--" + f.flags[0]
	switch f.ask {
	case unset:
		return " with " + flag
	case equals:
		return " without " + flag + "=" + f.value
	case differs:
		return " with " + flag + "=" + f.value
	case includes:
		return " without " + f.value + " in " + flag
	case lacks:
		return " with " + f.value + " in " + flag
	}
	return " without --" + strings.Join(f.flags, " or --")
}

func (f *flagRule) remediation() string {
	flag := "--" + f.flags[0]
	switch f.ask {
	case unset:
		return "Remove " + flag + "."
	case equals:
		return "Set " + flag + "=" + f.value + "."
	case differs:
		return "Remove " + flag + ", or give it another value."
	case includes:
		return "Add " + f.value + " to " + flag + "."
	case lacks:
		return "Remove " + f.value + " from " + flag + "."
	}
	return "Set --" + strings.Join(f.flags, " and --") + "."
}

func (f *flagRule) run(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil {
		return nil
	}
	// There are many of these rules, and few containers with a command: no iterator.
	for _, list := range [...][]manifest.Container{pod.InitContainers, pod.Containers, pod.EphemeralContainers} {
		for i := range list {
			if c := &list[i]; c.Command != nil && runs(c, f.program) {
				f.judge(p, c)
			}
		}
	}
	return nil
}

// runs reports whether the command of c is a program.
func runs(c *manifest.Container, program string) bool {
	for word := range c.Command.Items() {
		return path.Base(word.Text()) == program
	}
	return false
}

// judge reports c, which runs the program.
func (f *flagRule) judge(p *lint.Pass, c *manifest.Container) {
	for _, name := range f.flags {
		v := f.find(c, name)
		if !f.wrong(c, v) {
			continue
		}
		where := v.node
		if where == nil {
			where = c.Command
		}
		d := lint.Diagnostic{Message: fmt.Sprintf("container %q runs %s%s", c.Name.Value, f.program, f.asks())}
		if f.opposite {
			d.Aliases = []string{}
		}
		p.ReportDiagnostic(where, d)
		return
	}
}

// wrong reports whether a flag is not as f asks.
func (f *flagRule) wrong(c *manifest.Container, v flagValue) bool {
	switch f.ask {
	case unset:
		return v.node != nil
	case equals:
		return !v.equals(f.value)
	case differs:
		return v.node != nil && v.equals(f.value)
	case includes:
		return !slices.Contains(v.list(), f.value) && !f.configured(c)
	case lacks:
		return slices.Contains(v.list(), f.value) || f.value == "AlwaysAllow" && v.node == nil && !f.configured(c)
	}
	return v.text == ""
}

// configured reports whether modes of authorization are in a file, for which there
// is no flag then.
func (f *flagRule) configured(c *manifest.Container) bool {
	return f.flags[0] == "authorization-mode" && f.find(c, "authorization-config").node != nil
}

// A flagValue is what a flag says.
type flagValue struct {
	text string
	node *manifest.Node // where it stands, nil where the flag is left out
}

func (v flagValue) equals(want string) bool {
	text := v.text
	switch { // as Go reads truth values
	case slices.Contains([]string{"1", "t", "T", "TRUE", "True"}, text) && want == "true":
		text = "true"
	case slices.Contains([]string{"f", "F", "FALSE", "False"}, text) || text == "0" && want == "false":
		text = "false"
	}
	return text == want
}

func (v flagValue) list() []string { return strings.Split(v.text, ",") }

// find returns the value of a flag of c, that of the last one where it is given
// twice. etcd takes variables of the environment too.
func (f *flagRule) find(c *manifest.Container, name string) flagValue {
	var v flagValue
	for _, e := range c.Env {
		if f.program == "etcd" && e.Name.Value == "ETCD_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_")) && e.Value.Set() {
			v = flagValue{e.Value.Value, e.Value.Node}
		}
	}
	isBool := f.value == "true" || f.value == "false"
	waiting := false // for the value, which may be the next word where it is no truth value
	for _, words := range []*manifest.Node{c.Command, c.Args} {
		for word := range words.Items() {
			text := word.Text()
			if waiting && !strings.HasPrefix(text, "-") {
				v = flagValue{text, word}
			}
			waiting = false
			dashed := strings.TrimPrefix(strings.TrimPrefix(text, "-"), "-")
			if dashed == text {
				continue
			}
			if flag, value, ok := strings.Cut(dashed, "="); flag == name {
				if !ok && isBool {
					value = "true"
				}
				v, waiting = flagValue{value, word}, !ok && !isBool
			}
		}
	}
	return v
}

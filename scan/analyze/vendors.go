package analyze

import (
	"bytes"
	"strings"
)

// thirdParty reports whether the Maintainer of a package says that a vendor
// built it, and not the distribution: the maintainer's address is at the
// vendor's domain, or below it, or the name is one that vendors without an
// address use. It is about packages that vendors serve from repositories of
// their own, and so leaves out domains whose staff maintain packages in Debian.
func thirdParty(maintainer []byte) bool {
	if isDistribution(bytes.TrimSuffix(maintainer, []byte(">"))) { // nearly always
		return false
	}
	name, address, ok := bytes.Cut(maintainer, []byte("<"))
	name = bytes.TrimSpace(name)
	if !ok {
		if at := bytes.LastIndexByte(name, ' '); bytes.IndexByte(name, '@') > at { // an address alone
			address = name[at+1:]
		}
	}
	address, _, _ = bytes.Cut(address, []byte(">"))
	_, domain, _ := bytes.Cut(address, []byte("@"))
	return isVendorDomain(strings.ToLower(string(domain))) || isVendorName(string(name))
}

// isDistribution reports whether address is at a distribution's domain, or
// below it.
func isDistribution(address []byte) bool {
	for _, d := range [...]string{"debian.org", "debian.net", "ubuntu.com", "canonical.com"} {
		if n := len(address) - len(d); n > 0 && string(address[n:]) == d && (address[n-1] == '.' || address[n-1] == '@') {
			return true
		}
	}
	return false
}

// isVendorDomain looks domain up, and then each domain above it.
func isVendorDomain(domain string) bool {
	for domain != "" {
		switch domain {
		case "docker.com", "containerd.io", "nvidia.com", "hashicorp.com", "microsoft.com", "dotnetfoundation.org", "mongodb.com", "10gen.com",
			"elastic.co", "elasticsearch.com", "f5.com", "nginx.com", "grafana.com", "datadoghq.com", "nodesource.com",
			"github.com", "gitlab.com", "chromium.org", "kubernetes.io", "oss.oracle.com", "percona.com", "mariadb.com",
			"influxdata.com", "influxdb.com", "redis.io", "redis.com", "redislabs.com", "rabbitmq.com", "confluent.io",
			"clickhouse.com", "clickhouse.tech", "cockroachlabs.com", "neo4j.com", "couchbase.com", "timescale.com",
			"splunk.com", "newrelic.com", "dynatrace.com", "sysdig.com", "crowdstrike.com", "treasuredata.com", "treasure-data.com",
			"fluentbit.io", "calyptia.com", "cloudflare.com", "tailscale.com", "zabbix.com", "teleport.com", "goteleport.com",
			"adoptium.net", "azul.com", "azulsystems.com", "amazon.com", "amd.com", "mysql.com", "puppet.com", "puppetlabs.com", "chef.io",
			"jenkins-ci.org", "jfrog.com", "sonarsource.com", "vmware.com", "broadcom.com", "esl.erlang-solutions.com",
			"erlang-solutions.com", "getcomposer.org", "yarnpkg.com", "slack-corp.com", "zoom.us", "teamviewer.com", "anydesk.com",
			"vivaldi.com", "opera.com", "brave.com", "sublimetext.com", "jetbrains.com", "1password.com", "agilebits.com":
			return true
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return false
}

// isVendorName knows names that come without an address, or with one that is
// not the vendor's.
func isVendorName(name string) bool {
	switch name {
	case "GitHub", "HashiCorp", "Docker", "NVIDIA", "NVIDIA Corporation", "MongoDB", "Elastic", "Microsoft", "Microsoft Corporation",
		"Grafana Labs", "Datadog", "Datadog, Inc.", "PowerShell Team", "Google Cloud CLI Authors", "Google Cloud SDK Authors",
		"Kubernetes Authors", "Yarn Developers", "cudatools", "Vector Contributors", "Caddy Web Server":
		return true
	}
	return false
}

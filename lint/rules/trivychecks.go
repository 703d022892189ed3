package rules

import "github.com/plimsoll-go/plimsoll/vuln/severity"

// workloadChecks are those of all objects but roles and their bindings.
func workloadChecks() []TrivyCheck {
	const (
		low      = severity.Low
		medium   = severity.Medium
		high     = severity.High
		critical = severity.Critical
	)
	return []TrivyCheck{
		{ID: "KSV-0001", Severity: medium, Title: "Privilege escalation is not ruled out"},
		{ID: "KSV-0002", Severity: low, Title: "AppArmor profile other than the runtime's"},
		{ID: "KSV-0003", Severity: low, Title: "Capabilities that are not all dropped"},
		{ID: "KSV-0004", Severity: low, Title: "No capability is dropped"},
		{ID: "KSV-0005", Severity: high, Title: "Capability SYS_ADMIN"},
		{ID: "KSV-0006", Severity: high, Title: "Socket of the container runtime"},
		{ID: "KSV-0007", Severity: low, Title: "Host names of the pod's own"},
		{ID: "KSV-0008", Severity: high, Title: "IPC namespace of the node"},
		{ID: "KSV-0009", Severity: high, Title: "Network of the node"},
		{ID: "KSV-0010", Severity: high, Title: "Process namespace of the node"},
		{ID: "KSV-0011", Severity: low, Title: "No CPU limit"},
		{ID: "KSV-0012", Severity: medium, Title: "Root is not ruled out"},
		{ID: "KSV-0013", Severity: medium, Title: "Image without a fixed tag"},
		{ID: "KSV-0014", Severity: high, Title: "Writable root file system"},
		{ID: "KSV-0015", Severity: low, Title: "No CPU request"},
		{ID: "KSV-0016", Severity: low, Title: "No memory request"},
		{ID: "KSV-0017", Severity: high, Title: "Privileged container"},
		{ID: "KSV-0018", Severity: low, Title: "No memory limit"},
		{ID: "KSV-0020", Severity: low, Title: "Low user ID"},
		{ID: "KSV-0021", Severity: low, Title: "Low group ID"},
		{ID: "KSV-0022", Severity: medium, Title: "Added capabilities"},
		{ID: "KSV-0023", Severity: medium, Title: "Path of the node"},
		{ID: "KSV-0024", Severity: high, Title: "Port of the node"},
		{ID: "KSV-0025", Severity: medium, Title: "SELinux options that are restricted"},
		{ID: "KSV-0026", Severity: medium, Title: "Unsafe kernel parameter"},
		{ID: "KSV-0027", Severity: medium, Title: "Unmasked /proc"},
		{ID: "KSV-0028", Severity: low, Title: "Volume of a restricted type"},
		{ID: "KSV-0030", Severity: low, Title: "Seccomp profile other than the runtime's"},
		{ID: "KSV-0036", Severity: medium, Title: "Token of the service account in the containers"},
		{ID: "KSV-0037", Severity: medium, Title: "Object in kube-system"},
		{ID: "KSV-0038", Severity: medium, Title: "Network policy without a selector"},
		{ID: "KSV-0039", Severity: low, Title: "LimitRange that leaves something open"},
		{ID: "KSV-0040", Severity: low, Title: "ResourceQuota that leaves something open"},
		{ID: "KSV-0102", Severity: critical, Title: "Tiller"},
		{ID: "KSV-0103", Severity: medium, Title: "Process of the Windows host"},
		{ID: "KSV-0104", Severity: medium, Title: "No seccomp profile"},
		{ID: "KSV-0105", Severity: low, Title: "User 0"},
		{ID: "KSV-0106", Severity: low, Title: "Capabilities beyond NET_BIND_SERVICE"},
		{ID: "KSV-0107", Severity: low, Title: "API that is deprecated"},
		{ID: "KSV-0108", Severity: high, Title: "Service that leads elsewhere", NoLines: true},
		{ID: "KSV-0109", Severity: high, Title: "Secret in a ConfigMap", NoLines: true},
		{ID: "KSV-01010", Severity: medium, Title: "Personal data in a ConfigMap", NoLines: true},
		{ID: "KSV-0110", Severity: low, Title: "Workload in the namespace default"},
		{ID: "KSV-0116", Severity: low, Title: "Group 0", NoLines: true},
		{ID: "KSV-0117", Severity: medium, Title: "Privileged port", NoLines: true},
		{ID: "KSV-0118", Severity: high, Title: "No security context"},
		{ID: "KSV-0119", Severity: high, Title: "Capability NET_RAW"},
		{ID: "KSV-0120", Severity: high, Title: "Capability SYS_MODULE"},
		{ID: "KSV-0121", Severity: high, Title: "System directory of the node"},
		{ID: "KSV-0124", Severity: high, Title: "Allowed repository that is open at its end"},
		{ID: "KCV-0093", Severity: critical, Title: "Ingress that escapes into nginx's configuration"},
		{ID: "KSV-0125", Severity: medium, Title: "Image from a registry that is not trusted"},
	}
}

// roleChecks are those of roles and their bindings.
func roleChecks() []TrivyCheck {
	const (
		low      = severity.Low
		medium   = severity.Medium
		high     = severity.High
		critical = severity.Critical
	)
	return []TrivyCheck{
		{ID: "KSV-0041", Severity: critical, Title: "Cluster role for Secrets"},
		{ID: "KSV-0042", Severity: medium, Title: "Role that may delete logs"},
		{ID: "KSV-0043", Severity: critical, Title: "Role that may act as a group"},
		{ID: "KSV-0044", Severity: critical, Title: "Role that may do everything"},
		{ID: "KSV-0045", Severity: critical, Title: "Role with all verbs for a sensitive resource"},
		{ID: "KSV-0046", Severity: critical, Title: "Cluster role for all resources"},
		{ID: "KSV-0047", Severity: high, Title: "Role that may speak to kubelets"},
		{ID: "KSV-0048", Severity: medium, Title: "Role that may change workloads"},
		{ID: "KSV-0049", Severity: medium, Title: "Role that may change ConfigMaps"},
		{ID: "KSV-0050", Severity: critical, Title: "Role that may change roles and bindings"},
		{ID: "KSV-0051", Severity: high, Title: "Role that may bind roles in a namespace"},
		{ID: "KSV-0052", Severity: high, Title: "Role that may bind roles in the cluster"},
		{ID: "KSV-0053", Severity: high, Title: "Role that may run commands in pods"},
		{ID: "KSV-0054", Severity: high, Title: "Role that may attach to pods"},
		{ID: "KSV-0055", Severity: low, Title: "Role that may add subjects to bindings"},
		{ID: "KSV-0056", Severity: high, Title: "Role that may change where traffic goes"},
		{ID: "KSV-01011", Severity: critical, Title: "Role for everybody who has an account"},
		{ID: "KSV-0111", Severity: medium, Title: "Binding to cluster-admin, admin or edit"},
		{ID: "KSV-0112", Severity: critical, Title: "Role for all resources of a namespace"},
		{ID: "KSV-0113", Severity: medium, Title: "Role for the Secrets of a namespace"},
		{ID: "KSV-0114", Severity: critical, Title: "Role that may change admission webhooks"},
		{ID: "KSV-0115", Severity: critical, Title: "Role that may change aws-auth"},
		{ID: "KSV-0122", Severity: critical, Title: "Role for everybody"},
		{ID: "KSV-0123", Severity: critical, Title: "Role for the masters"},
	}
}

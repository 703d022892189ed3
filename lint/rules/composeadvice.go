package rules

import "github.com/plimsoll-go/plimsoll/lint"

// serviceAdvice says what to do about a rule in a Compose file, where the rule looks
// at Kubernetes objects too.
func serviceAdvice() map[string]string {
	const added, volume = "remove it from cap_add.", "remove the volume, or mount the single file that is needed read-only."
	return map[string]string{
		"added-capabilities":             added,
		"apparmor-profile":               "remove apparmor:unconfined from security_opt.",
		"docker-sock":                    "remove the volume.",
		"drop-all-capabilities":          "set cap_drop to [ALL], and add what is needed to cap_add.",
		"drop-net-raw-capability":        "add NET_RAW, or better ALL, to cap_drop.",
		"duplicate-env-var":              "keep one of them in environment.",
		"env-var-secret":                 "use secrets, or take the value from Compose's environment: ${NAME}.",
		"host-ipc":                       "remove ipc.",
		"host-network":                   "remove network_mode, and publish ports.",
		"host-pid":                       "remove pid.",
		"image-digest":                   "add the digest to image.",
		"latest-tag":                     "name the version in image.",
		"net-raw-capability":             added,
		"no-liveness-probe":              "add a healthcheck.",
		"no-read-only-root-fs":           "set read_only to true, and use tmpfs or volumes where the service has to write.",
		"privilege-escalation-container": "add no-new-privileges:true to security_opt.",
		"privileged-container":           "remove privileged.",
		"restart-policy":                 "set restart to unless-stopped.",
		"root-group":                     "use another group in user and group_add.",
		"run-as-non-root":                "set user to a number above 0.",
		"seccomp-profile":                "remove seccomp:unconfined from security_opt.",
		"sensitive-host-mounts":          volume,
		"ssh-port":                       "use docker compose exec.",
		"sys-admin-capability":           added,
		"sys-module-capability":          added,
		"unsafe-proc-mount":              "remove systempaths=unconfined from security_opt.",
		"unset-cpu-limit":                "set deploy.resources.limits.cpus, or cpus.",
		"unset-memory-requirements":      "set deploy.resources.limits.memory, or mem_limit.",
		"writable-host-mount":            "add :ro to the volume, or use a named one.",
	}
}

// adviseServices adds the advice to the rules.
func adviseServices(all []*lint.Rule) {
	advice := serviceAdvice()
	for _, r := range all {
		if text, ok := advice[r.Name]; ok {
			r.Remediation += " In a Compose file: " + text
		}
	}
}

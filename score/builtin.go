package score

// The kinds that Kubesec applies most of its rules to, and those that one of them is
// applied to as well.
func workloadKinds() []string { return []string{"Pod", "Deployment", "StatefulSet", "DaemonSet"} }
func makerKinds() []string    { return append(workloadKinds(), "ReplicaSet", "Job", "CronJob") }

// builtin are the rules of Kubesec, with its ids, points and selectors.
func builtin() []Rule {
	workloads := workloadKinds()
	const (
		seccomp = ".spec .securityContext .seccompProfile .type | .spec .containers[] .securityContext .seccompProfile .type | " +
			".spec .initContainers[] .securityContext .seccompProfile .type | .spec .ephemeralContainers[] .securityContext .seccompProfile .type"
		appArmor = ".spec .securityContext .appArmorProfile .type | .spec .containers[] .securityContext .appArmorProfile .type | " +
			".spec .initContainers[] .securityContext .appArmorProfile .type | .spec .ephemeralContainers[] .securityContext .appArmorProfile .type"
		secrets = ".spec .containers[] .env[] .valueFrom .secretKeyRef | .spec .initContainers[] .env[] .valueFrom .secretKeyRef | " +
			".spec .ephemeralContainers[] .env[] .valueFrom .secretKeyRef | .spec .containers[] .envFrom[] .secretRef | " +
			".spec .initContainers[] .envFrom[] .secretRef | .spec .ephemeralContainers[] .envFrom[] .secretRef"
	)
	return []Rule{{
		ID: "HostNetwork", Points: -9, Kinds: workloads, Selector: ".spec .hostNetwork == true",
		Reason: "In the network of its node a pod reaches what listens on the node's own addresses, and no network policy holds for it",
		check:  hostNetwork, compat: rawHostNetwork, mend: mendHostNetwork,
	}, {
		ID: "HostPID", linux: true, Points: -9, Kinds: workloads, Selector: ".spec .hostPID == true",
		Reason: "A pod that sees the processes of its node can read their environment and send them signals",
		check:  hostPID, compat: rawHostPID, mend: mendHostPID,
	}, {
		ID: "HostIPC", linux: true, Points: -9, Kinds: workloads, Selector: ".spec .hostIPC == true",
		Reason: "A pod in the IPC namespace of its node can read and change the memory that processes of the node share",
		check:  hostIPC, compat: rawHostIPC, mend: mendHostIPC,
	}, {
		ID: "ReadOnlyRootFilesystem", linux: true, Points: 1, Advise: 3, Kinds: workloads, scope: containers,
		Selector: "containers[] .securityContext .readOnlyRootFilesystem == true",
		Reason:   "Nobody who breaks into a container can leave programs in a root file system that is read-only",
		check:    readOnlyRootFilesystem, compat: rawReadOnlyRootFilesystem, mend: mendReadOnlyRootFilesystem,
	}, {
		ID: "RunAsNonRoot", Points: 1, Advise: 10, Kinds: workloads, scope: containers,
		Selector: ".spec, .spec.containers[] | .securityContext .runAsNonRoot == true",
		Reason:   "A container that must not run as root does not start as root, whatever its image says",
		check:    runAsNonRoot, compat: rawRunAsNonRoot, mend: mendRunAsNonRoot,
	}, {
		ID: "RunAsUser", linux: true, Points: 1, Advise: 4, Kinds: workloads, scope: containers,
		Selector: ".spec, .spec.containers[] | .securityContext .runAsUser -gt 10000",
		Reason:   "A user id above 10000 is that of no user of the node",
		check:    runAsUser, compat: rawRunAsUser, mend: mendRunAsUser,
	}, {
		ID: "RunAsGroup", linux: true, Points: 1, Advise: 4, Kinds: workloads, scope: containers,
		Selector: ".spec, .spec.containers[] | .securityContext .runAsGroup -gt 10000",
		Reason:   "A group id above 10000 is that of no group of the node",
		check:    runAsGroup, compat: rawRunAsGroup, mend: mendRunAsGroup,
	}, {
		ID: "Privileged", linux: true, Points: -30, Kinds: workloads, scope: containers, Selector: "containers[] .securityContext .privileged == true",
		Reason: "A privileged container has the devices and the kernel of its node at its disposal",
		check:  privileged, compat: rawPrivileged, mend: mendPrivileged,
	}, {
		ID: "CapSysAdmin", linux: true, Points: -30, Kinds: workloads, scope: containers, Selector: "containers[] .securityContext .capabilities .add == SYS_ADMIN",
		Reason: "CAP_SYS_ADMIN allows nearly all that root may do, mounting file systems among it",
		check:  capSysAdmin, compat: rawCapSysAdmin, mend: mendCapSysAdmin,
	}, {
		ID: "CapDropAny", linux: true, Points: 1, Kinds: workloads, scope: containers, Selector: "containers[] .securityContext .capabilities .drop",
		Reason: "Each capability that a container gives up is one less to attack the kernel with",
		check:  capDropAny, compat: rawCapDropAny, mend: mendCapDropAny,
	}, {
		ID: "CapDropAll", linux: true, Points: 1, Kinds: workloads, scope: containers, Selector: `containers[] .securityContext .capabilities .drop | index("ALL")`,
		Reason: "A container that drops all capabilities and adds those it needs has no other",
		check:  capDropAll, compat: rawCapDropAll, mend: mendCapDropAll,
	}, {
		ID: "DockerSock", Points: -9, Kinds: workloads, Selector: "volumes[] .hostPath .path == /var/run/docker.sock",
		Reason: "Who can write to the socket of the container runtime can start a container that owns the node",
		check:  runtimeSocket, compat: rawDockerSock, refuse: "the volume and its mounts would have to go, and what they are for",
	}, {
		ID: "ProcMount", Points: -9, Kinds: workloads, Selector: "volumes[] .hostPath .path == /proc",
		Reason: "The node's /proc shows all of its processes and has switches of its kernel",
		check:  hostProc, compat: rawProcMount, refuse: "the volume and its mounts would have to go, and what they are for",
	}, {
		ID: "RequestsCPU", Points: 1, Kinds: workloads, scope: containers, Selector: "containers[] .resources .requests .cpu",
		Reason: "A CPU request keeps processor time for the container, and its pod off a node that has none left",
		check:  requestsCPU, compat: rawRequestsCPU, mend: mendRequestsCPU,
	}, {
		ID: "LimitsCPU", Points: 1, Kinds: workloads, scope: containers, Selector: "containers[] .resources .limits .cpu",
		Reason: "A CPU limit keeps a container that runs wild from starving its neighbours",
		check:  limitsCPU, compat: rawLimitsCPU, mend: mendLimitsCPU,
	}, {
		ID: "RequestsMemory", Points: 1, Kinds: workloads, scope: containers, Selector: "containers[] .resources .requests .memory",
		Reason: "A memory request keeps memory for the container, and its pod off a node that has none left",
		check:  requestsMemory, compat: rawRequestsMemory, mend: mendRequestsMemory,
	}, {
		ID: "LimitsMemory", Points: 1, Kinds: workloads, scope: containers, Selector: "containers[] .resources .limits .memory",
		Reason: "A memory limit keeps a container that leaks from taking its node down",
		check:  limitsMemory, compat: rawLimitsMemory, mend: mendLimitsMemory,
	}, {
		ID: "ServiceAccountName", Points: 3, Kinds: workloads, Selector: ".spec .serviceAccountName",
		Reason: "A service account of its own has no rights but those that the workload needs",
		check:  serviceAccountName, compat: rawServiceAccountName, mend: mendServiceAccountName,
	}, {
		ID: "HostAliases", Points: -3, Kinds: workloads, Selector: ".spec .hostAliases",
		Reason: "Names in a pod's hosts file stand before those of the cluster's DNS, and nobody sees where they lead",
		check:  hostAliases, compat: rawHostAliases, refuse: "the names would have to be in the DNS first",
	}, {
		ID: "SeccompAny", linux: true, Points: 1, Kinds: workloads, scope: containers, Selector: seccomp,
		Reason: "A seccomp profile keeps a container from most system calls that attacks on the kernel are made of",
		check:  seccompAny, compat: rawSeccompAny, mend: mendSeccomp,
	}, {
		ID: "SeccompUnconfined", linux: true, Points: -1, Kinds: workloads, scope: containers, Selector: seccomp,
		Reason: "Without a seccomp profile a container may make every system call",
		check:  seccompUnconfined, compat: rawSeccompUnconfined, mend: mendSeccomp,
	}, {
		ID: "ApparmorAny", linux: true, Points: 3, Kinds: workloads, scope: containers, Selector: appArmor,
		Reason: "An AppArmor profile bounds the files and capabilities that a container can use, whoever it runs as",
		check:  appArmorAny, compat: rawAppArmorAny, mend: mendAppArmor,
	}, {
		ID: "ApparmorUnconfined", linux: true, Points: -1, Kinds: workloads, scope: containers, Selector: appArmor,
		Reason: "Without an AppArmor profile nothing but its user bounds what a container can use",
		check:  appArmorUnconfined, compat: rawAppArmorUnconfined, mend: mendAppArmor,
	}, {
		ID: "VolumeClaimAccessModeReadWriteOnce", Points: 1, Kinds: []string{"StatefulSet"}, scope: claims,
		Selector: `.spec .volumeClaimTemplates[] .spec .accessModes | index("ReadWriteOnce")`,
		Reason:   "A volume that one node alone can mount is out of reach of pods elsewhere",
		check:    claimAccessModes, compat: rawClaimAccessModes, mend: mendClaimAccessModes,
	}, {
		ID: "VolumeClaimRequestsStorage", Points: 1, Kinds: []string{"StatefulSet"}, scope: claims,
		Selector: ".spec .volumeClaimTemplates[] .spec .resources .requests .storage",
		Reason:   "A claim that says how much it needs gets a volume that is large enough, and no larger",
		check:    claimStorage, compat: rawClaimStorage, mend: mendClaimStorage,
	}, {
		ID: "AllowPrivilegeEscalation", linux: true, Points: -7, Kinds: workloads, scope: containers,
		Selector: "containers[] .securityContext .allowPrivilegeEscalation == true",
		Reason:   "A process that may gain privileges can become root through a setuid program",
		check:    privilegeEscalation, compat: rawPrivilegeEscalation, mend: mendPrivilegeEscalation,
	}, {
		ID: "AutomountServiceAccountToken", Points: 1, Kinds: workloads, Selector: ".spec .automountServiceAccountToken == false",
		Reason: "A pod without a token cannot speak to the API server as its service account, and neither can who breaks into it",
		check:  automountToken, compat: rawAutomountToken, mend: mendAutomountToken,
	}, {
		ID: "HostUsers", linux: true, Points: 1, Kinds: workloads, Selector: ".spec .hostUsers == false",
		Reason: "In a user namespace of its own root in the pod is nobody on the node",
		check:  hostUsers, compat: rawHostUsers, mend: mendHostUsers,
	}, {
		ID: "SecretsAsEnvironmentVariables", Points: -5, Kinds: makerKinds(), scope: containers, Selector: secrets,
		Reason: "Environment variables end up in logs, crash reports and child processes, and the secrets in them too",
		check:  secretVariables, compat: rawSecretVariables, refuse: "the program would have to read the secret from a file",
	}, {
		ID: "BindingsToSystemAnonymous", Points: -30, Kinds: []string{"RoleBinding", "ClusterRoleBinding"}, scope: bindings,
		Selector: `.subjects[] .name == "system:anonymous"`,
		Reason:   "What is bound to system:anonymous is open to whoever reaches the API server",
		check:    anonymousSubjects, compat: rawAnonymousSubjects, mend: mendAnonymousSubjects,
	}}
}

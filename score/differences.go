package score

// A Difference is a case where the default answer is not Kubesec's.
type Difference struct {
	Rule     string // the rule's id; empty: all of them, or none
	Kubesec  string // what it answers, and compat mode too
	Plimsoll string // what the default mode answers
	Reason   string
	Issue    string // where it is reported upstream, empty where it is not
}

// Differences returns all differences: those of every rule first, then by rule.
func Differences() []Difference {
	return []Difference{{
		Kubesec:  "gives the points of a rule when one container deserves them",
		Plimsoll: "when all do",
		Reason:   "whoever breaks into a pod takes its weakest container",
	}, {
		Kubesec:  "does not see documents behind separators other than a line of exactly ---, nor behind the first one of a text with CRLF",
		Plimsoll: "reads all documents of a text",
		Reason:   "the API server gets them all",
		Issue:    "https://github.com/controlplaneio/kubesec/issues/120",
	}, {
		Kubesec:  "takes a document of comments alone for an object of kind Unknown with a score of 0",
		Plimsoll: "passes over it",
		Reason:   "there is nothing in it",
	}, {
		Kubesec:  "does not score the items of a list",
		Plimsoll: "scores each",
		Reason:   "they are the objects that come to be",
	}, {
		Kubesec:  "panics at a hostNetwork, hostPID or hostIPC that is no truth value, and passes over other fields of another type",
		Plimsoll: "says of an object with a field of another type that it is not valid, and where",
		Reason:   "the API server refuses it",
	}, {
		Kubesec:  "scores a workload without containers",
		Plimsoll: "says that it is not valid",
		Reason:   "the API server refuses it",
	}, {
		Kubesec:  "looks at the kind alone, whatever its API group",
		Plimsoll: "at the group too",
		Reason:   "a kind of another group is another kind",
	}, {
		Kubesec:  "scores Pod, Deployment, StatefulSet and DaemonSet",
		Plimsoll: "every kind that makes pods: Job, CronJob, ReplicaSet, ReplicationController, DeploymentConfig too",
		Reason:   "their pods run on the same nodes",
	}, {
		Kubesec:  "fails a document of a kind that no rule is for, and one with a score of 0 that it says has passed",
		Plimsoll: "fails what it says has failed: a score below the least that passes",
		Reason:   "a Service beside a good Deployment is no fault of either",
		Issue:    "https://github.com/controlplaneio/kubesec/issues/580",
	}, {
		Kubesec:  "shows the namespace default for objects that are in none, such as a ClusterRole",
		Plimsoll: "shows none",
		Reason:   "there is no such object in that namespace",
	}, {
		Kubesec:  "asks pods for Windows for settings of Linux",
		Plimsoll: "does not",
		Reason:   "the API server refuses the fields there",
	}, {
		Rule:     "AllowPrivilegeEscalation",
		Kubesec:  "takes points for true",
		Plimsoll: "unless it is false",
		Reason:   "the field is true where it is left out",
	}, {
		Rule:     "BindingsToSystemAnonymous",
		Kubesec:  "takes points for any subject with system:anonymous in its name",
		Plimsoll: "for the user of that name, and for the group system:unauthenticated, which that user is in",
		Reason:   "they are whoever does not say who he is; a service account of such a name is not",
	}, {
		Rule:     "CapDropAll",
		Kubesec:  "looks for ALL in the text of the list, and takes a string for a list",
		Plimsoll: "asks for the item ALL, whatever its case",
		Reason:   "that is what a container runtime knows",
	}, {
		Rule:     "CapSysAdmin",
		Kubesec:  "looks for SYS_ADMIN in the text of the list",
		Plimsoll: "knows SYS_ADMIN whatever its case, with CAP_ or without, and ALL",
		Reason:   "ALL has it in it",
	}, {
		Rule:     "DockerSock",
		Kubesec:  "looks for /var/run/docker.sock in the paths",
		Plimsoll: "knows the sockets of Docker, containerd, CRI-O, cri-dockerd, Podman and k3s by their paths, and the directories that they are in",
		Reason:   "each of them starts containers; /var/run/docker.sock.old does not",
	}, {
		Rule:     "HostAliases",
		Kubesec:  "takes points for an empty list",
		Plimsoll: "does not",
		Reason:   "there is no alias in it",
	}, {
		Rule:     "LimitsCPU, LimitsMemory, RequestsCPU, RequestsMemory",
		Kubesec:  "gives points for the key, whatever its value, and does not look at init containers",
		Plimsoll: "for an amount above 0 in init containers too; a request that is left out is what the limit is",
		Reason:   "nothing is bounded by 0 or null; the API server takes the limit for the request",
	}, {
		Rule:     "ProcMount",
		Kubesec:  "looks for /proc in the paths",
		Plimsoll: "takes points for /proc, what is below it, and /",
		Reason:   "/data/process is another directory",
	}, {
		Rule:     "SeccompAny, ApparmorAny",
		Kubesec:  "gives points for any type but Unconfined",
		Plimsoll: "for RuntimeDefault and Localhost",
		Reason:   "there are no others",
	}, {
		Rule:     "ServiceAccountName",
		Kubesec:  "gives points for an empty name and for default, and not for the field serviceAccount",
		Plimsoll: "for an account of the pod's own, in either field",
		Reason:   "all pods that say nothing share the default account",
		Issue:    "https://github.com/controlplaneio/kubesec/issues/333",
	}, {
		Rule:     "VolumeClaimAccessModeReadWriteOnce",
		Kubesec:  "gives points for one claim with ReadWriteOnce alone, and to a StatefulSet without claims",
		Plimsoll: "where each claim can be ReadWriteOnce or ReadWriteOncePod; without claims there are no points to have",
		Reason:   "ReadWriteOncePod is stricter, and nothing is no achievement",
	}, {
		Rule:     "VolumeClaimRequestsStorage",
		Kubesec:  "gives points when one claim has the key, and to a StatefulSet without claims",
		Plimsoll: "where each claim has an amount; without claims there are no points to have",
		Reason:   "nothing is no achievement",
	}}
}

package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A Kind is a word for some kinds of object: one of the constants, or a group and
// a kind, "cert-manager.io/Certificate", or "/ConfigMap" in the core group.
type Kind string

// The words there are. Those of one kind stand for it in each version of its API.
// Dockerfile and Compose stand for files that are one, which no other word means. In
// compat mode there are no Compose files.
const (
	Any                        Kind = "Any"            // every Kubernetes object
	DeploymentLike             Kind = "DeploymentLike" // everything that makes pods, and pods
	JobLike                    Kind = "JobLike"        // Job and CronJob
	ClusterRole                Kind = "ClusterRole"
	ClusterRoleBinding         Kind = "ClusterRoleBinding"
	Compose                    Kind = manifest.ComposeKind
	CronJob                    Kind = "CronJob"
	DaemonSet                  Kind = "DaemonSet"
	Deployment                 Kind = "Deployment"
	DeploymentConfig           Kind = "DeploymentConfig"
	Dockerfile                 Kind = manifest.DockerfileKind
	HorizontalPodAutoscaler    Kind = "HorizontalPodAutoscaler"
	Ingress                    Kind = "Ingress"
	Job                        Kind = "Job"
	NetworkPolicy              Kind = "NetworkPolicy"
	PersistentVolumeClaim      Kind = "PersistentVolumeClaim"
	Pod                        Kind = "Pod"
	PodDisruptionBudget        Kind = "PodDisruptionBudget"
	ReplicaSet                 Kind = "ReplicaSet"
	ReplicationController      Kind = "ReplicationController"
	Role                       Kind = "Role"
	RoleBinding                Kind = "RoleBinding"
	ScaledObject               Kind = "ScaledObject"
	SecurityContextConstraints Kind = "SecurityContextConstraints"
	Service                    Kind = "Service"
	ServiceAccount             Kind = "ServiceAccount"
	ServiceMonitor             Kind = "ServiceMonitor"
	StatefulSet                Kind = "StatefulSet"
)

// A kindRow says what a word stands for.
type kindRow struct {
	kind   Kind
	groups []string // the groups that have the kind; the first is today's
	exact  []string // what KubeLinter means: groups with a version
}

// kindRows has a row for each word of one kind.
func kindRows() []kindRow {
	const rbac = "rbac.authorization.k8s.io"
	return []kindRow{
		{ClusterRole, []string{rbac}, []string{rbac + "/v1"}},
		{ClusterRoleBinding, []string{rbac}, []string{rbac + "/v1"}},
		{CronJob, []string{"batch"}, []string{"batch/v1"}},
		{DaemonSet, []string{"apps", "extensions"}, []string{"apps/v1"}},
		{Deployment, []string{"apps", "extensions"}, []string{"apps/v1"}},
		{DeploymentConfig, []string{"apps.openshift.io", ""}, []string{"apps.openshift.io/v1"}},
		{HorizontalPodAutoscaler, []string{"autoscaling"}, []string{"autoscaling/v1", "autoscaling/v2beta1", "autoscaling/v2beta2", "autoscaling/v2"}},
		{Ingress, []string{"networking.k8s.io", "extensions"}, []string{"networking.k8s.io/v1"}},
		{Job, []string{"batch"}, []string{"batch/v1"}},
		{NetworkPolicy, []string{"networking.k8s.io", "extensions"}, []string{"networking.k8s.io/v1"}},
		{PersistentVolumeClaim, []string{""}, []string{"v1"}},
		{Pod, []string{""}, []string{"v1"}},
		{PodDisruptionBudget, []string{"policy"}, []string{"policy/v1"}},
		{ReplicaSet, []string{"apps", "extensions"}, []string{"apps/v1"}},
		{ReplicationController, []string{""}, []string{"v1"}},
		{Role, []string{rbac}, []string{rbac + "/v1"}},
		{RoleBinding, []string{rbac}, []string{rbac + "/v1"}},
		{ScaledObject, []string{"keda.sh"}, []string{"keda.sh/v1alpha1"}},
		{SecurityContextConstraints, []string{"security.openshift.io", ""}, []string{"security.openshift.io/v1"}},
		{Service, []string{""}, []string{"v1"}},
		{ServiceAccount, []string{""}, []string{"v1"}},
		{ServiceMonitor, []string{"monitoring.coreos.com"}, []string{"monitoring.coreos.com/v1"}},
		{StatefulSet, []string{"apps"}, []string{"apps/v1"}},
	}
}

// Kinds are all the words there are, sorted.
func Kinds() []Kind {
	kinds := []Kind{Any, Compose, DeploymentLike, Dockerfile, JobLike}
	for _, row := range kindRows() {
		kinds = append(kinds, row.kind)
	}
	slices.Sort(kinds)
	return kinds
}

// check returns an error for a word that is none of known and names no group.
func (k Kind) check(known []Kind) error {
	if slices.Contains(known, k) {
		return nil
	}
	if _, kind, ok := strings.Cut(string(k), "/"); ok && kind != "" && !strings.Contains(kind, "/") {
		return nil
	}
	return fmt.Errorf("unknown object kind: %v", k)
}

// A kindSet is what rules look at, made to be asked often.
type kindSet struct {
	any, workloads bool
	dockerfiles    bool
	composes       bool
	compat         bool
	groups         map[string]bool // "apps Deployment"
	versions       map[string]bool // "apps/v1 Deployment", in compat
}

func newKindSet(kinds []Kind, rows []kindRow, compat bool) kindSet {
	s := kindSet{any: kinds == nil, compat: compat, groups: make(map[string]bool), versions: make(map[string]bool)}
	add := func(k Kind) {
		i := slices.IndexFunc(rows, func(r kindRow) bool { return r.kind == k })
		if i < 0 {
			group, kind, _ := strings.Cut(string(k), "/")
			s.groups[group+" "+kind] = true
			return
		}
		if compat {
			for _, version := range rows[i].exact {
				s.versions[version+" "+string(k)] = true
			}
			return
		}
		for _, group := range rows[i].groups {
			s.groups[group+" "+string(k)] = true
		}
	}
	for _, k := range kinds {
		switch k {
		case Any:
			s.any = true
		case DeploymentLike:
			s.workloads = true
		case Dockerfile:
			s.dockerfiles = true
		case Compose:
			s.composes = true
		case JobLike:
			add(Job)
			add(CronJob)
		default:
			add(k)
		}
	}
	return s
}

// An objectKind is what a kindSet is asked for.
type objectKind struct {
	workload      bool
	dockerfile    bool
	compose       bool
	name, version string // "apps Deployment", "apps/v1 Deployment"
}

func kindOf(o *manifest.Object, compat bool) objectKind {
	return objectKind{
		dockerfile: o.Dockerfile() != nil,
		compose:    o.Compose() != nil,
		workload:   o.IsWorkload() && (!compat || kubeLinterWorkload(o)),
		name:       o.Group + " " + o.Kind,
		version:    o.APIVersion + " " + o.Kind,
	}
}

// has reports whether an object is of one of the kinds.
func (s kindSet) has(o objectKind) bool {
	if o.dockerfile {
		return s.dockerfiles
	}
	if o.compose {
		return s.composes
	}
	return s.any || s.workloads && o.workload || s.groups[o.name] || s.compat && s.versions[o.version]
}

// kubeLinterWorkload reports whether KubeLinter counts a workload as
// DeploymentLike: by group and kind, in any version.
func kubeLinterWorkload(o *manifest.Object) bool {
	switch o.Kind {
	case "DeploymentConfig":
		return o.Group == "apps.openshift.io"
	case "Rollout":
		return false
	}
	return o.Group != "extensions"
}

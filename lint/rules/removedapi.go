package rules

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A retiredAPI is a version of kinds that Kubernetes has given up. Deprecated and
// removed are minor versions of Kubernetes 1, 0 where it was never deprecated first.
type retiredAPI struct {
	apiVersion          string
	kinds               []string
	deprecated, removed int
	instead             string // empty: there is nothing
	same                bool   // an object is the same there
}

// retiredAPIs are those of the deprecation guide.
// https://kubernetes.io/docs/reference/using-api/deprecation-guide/
func retiredAPIs() []retiredAPI {
	const rbac = "rbac.authorization.k8s.io"
	roles := []string{"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"}
	return []retiredAPI{
		{"extensions/v1beta1", []string{"Deployment", "DaemonSet", "ReplicaSet"}, 9, 16, "apps/v1", false},
		{"extensions/v1beta1", []string{"NetworkPolicy"}, 9, 16, "networking.k8s.io/v1", true},
		{"extensions/v1beta1", []string{"PodSecurityPolicy"}, 10, 16, "", false},
		{"apps/v1beta1", []string{"Deployment", "StatefulSet", "ControllerRevision"}, 9, 16, "apps/v1", false},
		{"apps/v1beta2", []string{"Deployment", "DaemonSet", "ReplicaSet", "StatefulSet", "ControllerRevision"}, 9, 16, "apps/v1", false},
		{"extensions/v1beta1", []string{"Ingress"}, 14, 22, "networking.k8s.io/v1", false},
		{"networking.k8s.io/v1beta1", []string{"Ingress"}, 19, 22, "networking.k8s.io/v1", false},
		{"networking.k8s.io/v1beta1", []string{"IngressClass"}, 19, 22, "networking.k8s.io/v1", true},
		{"admissionregistration.k8s.io/v1beta1", []string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"}, 16, 22, "admissionregistration.k8s.io/v1", false},
		{"apiextensions.k8s.io/v1beta1", []string{"CustomResourceDefinition"}, 16, 22, "apiextensions.k8s.io/v1", false},
		{"apiregistration.k8s.io/v1beta1", []string{"APIService"}, 19, 22, "apiregistration.k8s.io/v1", true},
		{"authentication.k8s.io/v1beta1", []string{"TokenReview"}, 19, 22, "authentication.k8s.io/v1", true},
		{"authorization.k8s.io/v1beta1", []string{"LocalSubjectAccessReview", "SelfSubjectAccessReview", "SubjectAccessReview", "SelfSubjectRulesReview"}, 19, 22, "authorization.k8s.io/v1", false},
		{"certificates.k8s.io/v1beta1", []string{"CertificateSigningRequest"}, 19, 22, "certificates.k8s.io/v1", false},
		{"coordination.k8s.io/v1beta1", []string{"Lease"}, 19, 22, "coordination.k8s.io/v1", true},
		{rbac + "/v1beta1", roles, 17, 22, rbac + "/v1", true},
		{"scheduling.k8s.io/v1beta1", []string{"PriorityClass"}, 14, 22, "scheduling.k8s.io/v1", true},
		{"storage.k8s.io/v1beta1", []string{"CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"}, 19, 22, "storage.k8s.io/v1", true},
		{"batch/v2alpha1", []string{"CronJob"}, 8, 21, "batch/v1", true},
		{"batch/v1beta1", []string{"CronJob"}, 21, 25, "batch/v1", true},
		{"discovery.k8s.io/v1beta1", []string{"EndpointSlice"}, 21, 25, "discovery.k8s.io/v1", false},
		{"events.k8s.io/v1beta1", []string{"Event"}, 19, 25, "events.k8s.io/v1", false},
		{"autoscaling/v2beta1", []string{"HorizontalPodAutoscaler"}, 22, 25, "autoscaling/v2", false},
		{"policy/v1beta1", []string{"PodDisruptionBudget"}, 21, 25, "policy/v1", false},
		{"policy/v1beta1", []string{"PodSecurityPolicy"}, 21, 25, "", false},
		{"node.k8s.io/v1beta1", []string{"RuntimeClass"}, 22, 25, "node.k8s.io/v1", true},
		{"storage.k8s.io/v1beta1", []string{"CSIStorageCapacity"}, 24, 27, "storage.k8s.io/v1", true},
		{"flowcontrol.apiserver.k8s.io/v1beta1", []string{"FlowSchema", "PriorityLevelConfiguration"}, 23, 26, "flowcontrol.apiserver.k8s.io/v1", false},
		{"autoscaling/v2beta2", []string{"HorizontalPodAutoscaler"}, 23, 26, "autoscaling/v2", true},
		{"flowcontrol.apiserver.k8s.io/v1beta2", []string{"FlowSchema", "PriorityLevelConfiguration"}, 26, 29, "flowcontrol.apiserver.k8s.io/v1", false},
		{"flowcontrol.apiserver.k8s.io/v1beta3", []string{"FlowSchema", "PriorityLevelConfiguration"}, 29, 32, "flowcontrol.apiserver.k8s.io/v1", false},
		{"v1", []string{"ComponentStatus"}, 19, 0, "", false},
		{"v1", []string{"Endpoints"}, 33, 0, "", false},
	}
}

const deprecationURL = "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"

func retiredAPIRules() []*lint.Rule {
	apis := retiredAPIs()
	return []*lint.Rule{{
		Name:        "removed-api",
		Aliases:     []string{"KSV-0107"},
		Title:       "API that is no more",
		Doc:         "Reports objects of a version of an API that the version of Kubernetes does not serve any more. The API server refuses them.",
		Remediation: "Use the version of today.",
		URL:         deprecationURL,
		Severity:    severity.High,
		Run:         func(p *lint.Pass) error { return runRetiredAPI(p, apis, true) },
	}, {
		Name:        "deprecated-api",
		Aliases:     []string{"KSV-0107"},
		Title:       "API that is deprecated",
		Doc:         "Reports objects of a version of an API that the version of Kubernetes still serves, but a later one will not, or that is not to be used any more.",
		Remediation: "Use the version of today.",
		URL:         deprecationURL,
		Severity:    severity.Low,
		Run:         func(p *lint.Pass) error { return runRetiredAPI(p, apis, false) },
	}}
}

// runRetiredAPI reports an object if its API is one of apis and removed or, where
// removed is false, only deprecated.
func runRetiredAPI(p *lint.Pass, apis []retiredAPI, removed bool) error {
	o := p.Object
	for _, api := range apis {
		if api.apiVersion != o.APIVersion || !slices.Contains(api.kinds, o.Kind) {
			continue
		}
		gone := api.removed > 0 && since(p, api.removed)
		if gone != removed || !since(p, api.deprecated) {
			continue
		}
		message := fmt.Sprintf("%s %s is deprecated since Kubernetes 1.%d", api.apiVersion, o.Kind, api.deprecated)
		switch {
		case gone:
			message = fmt.Sprintf("%s %s is not served since Kubernetes 1.%d", api.apiVersion, o.Kind, api.removed)
		case api.removed > 0:
			message += fmt.Sprintf(", and not served since 1.%d", api.removed)
		}
		if api.instead != "" {
			message += "; use " + api.instead
		}
		where := o.Get("apiVersion")
		var fixes []lint.Fix
		if api.same && where.Exists() {
			fixes = []lint.Fix{lint.SetFix(o.Node, api.instead, "apiVersion")}
		}
		if !where.Exists() { // an item of a typed list
			where = o.Node
		}
		d := lint.Diagnostic{Message: message, Fixes: fixes}
		if p.Options.Kubernetes == "" {
			d.Aliases = []string{} // KSV-0107 asks for a version
		}
		p.ReportDiagnostic(where, d)
	}
	return nil
}

package score

import "github.com/plimsoll-go/plimsoll/manifest"

// nameOf is what the default mode calls an object: as Kubesec does, but without a
// namespace where its kind has none.
func nameOf(o *manifest.Object) string {
	if o.Node != nil && o.Compose() == nil && !isClusterWide(o.Group, o.Kind) {
		return newDocument(o.Node).name((*manifest.Node).Text)
	}
	name := o.Name
	if name == "" {
		name = "undefined"
	}
	return o.Kind + "/" + name
}

// isClusterWide reports whether objects of a kind are in no namespace.
// https://kubernetes.io/docs/reference/kubernetes-api/, as "kubectl api-resources
// --namespaced=false" lists them
func isClusterWide(group, kind string) bool {
	switch group {
	case "":
		return kind == "Namespace" || kind == "Node" || kind == "PersistentVolume"
	case "rbac.authorization.k8s.io":
		return kind == "ClusterRole" || kind == "ClusterRoleBinding"
	case "storage.k8s.io":
		return kind != "CSIStorageCapacity"
	case "policy", "extensions":
		return kind == "PodSecurityPolicy"
	case "networking.k8s.io":
		return kind == "IngressClass" || kind == "ServiceCIDR" || kind == "IPAddress"
	case "certificates.k8s.io":
		return kind == "CertificateSigningRequest" || kind == "ClusterTrustBundle"
	case "resource.k8s.io":
		return kind == "DeviceClass" || kind == "ResourceSlice"
	case "authentication.k8s.io":
		return true
	case "authorization.k8s.io":
		return kind != "LocalSubjectAccessReview"
	case "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "flowcontrol.apiserver.k8s.io",
		"node.k8s.io", "scheduling.k8s.io", "internal.apiserver.k8s.io", "storagemigration.k8s.io":
		return true
	}
	return false
}

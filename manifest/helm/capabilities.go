package helm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// capabilities are what templates see as .Capabilities: the cluster that there is
// not, as helm 4.3 imagines it. Their methods are called by templates.
type capabilities struct {
	KubeVersion kubeVersion
	APIVersions apiVersions
	HelmVersion helmVersion
}

type helmVersion struct{ Version, GitCommit, GitTreeState, GoVersion, KubeClientVersion string }

type kubeVersion struct {
	Version      string // as it was given: "v1.37.0-gke.1"
	Major, Minor string
	plain        string
}

// String is the version without what comes after the numbers.
func (v *kubeVersion) String() string { return v.plain }

// GitVersion is Version.
func (v *kubeVersion) GitVersion() string { return v.Version }

type apiVersions []string

// Has reports whether a version, "apps/v1", or a kind of it, "apps/v1/Deployment",
// is in the list, as it is written there.
func (v apiVersions) Has(version string) bool { return slices.Contains(v, version) }

func newCapabilities(kube string, more []string) (*capabilities, error) {
	v, err := semver.NewVersion(kube)
	if err != nil {
		return nil, fmt.Errorf("version %q of Kubernetes: %w", kube, err)
	}
	return &capabilities{
		KubeVersion: kubeVersion{
			Version: "v" + strings.TrimPrefix(kube, "v"),
			Major:   fmt.Sprint(v.Major()), Minor: fmt.Sprint(v.Minor()),
			plain: fmt.Sprintf("v%d.%d.%d", v.Major(), v.Minor(), v.Patch()),
		},
		APIVersions: append(kubernetesVersions(), more...),
		HelmVersion: helmVersion{Version: "v4.3", KubeClientVersion: "v1.37"},
	}, nil
}

// kubernetesVersions are those of the API that helm knows without a cluster, by
// group.
func kubernetesVersions() apiVersions {
	list := apiVersions{"v1"}
	for _, group := range []struct{ name, versions string }{
		{"admissionregistration.k8s.io", "v1 v1alpha1 v1beta1"},
		{"apiextensions.k8s.io", "v1 v1beta1"},
		{"apps", "v1 v1beta1 v1beta2"},
		{"authentication.k8s.io", "v1 v1alpha1 v1beta1"},
		{"authorization.k8s.io", "v1 v1beta1"},
		{"autoscaling", "v1 v2"},
		{"batch", "v1 v1beta1"},
		{"certificates.k8s.io", "v1 v1alpha1 v1beta1"},
		{"coordination.k8s.io", "v1 v1alpha2 v1beta1"},
		{"discovery.k8s.io", "v1 v1beta1"},
		{"events.k8s.io", "v1 v1beta1"},
		{"extensions", "v1beta1"},
		{"flowcontrol.apiserver.k8s.io", "v1 v1beta1 v1beta2 v1beta3"},
		{"internal.apiserver.k8s.io", "v1alpha1"},
		{"lifecycle.k8s.io", "v1alpha1"},
		{"networking.k8s.io", "v1 v1beta1"},
		{"node.k8s.io", "v1 v1alpha1 v1beta1"},
		{"policy", "v1 v1beta1"},
		{"rbac.authorization.k8s.io", "v1 v1alpha1 v1beta1"},
		{"resource.k8s.io", "v1 v1alpha3 v1beta1 v1beta2"},
		{"scheduling.k8s.io", "v1 v1alpha3 v1beta1"},
		{"storage.k8s.io", "v1 v1alpha1 v1beta1"},
		{"storagemigration.k8s.io", "v1 v1beta1"},
	} {
		for version := range strings.FieldsSeq(group.versions) {
			list = append(list, group.name+"/"+version)
		}
	}
	return list
}

package rules

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// pssVolumeRules are the controls about volumes. That of the level restricted
// forbids host paths too.
func pssVolumeRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "host-path",
		Aliases:     []string{"pss-host-path-volumes", "KSV-0023"},
		Groups:      []string{Baseline.Group()},
		Title:       "Volume that is a path of the node",
		Doc:         "Reports volumes that are files or directories of the node, mounted or not. What is there belongs to other pods and to the node, stays behind when the pod goes, and differs from node to node.",
		Remediation: "Use a persistent volume, or emptyDir where the data may be lost.",
		URL:         "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{lint.DeploymentLike},
		Cause:       causeSpec,
		Run:         runHostPath,
	}, {
		Name:        "pss-restricted-volumes",
		Aliases:     []string{"KSV-0028"},
		Groups:      []string{Restricted.Group()},
		Title:       "Volume of a type that is restricted",
		Doc:         "Reports volumes other than configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected and secret. The others give a pod storage that nobody but its author has provided: paths of the node, and servers in the network.",
		Remediation: "Let a persistentVolumeClaim ask for the storage.",
		URL:         pssURL,
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{lint.DeploymentLike},
		Cause:       causeSpec,
		Run:         runRestrictedVolumes,
	}}
}

func runHostPath(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil {
		return nil
	}
	for _, v := range pod.Volumes {
		n := v.Node.Get("hostPath")
		if !n.Exists() {
			continue
		}
		if v.HostPath.Set() {
			n = v.HostPath.Node
		}
		p.Reportf(n, "volume %q is the path %q of the node (hostPath)", v.Name.Value, v.HostPath.Value)
	}
	return nil
}

// restrictedVolumes are the types of volumes that the level restricted allows. The
// admission controllers that know of the type image allow it in each version.
func restrictedVolumes() []string {
	return []string{
		"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret",
	}
}

func runRestrictedVolumes(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil {
		return nil
	}
	for _, v := range pod.Volumes {
		// One without a type is an emptyDir.
		if v.Source != "" && !slices.Contains(restrictedVolumes(), v.Source) {
			d := lint.Diagnostic{Message: fmt.Sprintf("volume %q is of the restricted type %s", v.Name.Value, v.Source)}
			if v.Source == "hostPath" {
				d.Aliases = []string{} // KSV-0023 asks for it
			}
			p.ReportDiagnostic(v.Node.Get(v.Source), d)
		}
	}
	return nil
}

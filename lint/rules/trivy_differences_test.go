package rules_test

// A trivyDifference is what Trivy reports of some lines of a file and we do not, or
// the other way round.
type trivyDifference struct {
	file  string
	lines string // "12-17"
	// rows are the checks: "-KSV-0015" is a row of Trivy alone, "+KSV-0028" one of
	// ours; "+all": any that is ours.
	rows   string
	reason string
}

func trivyDifferences() []trivyDifference {
	const (
		request    = "a request that is left out is the limit: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/"
		ephemeral  = "Trivy reads containers and initContainers alone; the container is an ephemeral one"
		null       = "a securityContext that is null makes the container disappear from Trivy: its object.union has no result; null is as if left out"
		apparmor   = "Trivy knows the annotation of AppArmor, and not the field that has taken its place in Kubernetes 1.30"
		separator  = "Trivy names no line, and then adds the line of the document's separator to it"
		cephfs     = "Trivy looks for cephFS; the field is cephfs"
		inDir      = "Trivy compares the whole path; what is below /usr is reported too"
		rootGroup  = "Trivy finds containers with runAsGroup 0, and then reports pods alone"
		namespaced = "root in a user namespace is not root on the node; the Pod Security Standards have allowed it since Kubernetes 1.35"
		examples   = "kubernetes-examples/_archived/volumes/"
		score      = "kube-score/score/testdata/"
		kubesec    = "kubesec-assets/"
	)
	return []trivyDifference{
		{score + "deployment-appsv1beta1.yaml", "9-14", "-KSV-0015 -KSV-0016", request},
		{score + "deployment-appsv1beta2.yaml", "9-14", "-KSV-0015 -KSV-0016", request},
		{score + "deployment-extensions-v1beta1.yaml", "9-14", "-KSV-0015 -KSV-0016", request},
		{score + "deployment-test-resources.yaml", "9-14", "-KSV-0015 -KSV-0016", request},
		{score + "kube-score-ignore-annotations.yaml", "9-17", "-KSV-0016", request},
		{score + "pod-ephemeral-storage-annotation-ignore.yaml", "9-17", "-KSV-0016", request},
		{score + "pod-test-resources-only-limits.yaml", "7-12", "-KSV-0015 -KSV-0016", request},
		{score + "statefulset-appsv1beta1.yaml", "12-17", "-KSV-0015 -KSV-0016", request},
		{score + "statefulset-appsv1beta2.yaml", "12-17", "-KSV-0015 -KSV-0016", request},
		{score + "statefulset-test-resources.yaml", "12-17", "-KSV-0015 -KSV-0016", request},
		{examples + "storageos/storageos-pod.yaml", "10-22", "-KSV-0015", request},
		{examples + "storageos/storageos-pvcpod.yaml", "10-22", "-KSV-0015", request},
		{examples + "storageos/storageos-sc-pvcpod.yaml", "10-22", "-KSV-0015", request},

		{kubesec + "score-0-dep-apparmor-unconfined-ephemeralcontainer.yml", "20-24", "+all", ephemeral},
		{kubesec + "score-0-dep-seccomp-unconfined-ephemeralcontainer.yml", "20-24", "+all", ephemeral},
		{kubesec + "score-1-dep-apparmor-nonunconfined-ephemeralcontainer.yml", "20-24", "+all", ephemeral},
		{kubesec + "score-1-dep-seccomp-nonunconfined-ephemeralcontainer.yml", "20-24", "+all", ephemeral},
		{kubesec + "score-1-dep-empty-security-context.yml", "20-22", "+all", null},

		{kubesec + "score-0-dep-apparmor-unconfined-container.yml", "17-21", "+KSV-0002", apparmor},
		{kubesec + "score-0-dep-apparmor-unconfined-initcontainer.yml", "20-24", "+KSV-0002", apparmor},
		{kubesec + "score-0-dep-apparmor-unconfined-spec-securitycontext.yml", "18-18", "+KSV-0002", apparmor},

		{kubesec + "sockshop/carts-dep.yaml", "1-1", "-KSV-0117", separator},
		{kubesec + "sockshop/carts-dep.yaml", "0-0", "+KSV-0117", separator},
		{kubesec + "sockshop/catalogue-dep.yaml", "1-1", "-KSV-0117", separator},
		{kubesec + "sockshop/catalogue-dep.yaml", "0-0", "+KSV-0117", separator},
		{kubesec + "sockshop/orders-dep.yaml", "1-1", "-KSV-0117", separator},
		{kubesec + "sockshop/orders-dep.yaml", "0-0", "+KSV-0117", separator},
		{kubesec + "sockshop/payment-dep.yaml", "1-1", "-KSV-0117", separator},
		{kubesec + "sockshop/payment-dep.yaml", "0-0", "+KSV-0117", separator},
		{kubesec + "sockshop/queue-master-dep.yaml", "1-1", "-KSV-0117", separator},
		{kubesec + "sockshop/queue-master-dep.yaml", "0-0", "+KSV-0117", separator},
		{kubesec + "sockshop/shipping-dep.yaml", "1-1", "-KSV-0117", separator},
		{kubesec + "sockshop/shipping-dep.yaml", "0-0", "+KSV-0117", separator},
		{kubesec + "sockshop/user-dep.yaml", "1-1", "-KSV-0117", separator},
		{kubesec + "sockshop/user-dep.yaml", "0-0", "+KSV-0117", separator},

		{examples + "cephfs/cephfs-with-secret.yaml", "5-22", "+KSV-0028", cephfs},
		{examples + "cephfs/cephfs.yaml", "5-23", "+KSV-0028", cephfs},
		{examples + "flexvolume/deploy/ds.yaml", "5-25", "+KSV-0121", inDir},
		{score + "pod-security-context-low-group-id.yaml", "0-0", "+KSV-0116", rootGroup},
		{kubesec + "score-1-pod-hostUsers-set-to-false.yml", "13-15", "-KSV-0012", namespaced},
	}
}

// trivyUnread are the files that Trivy takes for something else than Kubernetes
// objects, without a word, and why. None of their rows is counted.
func trivyUnread() map[string]string {
	const (
		form     = "there is no apiVersion: the first line is one of a form that was sent to Kubesec"
		metadata = "there is no metadata"
		kubesec  = "kubesec-assets/"
	)
	return map[string]string{
		kubesec + "form-prefix-file.yml":                            form,
		kubesec + "form-prefix-not-file.yml":                        form,
		kubesec + "score-0-daemonset-host-network.yml":              metadata,
		kubesec + "score-0-daemonset-host-pid.yml":                  metadata,
		kubesec + "score-0-daemonset-volume-host-docker-socket.yml": metadata,
		kubesec + "score-1-daemonset-default.yml":                   metadata,
		kubesec + "score-1-dep-default.yml":                         metadata,
		kubesec + "score-1-dep-podseccon-run-as-non-root.yml":       metadata,
		kubesec + "score-1-dep-resource-limit-cpu.yml":              metadata,
		kubesec + "score-1-dep-ro-root-fs.yml":                      metadata,
		kubesec + "score-1-dep-seccon-run-as-non-root.yml":          metadata,
	}
}

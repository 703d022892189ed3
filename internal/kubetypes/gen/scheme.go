package main

import (
	"errors"

	openshiftapps "github.com/openshift/api/apps/v1"
	openshiftsecurity "github.com/openshift/api/security/v1"
	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensionsbeta "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgo "k8s.io/client-go/kubernetes/scheme"

	"github.com/plimsoll-go/plimsoll/internal/kubetypes/gen/keda"
)

// newScheme returns all kinds that the table has, with their types.
func newScheme() (*runtime.Scheme, error) {
	s := runtime.NewScheme()
	err := errors.Join(
		clientgo.AddToScheme(s),
		apiextensions.AddToScheme(s),
		apiextensionsbeta.AddToScheme(s),
		openshiftapps.AddToScheme(s),
		openshiftsecurity.AddToScheme(s),
		monitoring.AddToScheme(s),
		keda.AddToScheme(s),
	)
	return s, err
}

// madeFrom lists the modules whose types the table has. Their versions stand in
// its first line.
func madeFrom() []string {
	return []string{
		"github.com/openshift/api",
		"github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring",
		"k8s.io/api",
		"k8s.io/apiextensions-apiserver",
		"k8s.io/apimachinery",
		"k8s.io/client-go",
	}
}

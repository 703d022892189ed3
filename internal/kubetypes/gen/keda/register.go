// Package keda has the types of group keda.sh/v1alpha1 as far as decoding sees
// them: the names of the fields and what they hold. KEDA's own package would add
// the client libraries of several clouds to this module.
//
// The fields are those of KEDA 2.16, and the one that 2.17 added to the
// authentications: https://keda.sh/docs/2.17/reference/
package keda

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// AddToScheme registers the kinds of the group.
func AddToScheme(s *runtime.Scheme) error {
	gv := schema.GroupVersion{Group: "keda.sh", Version: "v1alpha1"}
	s.AddKnownTypes(gv,
		&ScaledObject{}, &ScaledObjectList{},
		&ScaledJob{}, &ScaledJobList{},
		&TriggerAuthentication{}, &TriggerAuthenticationList{},
		&ClusterTriggerAuthentication{}, &ClusterTriggerAuthenticationList{},
	)
	metav1.AddToGroupVersion(s, gv)
	return nil
}

// The objects are decoded and thrown away, so none is ever copied; a scheme wants
// the method all the same.

// DeepCopyObject returns nil.
func (*ScaledObject) DeepCopyObject() runtime.Object { return nil }

// DeepCopyObject returns nil.
func (*ScaledObjectList) DeepCopyObject() runtime.Object { return nil }

// DeepCopyObject returns nil.
func (*ScaledJob) DeepCopyObject() runtime.Object { return nil }

// DeepCopyObject returns nil.
func (*ScaledJobList) DeepCopyObject() runtime.Object { return nil }

// DeepCopyObject returns nil.
func (*TriggerAuthentication) DeepCopyObject() runtime.Object { return nil }

// DeepCopyObject returns nil.
func (*TriggerAuthenticationList) DeepCopyObject() runtime.Object { return nil }

// DeepCopyObject returns nil.
func (*ClusterTriggerAuthentication) DeepCopyObject() runtime.Object { return nil }

// DeepCopyObject returns nil.
func (*ClusterTriggerAuthenticationList) DeepCopyObject() runtime.Object { return nil }

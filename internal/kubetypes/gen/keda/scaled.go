package keda

import (
	autoscaling "k8s.io/api/autoscaling/v2"
	batch "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A ScaledObject scales a workload by events.
type ScaledObject struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              scaledObjectSpec   `json:"spec"`
	Status            scaledObjectStatus `json:"status"`
}

// A ScaledObjectList is what a server lists them in.
type ScaledObjectList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []ScaledObject `json:"items"`
}

// A ScaledJob starts jobs by events.
type ScaledJob struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              scaledJobSpec   `json:"spec"`
	Status            scaledJobStatus `json:"status"`
}

// A ScaledJobList is what a server lists them in.
type ScaledJobList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []ScaledJob `json:"items"`
}

type scaledObjectSpec struct {
	ScaleTargetRef        *scaleTarget `json:"scaleTargetRef"`
	PollingInterval       *int32       `json:"pollingInterval"`
	InitialCooldownPeriod *int32       `json:"initialCooldownPeriod"`
	CooldownPeriod        *int32       `json:"cooldownPeriod"`
	IdleReplicaCount      *int32       `json:"idleReplicaCount"`
	MinReplicaCount       *int32       `json:"minReplicaCount"`
	MaxReplicaCount       *int32       `json:"maxReplicaCount"`
	Advanced              *advanced    `json:"advanced"`
	Triggers              []trigger    `json:"triggers"`
	Fallback              *fallback    `json:"fallback"`
}

type scaledJobSpec struct {
	JobTargetRef               *batch.JobSpec  `json:"jobTargetRef"`
	PollingInterval            *int32          `json:"pollingInterval"`
	SuccessfulJobsHistoryLimit *int32          `json:"successfulJobsHistoryLimit"`
	FailedJobsHistoryLimit     *int32          `json:"failedJobsHistoryLimit"`
	RolloutStrategy            string          `json:"rolloutStrategy"`
	Rollout                    rollout         `json:"rollout"`
	EnvSourceContainerName     string          `json:"envSourceContainerName"`
	MinReplicaCount            *int32          `json:"minReplicaCount"`
	MaxReplicaCount            *int32          `json:"maxReplicaCount"`
	ScalingStrategy            scalingStrategy `json:"scalingStrategy"`
	Triggers                   []trigger       `json:"triggers"`
}

type scaleTarget struct {
	Name                   string `json:"name"`
	APIVersion             string `json:"apiVersion"`
	Kind                   string `json:"kind"`
	EnvSourceContainerName string `json:"envSourceContainerName"`
}

type advanced struct {
	HorizontalPodAutoscalerConfig *struct {
		Behavior *autoscaling.HorizontalPodAutoscalerBehavior `json:"behavior"`
		Name     string                                       `json:"name"`
	} `json:"horizontalPodAutoscalerConfig"`
	RestoreToOriginalReplicaCount bool `json:"restoreToOriginalReplicaCount"`
	ScalingModifiers              struct {
		Formula          string `json:"formula"`
		Target           string `json:"target"`
		ActivationTarget string `json:"activationTarget"`
		MetricType       string `json:"metricType"`
	} `json:"scalingModifiers"`
}

type fallback struct {
	FailureThreshold int32  `json:"failureThreshold"`
	Replicas         int32  `json:"replicas"`
	Behavior         string `json:"behavior"`
}

type rollout struct {
	Strategy          string `json:"strategy"`
	PropagationPolicy string `json:"propagationPolicy"`
}

type scalingStrategy struct {
	Strategy                          string   `json:"strategy"`
	CustomScalingQueueLengthDeduction *int32   `json:"customScalingQueueLengthDeduction"`
	CustomScalingRunningJobPercentage string   `json:"customScalingRunningJobPercentage"`
	PendingPodConditions              []string `json:"pendingPodConditions"`
	MultipleScalersCalculation        string   `json:"multipleScalersCalculation"`
}

type trigger struct {
	Type              string            `json:"type"`
	Name              string            `json:"name"`
	UseCachedMetrics  bool              `json:"useCachedMetrics"`
	Metadata          map[string]string `json:"metadata"`
	AuthenticationRef *struct {
		Name string `json:"name"`
		Kind string `json:"kind"`
	} `json:"authenticationRef"`
	MetricType string `json:"metricType"`
}

type scaledObjectStatus struct {
	ScaleTargetKind string `json:"scaleTargetKind"`
	ScaleTargetGVKR *struct {
		Group    string `json:"group"`
		Version  string `json:"version"`
		Kind     string `json:"kind"`
		Resource string `json:"resource"`
	} `json:"scaleTargetGVKR"`
	OriginalReplicaCount *int32            `json:"originalReplicaCount"`
	LastActiveTime       *metav1.Time      `json:"lastActiveTime"`
	ExternalMetricNames  []string          `json:"externalMetricNames"`
	ResourceMetricNames  []string          `json:"resourceMetricNames"`
	CompositeScalerName  string            `json:"compositeScalerName"`
	Conditions           []condition       `json:"conditions"`
	Health               map[string]health `json:"health"`
	PausedReplicaCount   *int32            `json:"pausedReplicaCount"`
	HPAName              string            `json:"hpaName"`
	TriggersTypes        *string           `json:"triggersTypes"`
	AuthenticationsTypes *string           `json:"authenticationsTypes"`
}

type scaledJobStatus struct {
	LastActiveTime *metav1.Time `json:"lastActiveTime"`
	Conditions     []condition  `json:"conditions"`
	Paused         string       `json:"isPaused"`
}

type condition struct {
	Type    string `json:"type"`
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

type health struct {
	NumberOfFailures *int32 `json:"numberOfFailures"`
	Status           string `json:"status"`
}

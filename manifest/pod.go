package manifest

import "iter"

// A Pod is what a workload says of its pods, or a pod of itself.
type Pod struct {
	Object   *Object
	Metadata Metadata // of the template
	Node     *Node    // the pod's spec, nil where it is left out

	InitContainers      []Container
	Containers          []Container
	EphemeralContainers []Container
	Volumes             []Volume

	HostNetwork, HostPID, HostIPC, HostUsers Field[bool]
	ShareProcessNamespace                    Field[bool]
	AutomountServiceAccountToken             Field[bool]
	ServiceAccountName                       Field[string]
	ServiceAccount                           Field[string] // deprecated
	RestartPolicy                            Field[string]
	PriorityClassName                        Field[string]
	OS                                       Field[string] // its name: "linux", "windows"
	// Security is the pod's own; that of a container stands before it.
	Security SecurityContext
}

// Pod is what o says of its pods, nil where it has none.
func (o *Object) Pod() *Pod {
	o.podOnce.Do(func() { o.pod = newPod(o) })
	return o.pod
}

func newPod(o *Object) *Pod {
	if o.template == nil {
		return nil
	}
	top := o.Node.Get(o.template...)
	spec := top.Get("spec")
	p := &Pod{
		Object: o, Metadata: newMetadata(top.Get("metadata")), Node: spec,
		HostNetwork:                  spec.BoolAt("hostNetwork"),
		HostPID:                      spec.BoolAt("hostPID"),
		HostIPC:                      spec.BoolAt("hostIPC"),
		HostUsers:                    spec.BoolAt("hostUsers"),
		ShareProcessNamespace:        spec.BoolAt("shareProcessNamespace"),
		AutomountServiceAccountToken: spec.BoolAt("automountServiceAccountToken"),
		ServiceAccountName:           spec.StringAt("serviceAccountName"),
		ServiceAccount:               spec.StringAt("serviceAccount"),
		RestartPolicy:                spec.StringAt("restartPolicy"),
		PriorityClassName:            spec.StringAt("priorityClassName"),
		OS:                           spec.StringAt("os", "name"),
		Security:                     newSecurityContext(spec.Get("securityContext")),
	}
	p.InitContainers = newContainers(p, spec.Get("initContainers"), InitContainer)
	p.Containers = newContainers(p, spec.Get("containers"), RegularContainer)
	p.EphemeralContainers = newContainers(p, spec.Get("ephemeralContainers"), EphemeralContainer)
	p.Volumes = newVolumes(spec.Get("volumes"))
	return p
}

// AllContainers yields the init containers, then the containers, then the
// ephemeral ones, each in the order of the text.
func (p *Pod) AllContainers() iter.Seq[*Container] {
	return func(yield func(*Container) bool) {
		if p == nil {
			return
		}
		for _, list := range [...][]Container{p.InitContainers, p.Containers, p.EphemeralContainers} {
			for i := range list {
				if !yield(&list[i]) {
					return
				}
			}
		}
	}
}

// Volume is the volume of a name, nil where there is none.
func (p *Pod) Volume(name string) *Volume {
	for i := range p.Volumes {
		if p.Volumes[i].Name.Value == name {
			return &p.Volumes[i]
		}
	}
	return nil
}

// AccountName is the service account that the pod runs as, empty where it does not
// say: the deprecated field counts where the other one is not set.
func (p *Pod) AccountName() Field[string] {
	if p.ServiceAccountName.Value != "" {
		return p.ServiceAccountName
	}
	return p.ServiceAccount
}

// Affinity is the pod's affinity, nil where there is none.
func (p *Pod) Affinity() *Node { return p.Node.Get("affinity") }

// Sysctls are the kernel parameters that the pod sets.
func (p *Pod) Sysctls() iter.Seq2[Field[string], *Node] {
	return func(yield func(Field[string], *Node) bool) {
		for item := range p.Security.Node.Get("sysctls").Items() {
			if !yield(item.StringAt("name"), item) {
				return
			}
		}
	}
}

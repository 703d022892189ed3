package manifest

import "iter"

// A ContainerKind says in which of a pod's lists a container stands.
type ContainerKind uint8

// The lists there are.
const (
	InitContainer ContainerKind = iota
	RegularContainer
	EphemeralContainer
)

// A Container is one container of a pod.
type Container struct {
	Pod  *Pod
	Node *Node // its mapping
	Kind ContainerKind

	Name            Field[string]
	Image           Field[string]
	ImagePullPolicy Field[string]
	Command, Args   *Node           // the lists of these names, nil where they are left out
	Security        SecurityContext // its own: see Container.Effective
	Ports           []ContainerPort
	Env             []EnvVar
	Mounts          []VolumeMount

	Liveness, Readiness, Startup Probe
}

// IsSidecar reports whether c is an init container that runs beside the others.
func (c *Container) IsSidecar() bool {
	return c.Kind == InitContainer && c.Node.StringAt("restartPolicy").Value == "Always"
}

// Effective is the security context that c runs with: what it leaves out is the
// pod's, as far as the pod has such a field.
func (c *Container) Effective() SecurityContext {
	s, pod := c.Security, c.Pod.Security
	if !s.RunAsUser.Set() {
		s.RunAsUser = pod.RunAsUser
	}
	if !s.RunAsGroup.Set() {
		s.RunAsGroup = pod.RunAsGroup
	}
	if !s.RunAsNonRoot.Set() {
		s.RunAsNonRoot = pod.RunAsNonRoot
	}
	if !s.Seccomp.Exists() {
		s.Seccomp = pod.Seccomp
	}
	if !s.AppArmor.Exists() {
		s.AppArmor = pod.AppArmor
	}
	if !s.SELinux.Exists() {
		s.SELinux = pod.SELinux
	}
	if !s.Windows.Exists() {
		s.Windows = pod.Windows
	}
	return s
}

// Request and Limit are what c asks for and may use of a resource: "cpu",
// "memory". The node is nil where it does not say.
func (c *Container) Request(resource string) *Node {
	return c.Node.Get("resources", "requests", resource)
}

// Limit is what c may use of a resource.
func (c *Container) Limit(resource string) *Node { return c.Node.Get("resources", "limits", resource) }

func newContainers(p *Pod, n *Node, kind ContainerKind) []Container {
	if n.Kind() != Sequence {
		return nil
	}
	list := make([]Container, 0, n.Len())
	for item := range n.Items() {
		if item.Kind() != Mapping {
			continue
		}
		list = append(list, Container{
			Pod: p, Node: item, Kind: kind,
			Name:            item.StringAt("name"),
			Image:           item.StringAt("image"),
			ImagePullPolicy: item.StringAt("imagePullPolicy"),
			Command:         item.Get("command"),
			Args:            item.Get("args"),
			Security:        newSecurityContext(item.Get("securityContext")),
			Ports:           newPorts(item.Get("ports")),
			Env:             newEnv(item.Get("env")),
			Mounts:          newMounts(item.Get("volumeMounts")),
			Liveness:        newProbe(item.Get("livenessProbe")),
			Readiness:       newProbe(item.Get("readinessProbe")),
			Startup:         newProbe(item.Get("startupProbe")),
		})
	}
	return list
}

// A SecurityContext is that of a container, or of a pod. Fields that the one or
// the other does not have are not set.
type SecurityContext struct {
	Node *Node // nil where it is left out

	Privileged               Field[bool] // of containers
	AllowPrivilegeEscalation Field[bool] // of containers
	ReadOnlyRootFilesystem   Field[bool] // of containers
	ProcMount                Field[string]
	Capabilities             Capabilities
	RunAsUser, RunAsGroup    Field[int64]
	RunAsNonRoot             Field[bool]
	// Seccomp, AppArmor, SELinux and Windows are the mappings of these names.
	Seccomp, AppArmor, SELinux, Windows *Node
}

func newSecurityContext(n *Node) SecurityContext {
	if !n.Exists() {
		return SecurityContext{Node: n}
	}
	return SecurityContext{
		Node:                     n,
		Privileged:               n.BoolAt("privileged"),
		AllowPrivilegeEscalation: n.BoolAt("allowPrivilegeEscalation"),
		ReadOnlyRootFilesystem:   n.BoolAt("readOnlyRootFilesystem"),
		ProcMount:                n.StringAt("procMount"),
		Capabilities:             newCapabilities(n.Get("capabilities")),
		RunAsUser:                n.IntAt("runAsUser"),
		RunAsGroup:               n.IntAt("runAsGroup"),
		RunAsNonRoot:             n.BoolAt("runAsNonRoot"),
		Seccomp:                  n.Get("seccompProfile"),
		AppArmor:                 n.Get("appArmorProfile"),
		SELinux:                  n.Get("seLinuxOptions"),
		Windows:                  n.Get("windowsOptions"),
	}
}

// Capabilities are what a container adds to, and takes from, the kernel
// capabilities it would run with.
type Capabilities struct {
	Node      *Node // nil where it is left out
	Add, Drop []Field[string]
}

func newCapabilities(n *Node) Capabilities {
	if !n.Exists() {
		return Capabilities{Node: n}
	}
	return Capabilities{Node: n, Add: n.StringsAt("add"), Drop: n.StringsAt("drop")}
}

// A ContainerPort is a port that a container declares.
type ContainerPort struct {
	Node          *Node
	Name          Field[string]
	ContainerPort Field[int64]
	HostPort      Field[int64]
	Protocol      Field[string] // TCP where it is not set
}

func newPorts(n *Node) []ContainerPort {
	var list []ContainerPort
	for item := range n.Items() {
		list = append(list, ContainerPort{
			Node:          item,
			Name:          item.StringAt("name"),
			ContainerPort: item.IntAt("containerPort"),
			HostPort:      item.IntAt("hostPort"),
			Protocol:      item.StringAt("protocol"),
		})
	}
	return list
}

// An EnvVar is one variable of a container's environment.
type EnvVar struct {
	Node  *Node
	Name  Field[string]
	Value Field[string]
	// From is the valueFrom mapping, nil where there is none.
	From *Node
}

func newEnv(n *Node) []EnvVar {
	var list []EnvVar
	if n.Len() > 0 {
		list = make([]EnvVar, 0, n.Len())
	}
	for item := range n.Items() {
		list = append(list, EnvVar{item, item.StringAt("name"), item.StringAt("value"), item.Get("valueFrom")})
	}
	return list
}

// A VolumeMount is a volume that a container mounts.
type VolumeMount struct {
	Node      *Node
	Name      Field[string] // of the volume
	MountPath Field[string]
	ReadOnly  Field[bool]
}

func newMounts(n *Node) []VolumeMount {
	var list []VolumeMount
	for item := range n.Items() {
		list = append(list, VolumeMount{item, item.StringAt("name"), item.StringAt("mountPath"), item.BoolAt("readOnly")})
	}
	return list
}

// A Probe asks how a container is.
type Probe struct {
	Node *Node // nil where there is none
	// HTTPGet, TCPSocket, GRPC and Exec are the mappings of these names.
	HTTPGet, TCPSocket, GRPC, Exec *Node
}

func newProbe(n *Node) Probe {
	if !n.Exists() {
		return Probe{}
	}
	return Probe{n, n.Get("httpGet"), n.Get("tcpSocket"), n.Get("grpc"), n.Get("exec")}
}

// Probes yields the probes that c has, with their names in the manifest.
func (c *Container) Probes() iter.Seq2[string, Probe] {
	return func(yield func(string, Probe) bool) {
		_ = (c.Liveness.Node == nil || yield("livenessProbe", c.Liveness)) &&
			(c.Readiness.Node == nil || yield("readinessProbe", c.Readiness)) &&
			(c.Startup.Node == nil || yield("startupProbe", c.Startup))
	}
}

// A Volume is one volume of a pod.
type Volume struct {
	Node *Node
	Name Field[string]
	// Source is the name of the field that says what the volume is: "hostPath";
	// empty where there is none.
	Source string
	// HostPath is the path on the host, of a volume that is one.
	HostPath Field[string]
}

func newVolumes(n *Node) []Volume {
	var list []Volume
	for item := range n.Items() {
		v := Volume{Node: item, Name: item.StringAt("name"), HostPath: item.StringAt("hostPath", "path")}
		for key, value := range item.Entries() {
			if key != "name" && value.Exists() {
				v.Source = key
				break
			}
		}
		list = append(list, v)
	}
	return list
}

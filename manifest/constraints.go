package manifest

// SecurityContextConstraints say what pods may ask for in OpenShift, and who may make
// such pods. What is left out is not allowed.
// https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/security_apis/securitycontextconstraints-security-openshift-io-v1
type SecurityContextConstraints struct {
	Object *Object

	AllowPrivilegedContainer Field[bool]
	AllowHostNetwork         Field[bool]
	AllowHostPID             Field[bool]
	AllowHostIPC             Field[bool]
	AllowHostPorts           Field[bool]
	AllowHostDirVolumePlugin Field[bool] // volumes that are directories of the node
	// AllowPrivilegeEscalation is the one that is allowed where it is left out.
	AllowPrivilegeEscalation Field[bool]
	AllowedCapabilities      []Field[string] // "*" for all
	RequiredDropCapabilities []Field[string]
	Users, Groups            []Field[string] // by name
}

// SecurityContextConstraints is o as one of security.openshift.io or, as in the first
// versions of OpenShift, of the core group; nil where it is of another kind.
func (o *Object) SecurityContextConstraints() *SecurityContextConstraints {
	const kind = "SecurityContextConstraints"
	if !o.Is("security.openshift.io", kind) && !o.Is("", kind) {
		return nil
	}
	return &SecurityContextConstraints{
		Object:                   o,
		AllowPrivilegedContainer: o.Node.BoolAt("allowPrivilegedContainer"),
		AllowHostNetwork:         o.Node.BoolAt("allowHostNetwork"),
		AllowHostPID:             o.Node.BoolAt("allowHostPID"),
		AllowHostIPC:             o.Node.BoolAt("allowHostIPC"),
		AllowHostPorts:           o.Node.BoolAt("allowHostPorts"),
		AllowHostDirVolumePlugin: o.Node.BoolAt("allowHostDirVolumePlugin"),
		AllowPrivilegeEscalation: o.Node.BoolAt("allowPrivilegeEscalation"),
		AllowedCapabilities:      o.Node.StringsAt("allowedCapabilities"),
		RequiredDropCapabilities: o.Node.StringsAt("requiredDropCapabilities"),
		Users:                    o.Node.StringsAt("users"),
		Groups:                   o.Node.StringsAt("groups"),
	}
}

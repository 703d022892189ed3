package manifest

import "strings"

// check compares o with the type that client libraries have for its kind.
func (r *reader) check(o *Object) {
	o.Known = !strings.Contains(o.Group, ".") || strings.HasSuffix(o.Group, ".k8s.io")
}

package rules

// variables reports the variables and the arguments of the build whose name and
// value are as asked for. What a variable of Compose's environment is put into is
// not in the file.
func (s composeService) variables(asked func(name, value string) bool) {
	for e := range s.Environment() {
		if !e.Value.Unknown && asked(e.Name, e.Value.Value) {
			s.foundf(e.Node, "environment variable %s in service %q found", e.Name, s.Name)
		}
	}
	for e := range s.BuildArgs() {
		if !e.Value.Unknown && asked(e.Name, e.Value.Value) {
			s.foundf(e.Node, "build argument %s in service %q found", e.Name, s.Name)
		}
	}
}

// serviceDuplicateEnvVar reports variables that a list sets twice, at the second
// place.
func serviceDuplicateEnvVar(s composeService) {
	times := make(map[string]int)
	for e := range s.Environment() {
		if times[e.Name]++; times[e.Name] == 2 {
			s.foundf(e.Node, "Duplicate environment variable %s in service %q found", e.Name, s.Name)
		}
	}
}

package analyze_test

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
)

// An archive of a project that builds without Maven is known by its name, if it
// has a version; a pom in it comes first.
func TestJarWellKnown(t *testing.T) {
	t.Parallel()
	manifest := func(text string) member {
		return member{name: "META-INF/MANIFEST.MF", content: "Manifest-Version: 1.0\r\n" + text + "\r\n"}
	}
	for _, row := range []struct {
		path         string
		members      []member
		name         string
		unidentified bool
	}{
		{"lib/spring-core-5.3.20.jar", []member{manifest("Automatic-Module-Name: spring.core\r\n")}, "org.springframework:spring-core@5.3.20", false},
		{"lib/catalina.jar", []member{manifest("Implementation-Title: Apache Tomcat\r\nImplementation-Version: 9.0.65\r\n")}, "org.apache.tomcat:tomcat-catalina@9.0.65", false},
		{"lib/catalina.jar", []member{class("A.class")}, "catalina@", true},
		{"lib/spring-core-5.3.20.jar", []member{packed("com.example", "spring-core", "5.3.20")}, "com.example:spring-core@5.3.20", false},
	} {
		facts, err := analyze.Jar.Analyze(t.Context(), analyzetest.File(row.path, []byte(archive(t, row.members...))))
		if err != nil || len(facts.Components) != 1 {
			t.Errorf("Analyze(%s) = %+v, %v, want one component", row.path, facts, err)
			continue
		}
		if c := facts.Components[0]; c.ID() != row.name || c.Unidentified != row.unidentified {
			t.Errorf("Analyze(%s) = %s, unidentified %t, want %s, %t", row.path, c.ID(), c.Unidentified, row.name, row.unidentified)
		}
	}
}

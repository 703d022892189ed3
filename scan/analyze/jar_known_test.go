package analyze

import "testing"

func TestKnownCoordinates(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, version, want string }{
		{"spring-core", "5.3.20", "org.springframework:spring-core"},
		{"spring-security-web", "5.7.1", "org.springframework.security:spring-security-web"},
		{"spring-boot", "2.7.0", "org.springframework.boot:spring-boot"},
		{"spring-boot-actuator", "2.7.0", "org.springframework.boot:spring-boot-actuator"},
		{"tomcat-embed-core", "9.0.65", "org.apache.tomcat.embed:tomcat-embed-core"},
		{"catalina", "9.0.65", "org.apache.tomcat:tomcat-catalina"},
		{"tomcat-coyote", "9.0.65", "org.apache.tomcat:tomcat-coyote"},
		{"kafka-clients", "3.4.0", "org.apache.kafka:kafka-clients"},
		{"bcprov-jdk15on", "1.64", "org.bouncycastle:bcprov-jdk15on"},
		{"okhttp", "2.7.5", "com.squareup.okhttp:okhttp"},
		{"okhttp", "4.9.1", "com.squareup.okhttp3:okhttp"},
		{"hibernate-core", "5.6.9.Final", "org.hibernate:hibernate-core"},
		{"hibernate-core", "6.1.0.Final", "org.hibernate.orm:hibernate-core"},
		{"groovy", "3.0.8", "org.codehaus.groovy:groovy"},
		{"groovy", "4.0.1", "org.apache.groovy:groovy"},
		{"dom4j", "1.6.1", "dom4j:dom4j"},
		{"grpc-netty", "1.50.0", "io.grpc:grpc-netty"},
		{"spring-core", "", ""},
		{"spring3-core", "4.3.30", ""},
		{"spring", "2.5", ""},
		{"log4j", "1.2.17", ""}, // has a pom since 1.2.8, but what Debian makes of it
		{"boat", "1", ""},
	} {
		c, ok := knownCoordinates(row.name, row.version)
		got := ""
		if ok {
			got = c.name()
		}
		if got != row.want || ok && c.version != row.version {
			t.Errorf("knownCoordinates(%s, %s) = %q %q, want %q", row.name, row.version, got, c.version, row.want)
		}
	}
}

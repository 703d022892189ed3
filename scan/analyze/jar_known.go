package analyze

import "strings"

// knownCoordinates are those of an archive that is called as an artifact which is
// built without Maven, and so holds no pom: by Gradle or Ant, whose manifests
// need not name the group. It must be called exactly so, and have a version. A
// name is in the list if no other artifact of Maven Central that is in use has
// it; the groups are those of Maven Central, https://central.sonatype.com.
//
// Without them the vulnerabilities of Spring, Tomcat, Kafka or Bouncy Castle
// would be hidden behind an archive that does not say what it is.
func knownCoordinates(name, version string) (coordinates, bool) {
	if version == "" {
		return coordinates{}, false
	}
	c := coordinates{artifact: name, version: version}
	switch name {
	case "spring-aop", "spring-aspects", "spring-beans", "spring-context", "spring-context-support", "spring-core",
		"spring-expression", "spring-instrument", "spring-jcl", "spring-jdbc", "spring-jms", "spring-messaging", "spring-orm",
		"spring-oxm", "spring-test", "spring-tx", "spring-web", "spring-webflux", "spring-webmvc", "spring-websocket":
		c.group = "org.springframework"
	case "spring-amqp", "spring-rabbit":
		c.group = "org.springframework.amqp"
	case "spring-kafka":
		c.group = "org.springframework.kafka"
	case "catalina": // in Tomcat's own distribution
		c.group, c.artifact = "org.apache.tomcat", "tomcat-catalina"
	case "tomcat-coyote", "tomcat-dbcp", "tomcat-jdbc", "tomcat-jni", "tomcat-juli", "tomcat-util", "tomcat-util-scan", "tomcat-websocket":
		c.group = "org.apache.tomcat"
	case "kafka-clients", "kafka-streams", "kafka_2.12", "kafka_2.13", "connect-runtime":
		c.group = "org.apache.kafka"
	case "reactor-core":
		c.group = "io.projectreactor"
	case "reactor-netty", "reactor-netty-core", "reactor-netty-http":
		c.group = "io.projectreactor.netty"
	case "okhttp":
		c.group = before(version, 3, "com.squareup.okhttp", "com.squareup.okhttp3")
	case "okio", "okio-jvm":
		c.group = "com.squareup.okio"
	case "hibernate-core":
		c.group = before(version, 6, "org.hibernate", "org.hibernate.orm")
	case "groovy", "groovy-all", "groovy-json", "groovy-xml":
		c.group = before(version, 4, "org.codehaus.groovy", "org.apache.groovy")
	case "dom4j":
		c.group = before(version, 2, "dom4j", "org.dom4j")
	case "jdom", "jdom2":
		c.group = "org.jdom"
	case "h2":
		c.group = "com.h2database"
	case "hsqldb":
		c.group = "org.hsqldb"
	case "derby":
		c.group = "org.apache.derby"
	case "xercesImpl":
		c.group = "xerces"
	case "xalan":
		c.group = "xalan"
	case "ant":
		c.group = "org.apache.ant"
	case "elasticsearch":
		c.group = "org.elasticsearch"
	case "quartz":
		c.group = "org.quartz-scheduler"
	case "c3p0":
		c.group = "com.mchange"
	case "postgresql":
		c.group = "org.postgresql"
	case "mysql-connector-java":
		c.group = "mysql"
	case "mysql-connector-j":
		c.group = "com.mysql"
	case "kotlin-stdlib", "kotlin-stdlib-common", "kotlin-stdlib-jdk7", "kotlin-stdlib-jdk8", "kotlin-reflect":
		c.group = "org.jetbrains.kotlin"
	default:
		c.group = knownPrefix(name)
	}
	return c, c.group != ""
}

// knownPrefix is the group of a family of artifacts; "" of none.
func knownPrefix(name string) string {
	for _, family := range [...]struct{ prefix, group string }{
		{"spring-boot", "org.springframework.boot"},
		{"spring-security-", "org.springframework.security"},
		{"spring-session-", "org.springframework.session"},
		{"spring-integration-", "org.springframework.integration"},
		{"tomcat-embed-", "org.apache.tomcat.embed"},
		{"grpc-", "io.grpc"},
		{"lucene-", "org.apache.lucene"},
		{"micrometer-", "io.micrometer"},
		{"bcprov-", "org.bouncycastle"},
		{"bcpkix-", "org.bouncycastle"},
		{"bcutil-", "org.bouncycastle"},
		{"bctls-", "org.bouncycastle"},
		{"bcpg-", "org.bouncycastle"},
		{"bcmail-", "org.bouncycastle"},
	} {
		if strings.HasPrefix(name, family.prefix) {
			return family.group
		}
	}
	return ""
}

// before chooses by the first number of a version.
func before(version string, major int, older, newer string) string {
	n := 0
	for i := 0; i < len(version) && i < 4 && isDigit(version[i]); i++ {
		n = 10*n + int(version[i]-'0')
	}
	if n < major {
		return older
	}
	return newer
}

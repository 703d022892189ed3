package analyze_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
)

func ExampleJar() {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	out, _ := w.Create("META-INF/maven/com.example/keel-core/pom.properties")
	fmt.Fprint(out, "groupId=com.example\nartifactId=keel-core\nversion=1.4\n")
	w.Close()

	facts, err := analyze.Jar.Analyze(context.Background(), analyzetest.File("opt/app/lib/keel-core.jar", b.Bytes()))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Println(c.Name, c.Version)
	}
	// Output: com.example:keel-core 1.4
}

func ExamplePom() {
	tree, errs := analyzetest.Run(context.Background(), analyze.Pom, map[string]string{
		"pom.xml": `<project>
  <groupId>com.example</groupId><artifactId>fleet</artifactId><version>2.0</version>
  <properties><keel>1.4</keel></properties>
</project>`,
		"web/pom.xml": `<project>
  <parent><groupId>com.example</groupId><artifactId>fleet</artifactId><version>2.0</version></parent>
  <artifactId>web</artifactId>
  <dependencies>
    <dependency><groupId>com.example</groupId><artifactId>keel-core</artifactId><version>${keel}</version></dependency>
  </dependencies>
</project>`,
	})
	if len(errs) > 0 {
		fmt.Println(errs)
		return
	}
	for _, f := range tree.Files() {
		for _, c := range f.Facts.Components {
			fmt.Println(f.Path, c.Name, c.Version, c.Relationship)
		}
	}
	// Output:
	// pom.xml com.example:fleet 2.0 root
	// web/pom.xml com.example:web 2.0 root
	// web/pom.xml com.example:keel-core 1.4 direct
}

func ExampleGradleLock() {
	const text = "com.example:keel-core:1.4=runtimeClasspath,testRuntimeClasspath\ncom.example:gauge:5.0=testRuntimeClasspath\nempty=\n"
	facts, err := analyze.GradleLock.Analyze(context.Background(), analyzetest.File("gradle.lockfile", []byte(text)))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Println(c.Name, c.Version, c.Dev)
	}
	// Output:
	// com.example:keel-core 1.4 false
	// com.example:gauge 5.0 true
}

func ExampleSbtLock() {
	const text = `{"lockVersion": 1, "dependencies": [
  {"org": "com.example", "name": "keel_3", "version": "1.4", "configurations": ["compile", "runtime"]}
]}`
	facts, err := analyze.SbtLock.Analyze(context.Background(), analyzetest.File("build.sbt.lock", []byte(text)))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Println(c.Name, c.Version, c.Lines[0].First)
	}
	// Output: com.example:keel_3 1.4 2
}

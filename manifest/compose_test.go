package manifest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// compose reads a Compose file without problems.
func compose(t testing.TB, text string) *manifest.Compose {
	t.Helper()
	b := manifest.ReadFile("compose.yaml", []byte(text), manifest.Options{})
	if len(b.Objects) != 1 || b.Objects[0].Compose() == nil || len(b.Problems) > 0 {
		t.Fatalf("read\n%s\n%d objects, problems %v", text, len(b.Objects), b.Problems)
	}
	return b.Objects[0].Compose()
}

// Which documents are of Compose files, by name or by content.
func TestComposeDetection(t *testing.T) {
	t.Parallel()
	const plain, whole = "services: {a: {image: b}}\n", "services: {a: {image: b}}\nvolumes: {}\n"
	for _, row := range []struct {
		file, text string
		want       []string
	}{
		{"shop/compose.yaml", plain, []string{"Compose compose.yaml"}},
		{"compose.yml", "name: shop\n" + plain, []string{"Compose shop"}},
		{"docker-compose.prod.yml", plain, []string{"Compose docker-compose.prod.yml"}},
		{"Compose.Override.YAML", plain, []string{"Compose Compose.Override.YAML"}},
		{"shop.compose.yaml", plain, []string{"Compose shop.compose.yaml"}},
		{"compose.yaml", "include: [other.yaml]\n", []string{"Compose compose.yaml"}},
		{"compose.yaml", plain + "---\n" + plain, []string{"Compose compose.yaml", "Compose compose.yaml"}},
		{"compose.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n" + plain, []string{"v1 ConfigMap a"}},
		{"compose.yaml", "services: {a: {image: b}}\nkind: Compose\n", []string{" Compose ", "not a Kubernetes object: no apiVersion"}},
		{"compose.yaml", "a: b\n", []string{"not a Kubernetes object: neither apiVersion nor kind"}},
		{"compose.yaml", "[a]\n", []string{"not a Kubernetes object: a list"}},
		{"compose.yaml", "services: [a]\n", []string{"Compose compose.yaml", "type mismatch: services: want an object, got a list"}},
		{"compose.yaml", "services: {a: b, c: , d: [e]}\n", []string{
			"Compose compose.yaml", "type mismatch: services.a: want an object, got a string", "type mismatch: services.d: want an object, got a list",
		}},
		{"stack.yaml", whole, []string{"Compose stack.yaml"}},
		{"stack.json", `{"version": "3", "services": {"a": {"build": "."}}, "x-b": 1}`, []string{"Compose stack.json"}},
		{"stack.yaml", plain, []string{"not a Kubernetes object: neither apiVersion nor kind"}},
		{"stack.yaml", whole + "steps: []\n", []string{"not a Kubernetes object: neither apiVersion nor kind"}},
		{"services.yaml", "version: 1\nservices: {App: {class: b}}\n", []string{"not a Kubernetes object: neither apiVersion nor kind"}},
		{"services.yaml", "version: 1\nservices: {a: {image: b}, c: d}\n", []string{"not a Kubernetes object: neither apiVersion nor kind"}},
		{"ci.yaml", "version: 1\nservices: [docker]\n", []string{"not a Kubernetes object: neither apiVersion nor kind"}},
		{"compose.txt", plain, []string{"not a Kubernetes object: neither apiVersion nor kind"}},
	} {
		b := manifest.ReadFile(row.file, []byte(row.text), manifest.Options{})
		var got []string
		for _, o := range b.Objects {
			got = append(got, o.String())
			if (o.Compose() != nil) != strings.HasPrefix(o.String(), "Compose ") || o.IsWorkload() || o.Known != (o.Kind == "ConfigMap") {
				t.Errorf("%s: %q: a Compose file: %t, a workload: %t", row.file, row.text, o.Compose() != nil, o.IsWorkload())
			}
		}
		for _, p := range b.Problems {
			got = append(got, p.Err.Error())
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s: %q (-want +got):\n%s", row.file, row.text, diff)
		}
		only := manifest.ReadFile(row.file, []byte(row.text), manifest.Options{KubernetesOnly: true})
		for _, o := range only.Objects {
			if o.Compose() != nil {
				t.Errorf("%s: %q is a Compose file where there are to be none", row.file, row.text)
			}
		}
		if len(b.Objects) > len(only.Objects) && !errors.Is(only.Problems[0].Err, manifest.ErrNotObject) {
			t.Errorf("%s: %q: problems %v, want ErrNotObject", row.file, row.text, only.Problems)
		}
	}
}

// The lists of a service, short and long.
func TestComposeLists(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string // of a service
		want []string
	}{
		{"ports: [80, '8080:80', '127.0.0.1:8080:80/udp', '[::1]:8000-8010:80-90', '127.0.0.1::80', '${P}:80', '${P:-1}:80']", []string{
			`port "" "" "80" tcp false`, `port "" "8080" "80" tcp false`, `port "127.0.0.1" "8080" "80" udp false`, `port "::1" "8000-8010" "80-90" tcp false`,
			`port "127.0.0.1" "" "80" tcp false`, `port "" "${P}" "80" tcp true`, `port "" "1" "80" tcp false`,
		}},
		{"ports: [{target: 80, published: '8080', host_ip: 127.0.0.1, protocol: udp}, {published: 1}, null, [], {target: '${T}'}]", []string{
			`port "127.0.0.1" "8080" "80" udp false`, `port "" "" "${T}" tcp true`,
		}},
		{"volumes: ['/a', 'v:/a', './b:/a:ro', '~/b:/a:z,ro', '/b:/a:rw', 'c:\\b:/a:ro', 'C:/b:/a', '${B}/c:/a', '${B}:/a', '${B:-/b}:/a', 'bound:/a']", []string{
			`volume "" "/a" "" false false`, `volume "v" "/a" "" false false`, `bind "./b" "/a" "./b" true false`, `bind "~/b" "/a" "~/b" true false`,
			`bind "/b" "/a" "/b" false false`, `bind "c:\\b" "/a" "c:\\b" true false`, `bind "C:/b" "/a" "C:/b" false false`,
			`bind "${B}/c" "/a" "${B}/c" false true`, `volume "${B}" "/a" "" false true`, `bind "/b" "/a" "/b" false false`, `volume "bound" "/a" "/etc" false false`,
		}},
		{"volumes: [{type: bind, source: /b, target: /a, read_only: true}, {source: bound, target: /a}, {type: tmpfs, target: /a}, {source: /b}]", []string{
			`bind "/b" "/a" "/b" true false`, `volume "bound" "/a" "/etc" false false`, `tmpfs "" "/a" "" false false`,
		}},
		{"environment: {A: 1, B: , C: '${D:-e}', F: '${G}'}", []string{`A="1" true false`, `B="" false false`, `C="e" true false`, `F="${G}" true true`}},
		{"environment: [A=1, B, 'C=', 'D==', 5]", []string{`A="1" true false`, `B="" false false`, `C="" true false`, `D="=" true false`}},
		{"env_file: .env", []string{"file .env"}},
		{"env_file: [.env, {path: b.env, required: false}, {}]", []string{"file .env", "file b.env"}},
		{"security_opt: ['no-new-privileges:true', seccomp=unconfined, no-new-privileges, 'label:type:x']", []string{
			"option no-new-privileges true", "option seccomp unconfined", "option no-new-privileges ", "option label type:x",
		}},
		{"ports: 80\nvolumes: {}\nenvironment: 1\nsecurity_opt: {a: b}", []string{`port "" "" "80" tcp false`}},
		{"<<: *base\nports: [81]", []string{`port "" "" "81" tcp false`, `volume "" "/base" "" false false`}},
		{"build: {args: [A=1]}", []string{`arg A="1"`}},
	} {
		text := "x-base: &base {ports: [80], volumes: [/base]}\nvolumes: {v: , bound: {driver_opts: {o: 'bind,ro', device: /etc}}}\nservices:\n  a:\n    " +
			strings.ReplaceAll(row.text, "\n", "\n    ") + "\n"
		s := compose(t, text).Services[0]
		var got []string
		for p := range s.Ports() {
			got = append(got, fmt.Sprintf("port %q %q %q %s %t", p.HostIP, p.Published, p.Target, p.Protocol, p.Unknown))
		}
		for m := range s.Mounts() {
			got = append(got, fmt.Sprintf("%s %q %q %q %t %t", m.Type, m.Source, m.Target, m.HostPath(), m.ReadOnly, m.Unknown))
		}
		for e := range s.Environment() {
			got = append(got, fmt.Sprintf("%s=%q %t %t", e.Name, e.Value.Value, e.Value.Set(), e.Value.Unknown))
		}
		for f := range s.EnvFiles() {
			got = append(got, "file "+f.Value)
		}
		for o := range s.SecurityOptions() {
			got = append(got, "option "+o.Name+" "+o.Value)
		}
		for e := range s.BuildArgs() {
			got = append(got, fmt.Sprintf("arg %s=%q", e.Name, e.Value.Value))
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.text, diff)
		}
	}
}

func TestComposeInterpolation(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text, want string
		unknown    bool
	}{
		{"a", "a", false}, {"", "", false}, {"$$a", "$a", false}, {"a$", "a$", false}, {"$-", "$-", false},
		{"$A", "${A}", true}, {"${A}", "${A}", true}, {"x$A-b", "x${A}-b", true}, {"$A1_b.c", "${A1_b}.c", true},
		{"${A:-b}", "b", false}, {"${A-b}", "b", false}, {"${A:-}", "", false},
		{"${A:?no}", "${A}", true}, {"${A?no}", "${A}", true}, {"${A:+b}", "", false}, {"${A+b}", "", false},
		{"${A:-${B:-c}}d", "cd", false}, {"${A:-${B}}", "${B}", true}, {"${A:-x$$y}", "x$y", false},
		{"${A", "${A", true}, {"${}", "${}", true}, {"${1}", "${}", true},
		{strings.Repeat("${A:-", 20) + "b" + strings.Repeat("}", 20), "${A}", true},
		{strings.Repeat("$", 5000), strings.Repeat("$", 5000), true},
	} {
		s := compose(t, fmt.Sprintf("services: {a: {image: %q}}", row.text)).Services[0]
		if v := s.Value("image"); v.Value != row.want || v.Unknown != row.unknown {
			t.Errorf("%.100q is %.100q, unknown %t; want %.100q, %t", row.text, v.Value, v.Unknown, row.want, row.unknown)
		}
	}
}

func TestComposeExtends(t *testing.T) {
	t.Parallel()
	const text = `
services:
  a: {image: a, deploy: {resources: {limits: {memory: 1g}}}, pid: host}
  b: {extends: a, user: b}
  c: {extends: {service: b}, image: c, pid: null}
  elsewhere: {extends: {service: a, file: other.yaml}, image: x}
  beyond: {extends: elsewhere}
  missing: {extends: nobody, image: x}
  nameless: {extends: {}, image: x}
  override: {user: x}
  nothing:
`
	var got []string
	for _, s := range compose(t, text).Services {
		var lineage []string
		for at := range s.Lineage() {
			lineage = append(lineage, at.Name)
		}
		got = append(got, fmt.Sprintf("%s partial %t image %q user %q memory %q pid %q own %q", strings.Join(lineage, "<"), s.Partial, s.Value("image").Value,
			s.Value("user").Value, s.Value("deploy", "resources", "limits", "memory").Value, s.Value("pid").Value, s.Own("pid").Value))
	}
	want := []string{
		`a partial false image "a" user "" memory "1g" pid "host" own "host"`,
		`b<a partial false image "a" user "b" memory "1g" pid "host" own ""`,
		`c<b<a partial false image "c" user "b" memory "1g" pid "host" own ""`,
		`elsewhere partial true image "x" user "" memory "" pid "" own ""`,
		`beyond<elsewhere partial true image "x" user "" memory "" pid "" own ""`,
		`missing partial true image "x" user "" memory "" pid "" own ""`,
		`nameless partial true image "x" user "" memory "" pid "" own ""`,
		`override partial true image "" user "x" memory "" pid "" own ""`,
		`nothing partial true image "" user "" memory "" pid "" own ""`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Chains of services that have no end, or a far one.
func TestComposeExtendsWithoutEnd(t *testing.T) {
	t.Parallel()
	var chain strings.Builder
	chain.WriteString("services:\n  s0: {image: a}\n")
	for i := range 5000 {
		fmt.Fprintf(&chain, "  s%d: {extends: s%d}\n", i+1, i)
	}
	for _, row := range []struct {
		name, text string
		problems   int
		err        error
	}{
		{"itself", "services: {a: {image: b, extends: a}}", 1, manifest.ErrValue},
		{"a circle", "services: {a: {extends: b}, b: {extends: c}, c: {extends: a}}", 3, manifest.ErrValue},
		{"into a circle", "services: {x: {extends: a}, a: {extends: b}, b: {extends: a}}", 3, manifest.ErrLimit},
		{"a chain", chain.String(), 5000 - 32, manifest.ErrLimit},
	} {
		b := manifest.ReadFile("compose.yaml", []byte(row.text), manifest.Options{})
		if len(b.Problems) != row.problems || !errors.Is(b.Problems[0].Err, row.err) || b.Problems[0].Object != b.Objects[0] {
			t.Errorf("%s: %d problems, want %d: %.200v", row.name, len(b.Problems), row.problems, b.Problems)
		}
		for _, s := range b.Objects[0].Compose().Services {
			far := 0
			for range s.Lineage() {
				far++
			}
			if far > 33 {
				t.Fatalf("%s: %s extends %d others", row.name, s.Name, far-1)
			}
		}
	}
}

func ExampleObject_Compose() {
	const text = `x-base: &base
  read_only: true
services:
  web:
    <<: *base
    image: web:${TAG:-latest}
    ports: ["8080:80"]
`
	b := manifest.ReadFile("compose.yaml", []byte(text), manifest.Options{})
	for _, s := range b.Objects[0].Compose().Services {
		image := s.Value("image")
		fmt.Println(s.Name, image.Value, image.Node.Position(), s.Value("read_only").IsTrue())
		for p := range s.Ports() {
			fmt.Printf("%q %s %s %s\n", p.HostIP, p.Published, p.Target, p.Node.Position())
		}
	}
	// Output:
	// web web:latest compose.yaml:6:12 true
	// "" 8080 80 compose.yaml:7:13
}

func ExampleComposeService_Mounts() {
	const text = "services: {web: {image: web, volumes: ['/var/run/docker.sock:/s:ro', data:/data]}}"
	b := manifest.ReadFile("compose.yaml", []byte(text), manifest.Options{})
	for m := range b.Objects[0].Compose().Services[0].Mounts() {
		fmt.Printf("%s %q to %s, read-only %t\n", m.Type, m.HostPath(), m.Target, m.ReadOnly)
	}
	// Output:
	// bind "/var/run/docker.sock" to /s, read-only true
	// volume "" to /data, read-only false
}

// FuzzCompose looks at all that the view of a Compose file has.
func FuzzCompose(f *testing.F) {
	for _, text := range []string{
		"x-a: &a {ports: [80]}\nservices:\n  a: {<<: *a, image: 'b:${C:-d}', extends: b, volumes: ['./a:/b:ro', {type: bind}]}\n  b: {extends: a, environment: [A=b]}\n",
		"services: {a: {build: {args: {A: b}}, env_file: [{path: b}], security_opt: ['a:b', c=d], environment: {A: $}}}\nvolumes: {a: {driver_opts: {o: bind}}}\n",
		"services: &s {<<: *s}\n", "name: ${A\nservices: {<<: [{a: }, {b: 1}]}\n", "services:\n  ? [a]\n  : {extends: ''}\n  '': {image: ''}\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b := manifest.ReadFile("compose.yaml", []byte(text), manifest.Options{Limits: manifest.Limits{Nodes: 5000}})
		for _, o := range b.Objects {
			if o.Compose() == nil {
				continue
			}
			for _, s := range o.Compose().Services {
				visit(t, s)
			}
		}
	})
}

// visit looks at all of a service: what is found has a place.
func visit(t *testing.T, s *manifest.ComposeService) {
	t.Helper()
	at := func(n *manifest.Node) {
		if p := n.Position(); p.Line < 1 {
			t.Errorf("service %q: something without a place", s.Name)
		}
	}
	far := 0
	for range s.Lineage() {
		far++
	}
	if far > 33 {
		t.Fatalf("service %q extends %d others", s.Name, far-1)
	}
	for _, key := range []string{"image", "user", "privileged"} {
		if v := s.Value(key); v.Set() {
			at(v.Node)
			v.IsTrue()
		}
	}
	for p := range s.Ports() {
		at(p.Node)
	}
	for m := range s.Mounts() {
		at(m.Node)
		m.HostPath()
	}
	for e := range s.Environment() {
		at(e.Node)
	}
	for e := range s.BuildArgs() {
		at(e.Node)
	}
	for v := range s.EnvFiles() {
		at(v.Node)
	}
	for o := range s.SecurityOptions() {
		at(o.Node)
	}
}

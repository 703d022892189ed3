package imageconfig

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/manifest"
)

type entry struct {
	CreatedBy  string `json:"created_by"`
	EmptyLayer bool   `json:"empty_layer,omitempty"`
}

func read(t *testing.T, os string, config any, history ...entry) *Recipe {
	t.Helper()
	text, err := json.Marshal(map[string]any{"os": os, "config": config, "history": history})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Read("app:1 "+Suffix, text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSteps has a row for each form in which builders write a step.
func TestSteps(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, step, want string }{
		{"classic instruction", "/bin/sh -c #(nop)  ENV A=b", "ENV A=b\n"},
		{"classic RUN", "/bin/sh -c apt-get update && apt-get install -y curl", "RUN apt-get update && apt-get install -y curl\n"},
		{"classic RUN with arguments", "|2 TOKEN=a b VERSION=1 /bin/sh -c make", "ARG TOKEN VERSION\nRUN make\n"},
		{"classic COPY", "/bin/sh -c #(nop) COPY file:0123 in /app/ ", "COPY file:0123 /app/\n"},
		{"classic COPY of several", "/bin/sh -c #(nop) COPY multi:0123 in /app/ ", "COPY multi:0123 /app/\n"},
		{"classic ADD of what may be an archive", "/bin/sh -c #(nop) ADD file:0123 in / ", "# /bin/sh -c #(nop) ADD file:0123 in /\n"},
		{"classic ADD of a directory", "/bin/sh -c #(nop) ADD dir:0123 in /app ", "ADD dir:0123 /app\n"},
		{"classic exec form", "apt-get install -y nginx", "# apt-get install -y nginx\n"},
		{"classic shell", "/bin/bash -o pipefail -c a | b", `SHELL ["/bin/bash", "-o", "pipefail", "-c"]` + "\nRUN a | b\n"},
		{"classic instruction with a shell", "/bin/bash -eo pipefail -c #(nop) STOPSIGNAL 9", "STOPSIGNAL 9\n"},
		{"BuildKit RUN", "RUN /bin/sh -c apk add curl # buildkit", "RUN apk add curl\n"},
		{"BuildKit RUN with arguments", "RUN |1 VERSION=1 /bin/sh -c make # buildkit", "ARG VERSION\nRUN make\n"},
		{"BuildKit exec form", "RUN echo a # buildkit", "RUN echo a\n"},
		{"BuildKit heredoc", "RUN /bin/sh -c apk update\napk add curl\n # buildkit", "RUN <<EOF\napk update\napk add curl\nEOF\n"},
		{"heredoc in a heredoc", "RUN /bin/sh -c cat <<EOF > /x\na\nEOF\n # buildkit", "RUN <<EOF1\ncat <<EOF > /x\na\nEOF\nEOF1\n"},
		{"BuildKit COPY", "COPY --chown=1:1 a b /c/ # buildkit", "COPY --chown=1:1 a b /c/\n"},
		{"BuildKit ADD", "ADD rootfs.tar.xz / # buildkit", "ADD rootfs.tar.xz /\n"},
		{"BuildKit EXPOSE", "EXPOSE map[22/tcp:{} 80/tcp:{}]", "EXPOSE 22/tcp 80/tcp\n"},
		{"BuildKit EXPOSE since 0.20", "EXPOSE [22/tcp 80/tcp]", "EXPOSE 22/tcp 80/tcp\n"},
		{"CMD", `CMD ["nginx" "-g" "daemon off;"]`, `CMD ["nginx", "-g", "daemon off;"]` + "\n"},
		{"CMD of a shell, kaniko", "CMD nginx", `CMD ["/bin/sh", "-c", "nginx"]` + "\n"},
		{"ENV with blanks", "ENV A=b c D=$E", `ENV A="b c" D="\$E"` + "\n"},
		{"ENV of old", "ENV A b c", `ENV A="b c"` + "\n"},
		{"ENV with quotes", `ENV A="b c" D=e`, `ENV A="b c" D=e` + "\n"},
		{"LABEL", "LABEL maintainer=A B <a@example.com>", `LABEL maintainer="A B <a@example.com>"` + "\n"},
		{"ARG", "ARG A=b c TOKEN", `ARG A="b c" TOKEN` + "\n"},
		{"VOLUME", "VOLUME [/a /b]", "VOLUME /a /b\n"},
		{"HEALTHCHECK that the config lacks", `HEALTHCHECK &{["CMD" "x"] "1s"}`, "# HEALTHCHECK &{[\"CMD\" \"x\"] \"1s\"}\n"},
		{"MAINTAINER", "MAINTAINER someone", "# MAINTAINER someone\n"},
		{"ONBUILD", "ONBUILD RUN make", "# ONBUILD RUN make\n"},
		{"bazel", "bazel build ...", "# bazel build ...\n"},
		{"jib", "jib-maven-plugin:3.4.0", "# jib-maven-plugin:3.4.0\n"},
		{"ko", "ko build ko://example.com/cmd", "# ko build ko://example.com/cmd\n"},
		{"nothing", "", ""},
		{"RUN of nothing", "RUN /bin/sh -c  # buildkit", "# RUN\n"},
		{"powershell in Linux", "powershell -Command dir", `SHELL ["powershell", "-Command"]` + "\nRUN dir\n"},
		{"small letters", "env a", "# env a\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := read(t, "linux", nil, entry{CreatedBy: row.step})
			if diff := cmp.Diff("FROM scratch\n"+row.want, string(r.Dockerfile.File.Text)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", row.step, diff)
			}
			if r.Problems != nil {
				t.Errorf("problems %v", r.Problems)
			}
		})
	}
}

func TestWindows(t *testing.T) {
	t.Parallel()
	r := read(t, "windows", map[string]any{"Env": []string{`P=C:\a b`}},
		entry{CreatedBy: "cmd /S /C #(nop)  ENV A=b"},
		entry{CreatedBy: `cmd /S /C dir C:\`},
		entry{CreatedBy: "powershell -Command dir"},
	)
	want := "# escape=`\nFROM scratch\nENV A=b\nRUN dir C:\\\nSHELL [\"powershell\", \"-Command\"]\nRUN dir\nENV P=\"C:\\a b\"\n"
	if diff := cmp.Diff(want, string(r.Dockerfile.File.Text)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestSettle has what the config says that the history does not, or says otherwise.
func TestSettle(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		config  map[string]any
		history []entry
		want    string
	}{
		{"nothing to say", map[string]any{
			"User": "app", "Env": []string{"A=b c=d"}, "ExposedPorts": map[string]any{"80/tcp": struct{}{}}, "WorkingDir": "/a/b",
			"Entrypoint": []string{"x"}, "Labels": map[string]string{"l": "m"}, "Volumes": map[string]any{"/v": struct{}{}},
		}, []entry{
			{CreatedBy: "USER app"}, {CreatedBy: "ENV A=b c=d"}, {CreatedBy: "EXPOSE 80"}, {CreatedBy: "WORKDIR /a"}, {CreatedBy: "WORKDIR b"},
			{CreatedBy: `ENTRYPOINT ["x"]`}, {CreatedBy: "LABEL l=m"}, {CreatedBy: "VOLUME [/v]"},
		}, "USER app\nENV A=\"b c=d\"\nEXPOSE 80\nWORKDIR /a\nWORKDIR b\nENTRYPOINT [\"x\"]\nLABEL l=m\nVOLUME /v\n"},
		{"no history", map[string]any{
			"User": "app", "Env": []string{"A=b", "C=d e"}, "ExposedPorts": map[string]any{"80/tcp": struct{}{}, "22/tcp": struct{}{}}, "WorkingDir": "/a",
			"Entrypoint": []string{"x"}, "Cmd": []string{"y z"}, "Labels": map[string]string{"l": "m"}, "Volumes": map[string]any{"/v": struct{}{}},
			"StopSignal": "SIGINT", "Healthcheck": map[string]any{"Test": []string{"CMD-SHELL", "curl x"}},
		}, nil, "ENV A=b\nENV C=\"d e\"\nLABEL l=m\nEXPOSE 22/tcp 80/tcp\nVOLUME /v\nWORKDIR /a\nSTOPSIGNAL SIGINT\nUSER app\n" +
			"HEALTHCHECK CMD [\"/bin/sh\", \"-c\", \"curl x\"]\nENTRYPOINT [\"x\"]\nCMD [\"y z\"]\n"},
		{"contradictions", map[string]any{"User": "0", "Env": []string{"A=c"}, "WorkingDir": "/b"},
			[]entry{{CreatedBy: "USER app"}, {CreatedBy: "ENV A=b"}, {CreatedBy: "WORKDIR /a"}},
			"USER app\nENV A=b\nWORKDIR /a\nENV A=c\nWORKDIR /b\nUSER 0\n"},
		{"a user that is not there any more", nil, []entry{{CreatedBy: "USER app"}}, "USER app\nUSER root\n"},
		{"the last health check is the config's", map[string]any{"Healthcheck": map[string]any{"Test": []string{"CMD", "x"}}},
			[]entry{{CreatedBy: "HEALTHCHECK a"}, {CreatedBy: "HEALTHCHECK b"}}, "# HEALTHCHECK a\nHEALTHCHECK CMD [\"x\"]\n"},
		{"no health check is to be", map[string]any{"Healthcheck": map[string]any{"Test": []string{"NONE"}}}, nil, "HEALTHCHECK NONE\n"},
		{"a value with what looks like another", map[string]any{"Env": []string{"A=b TOKEN=c"}}, []entry{{CreatedBy: "ENV A=b TOKEN=c"}}, "ENV A=\"b TOKEN=c\"\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := read(t, "linux", row.config, row.history...)
			if diff := cmp.Diff("FROM scratch\n"+row.want, string(r.Dockerfile.File.Text)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestInjection has values that would be instructions, were they written as they are.
func TestInjection(t *testing.T) {
	t.Parallel()
	r := read(t, "linux", map[string]any{"User": "0\nUSER app", "Env": []string{"A=b\nHEALTHCHECK NONE", "B\nUSER app=x"}, "WorkingDir": "/a\\"},
		entry{CreatedBy: "bazel\nUSER app"},
		entry{CreatedBy: "/bin/sh -c echo \\"},
		entry{CreatedBy: "/bin/sh -c cat <<A\nUSER app\nEOF\nUSER app"},
		entry{CreatedBy: "/bin/sh -c : <<USER"},
		entry{CreatedBy: "COPY <<A /b"},
		entry{CreatedBy: "USER app\r\nUSER b\x00\x1b[2J"},
		entry{CreatedBy: "/bin/sh -c [\"a\"]"},
	)
	var got []string
	for _, i := range r.Dockerfile.Instructions {
		got = append(got, i.Keyword.Value)
	}
	want := "FROM RUN RUN RUN COPY USER RUN ENV WORKDIR USER"
	if text := strings.Join(got, " "); text != want {
		t.Errorf("instructions %s, want %s:\n%s", text, want, r.Dockerfile.File.Text)
	}
	if strings.ContainsAny(string(r.Dockerfile.File.Text), "\x00\x1b\r") {
		t.Errorf("control characters: %q", r.Dockerfile.File.Text)
	}
}

func TestLayers(t *testing.T) {
	t.Parallel()
	r := read(t, "linux", map[string]any{"User": "app"},
		entry{CreatedBy: "ADD rootfs.tar /"},
		entry{CreatedBy: "ENV A=b", EmptyLayer: true},
		entry{CreatedBy: "bazel"},
		entry{CreatedBy: "/bin/bash -c x"},
	)
	var got []int
	for _, i := range r.Dockerfile.Instructions {
		got = append(got, r.Layer(i.Start))
		if i.Start != i.End && r.Layer(i.Start) != r.Layer(i.End) {
			t.Errorf("%s starts in layer %d and ends in %d", i.Keyword.Text, r.Layer(i.Start), r.Layer(i.End))
		}
	}
	if diff := cmp.Diff([]int{-1, 0, -1, 2, 2, -1}, got); diff != "" || r.Layers != 3 {
		t.Errorf("layers of FROM ADD ENV SHELL RUN USER, of %d (-want +got):\n%s", r.Layers, diff)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	many := make([]entry, 3000)
	for k := range many {
		many[k].CreatedBy = "USER app"
	}
	for name, r := range map[string]*Recipe{
		"entries":     read(t, "linux", nil, many...),
		"an entry":    read(t, "linux", nil, entry{CreatedBy: "/bin/sh -c " + strings.Repeat("é", maxEntry)}),
		"environment": read(t, "linux", map[string]any{"Env": make([]string, 3000)}),
		"labels": read(t, "linux", map[string]any{"Labels": func() map[string]string {
			m := make(map[string]string)
			for k := range 100 {
				m["l"+strings.Repeat("a", k)] = strings.Repeat("\x00", maxEntry)
			}
			return m
		}()}),
		"a history": read(t, "linux", nil, slices.Repeat([]entry{{CreatedBy: "EXPOSE " + strings.Repeat("1 ", maxEntry/2-10)}}, 200)...),
	} {
		ok := false
		for _, err := range r.Problems {
			ok = ok || errors.Is(err, manifest.ErrLimit)
		}
		if !ok {
			t.Errorf("%s: problems %v, want one of a limit", name, r.Problems)
		}
		if n := len(r.Dockerfile.File.Text); n > maxText+20*maxEntry {
			t.Errorf("%s: %d bytes", name, n)
		}
	}
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", "\x00"} {
		if _, err := Read("x", []byte(text)); err == nil {
			t.Errorf("Read(%q): no error", text)
		}
	}
	r, err := Read("x", []byte(`{"config":{"User":7,"Env":["A=b"]},"history":[{"created_by":"USER app"}]}`))
	if err != nil || len(r.Problems) != 1 {
		t.Fatalf("a user that is a number: %v, problems %v, want one", err, r)
	}
	if text := string(r.Dockerfile.File.Text); !strings.Contains(text, "ENV A=b") {
		t.Errorf("the rest is not read:\n%s", text)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"os":"linux","config":{"User":"a","Env":["A=b"]},"history":[{"created_by":"RUN |1 A=b /bin/sh -c x # buildkit"}]}`))
	f.Add([]byte(`{"history":[{"created_by":"/bin/sh -c #(nop) CMD [\"a\" \"b\"]","empty_layer":true}]}`))
	f.Fuzz(func(t *testing.T, config []byte) {
		r, err := Read("x", config)
		if err != nil {
			return
		}
		last := 0
		for _, i := range r.Dockerfile.Instructions {
			if i.Start < last || i.End > len(r.Dockerfile.File.Text) || !strings.HasPrefix(string(r.Dockerfile.File.Text[i.Start:]), i.Keyword.Text) {
				t.Fatalf("%s at %d-%d of %q", i.Keyword.Text, i.Start, i.End, r.Dockerfile.File.Text)
			}
			last = i.End
		}
	})
}

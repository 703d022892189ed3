package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/manifest/dockerfile"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// imageConfig is a config document with steps and settings.
func imageConfig(tb testing.TB, system string, settings map[string]any, steps ...string) []byte {
	tb.Helper()
	var history []map[string]any
	for _, s := range steps {
		history = append(history, map[string]any{"created_by": s})
	}
	text, err := json.Marshal(map[string]any{"os": system, "config": settings, "history": history})
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// FuzzImageConfig looks for values of an image that become other instructions than
// those that were written of them.
func FuzzImageConfig(f *testing.F) {
	f.Add("/bin/sh -c #(nop) ENV A=b c D=e", "RUN /bin/bash -o pipefail -c a | b # buildkit", "app", "A=b c", "v", "echo", false)
	f.Add("/bin/sh -c cat <<EOF > /x\nUSER root\nEOF", "COPY <<EOF /a\n # buildkit", "0\nUSER app", "A=\nRUN x", "a b\\", "\x00", false)
	f.Add("|2 A=b C=d /bin/sh -c echo \\", "RUN powershell -Command $x = 'y'; dir # buildkit", "--x", "$A=`", "[\"", "`", true)
	f.Add("RUN #!/usr/bin/python\nimport os", "RUN --mount=x [\"a\"", "\"", "É=\u2028", "# escape=`", "\xff", false)
	f.Add("EXPOSE map[22/tcp:{} 80/tcp:{}]", "VOLUME [/a \"b\\nc\"]", "'", "A", "LABEL", "x\\", true)
	f.Add("CMD [\"a\" \"b c\"]", "HEALTHCHECK &{[\"CMD-SHELL\" \"x\"] \"1s\"}", "a", "A=$B", "\\", "${", false)
	f.Add("COPY --chown=a:b file:01 in /x", "ARG A=b c D", "a", "A=\"", "\ufeff", "RUN", false)
	f.Fuzz(func(t *testing.T, first, second, user, env, value, test string, windows bool) {
		system := "linux"
		if windows {
			system = "windows"
		}
		holdImageConfig(t, imageConfig(t, system, map[string]any{
			"User": user, "Env": []string{env}, "WorkingDir": value, "Labels": map[string]string{value: env},
			"Cmd": []string{value, test}, "ExposedPorts": map[string]any{value: nil}, "Volumes": map[string]any{env: nil},
			"Healthcheck": map[string]any{"Test": []string{"CMD-SHELL", test}}, "StopSignal": test,
		}, first, second, "USER "+value, "WORKDIR "+env))
	})
}

// holdImageConfig reads a config, and fails the test where the decoder does not read
// the text as the model has it.
func holdImageConfig(t *testing.T, config []byte) {
	t.Helper()
	want, _, err := scan.ImageDockerfile(scan.Target{Kind: artifact.KindImage, Name: "x", Config: config})
	if err != nil {
		t.Fatalf("ImageDockerfile: %v", err)
	}
	text := string(want.File.Text)
	for _, c := range text {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			t.Fatalf("a control character: %q", text)
		}
	}
	b := dockerfile.Decoder{}.Decode(&manifest.File{Path: want.File.Path, Text: want.File.Text}, manifest.Limits{})
	if len(b.Objects) != 1 {
		if strings.Count(text, `"`)+strings.Count(text, "{") < 10_000 {
			t.Fatalf("no Dockerfile: %v\n%s", b.Problems, text)
		}
		return
	}
	got := b.Objects[0].Dockerfile()
	if len(got.Instructions) != len(want.Instructions) {
		t.Fatalf("%d instructions, want %d:\n%s", len(got.Instructions), len(want.Instructions), text)
	}
	for k, w := range want.Instructions {
		g := got.Instructions[k]
		if g.Keyword != w.Keyword || g.Start != w.Start || g.End != w.End || g.JSON != w.JSON || !slices.Equal(g.Shell, w.Shell) {
			t.Fatalf("instruction %d is\n%+v, want\n%+v:\n%s", k, g, w, text)
		}
		if w.Keyword.Value == "RUN" {
			w.Args, g.Args = nil, nil // with what the decoder makes of the blanks at the end
		}
		if diff := cmp.Diff(w.Args, g.Args); diff != "" {
			t.Fatalf("arguments of instruction %d (-want +got):\n%s\n%s", k, diff, text)
		}
		if diff := cmp.Diff(w.Variables, g.Variables); diff != "" {
			t.Fatalf("variables of instruction %d (-want +got):\n%s\n%s", k, diff, text)
		}
		if diff := cmp.Diff(w.Flags, g.Flags); diff != "" {
			t.Fatalf("flags of instruction %d (-want +got):\n%s\n%s", k, diff, text)
		}
		if diff := cmp.Diff(w.Heredocs, g.Heredocs); diff != "" {
			t.Fatalf("heredocs of instruction %d (-want +got):\n%s\n%s", k, diff, text)
		}
	}
}

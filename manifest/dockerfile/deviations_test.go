package dockerfile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A deviation is a case, not in the corpus, where the answer is not Trivy's.
type deviation struct {
	name   string
	text   string
	trivy  []string // what it reports of one check, by how the check is written
	ours   []string
	reason string
}

func deviations() []deviation {
	return []deviation{{
		name: "a semicolon in front of cd", text: "FROM a:1\nRUN set -e; cd /src; make\n",
		ours:   []string{"DS-0013 MEDIUM 2-2"},
		reason: "Trivy splits a RUN at && alone; so it does for sudo, curl and wget",
	}, {
		name: "a cd in quotes", text: "FROM a:1\nRUN echo 'x && cd /src'\n",
		trivy:  []string{"DS-0013 MEDIUM 2-2"},
		reason: "the text is not a command",
	}, {
		name: "commands of a heredoc", text: "FROM a:1\nRUN <<EOF\ntrue\nsudo make\nEOF\n",
		ours:   []string{"DS-0010 CRITICAL 2-5"},
		reason: "Trivy joins the lines by semicolons, at which it does not split",
	}, {
		name: "one apt-get of two", text: "FROM a:1\nRUN apt-get install -y --no-install-recommends b && apt-get install -y c\n",
		ours:   []string{"DS-0029 HIGH 2-2"},
		reason: "Trivy looks for the option once in a RUN; so it does for -y",
	}, {
		name: "an apt-get that is quiet", text: "FROM a:1\nRUN apt-get install -qq --no-install-recommends b\n",
		trivy:  []string{"DS-0021 HIGH 2-2"},
		reason: "apt-get's man page: -qq implies -y",
	}, {
		name: "options in front of a verb", text: "FROM a:1\nRUN dnf -y install b\n",
		ours:   []string{"DS-0019 HIGH 2-2"},
		reason: "Trivy wants the verb behind the name of dnf, microdnf or zypper",
	}, {
		name: "microdnf is not dnf", text: "FROM a:1\nRUN microdnf install b\n",
		trivy:  []string{"DS-0019 HIGH 2-2", "DS-0027 HIGH 2-2"},
		ours:   []string{"DS-0027 HIGH 2-2"},
		reason: "Trivy finds the one name in the other",
	}, {
		name: "a cache that is mounted", text: "FROM a:1\nRUN --mount=type=cache,target=/var/cache/apk apk add b\n",
		trivy:  []string{"DS-0025 HIGH 2-2"},
		reason: "what is in the mount is not in the image",
	}, {
		name: "a registry with a port", text: "FROM harbour.example:5000/b\n",
		ours:   []string{"DS-0001 MEDIUM 1-1"},
		reason: "Trivy takes the port for the tag",
	}, {
		name: "a stage named as its image", text: "FROM b AS b\n",
		ours:   []string{"DS-0001 MEDIUM 1-1"},
		reason: "Trivy takes the image for the stage, which is not there yet",
	}, {
		name: "a default in the variable", text: "FROM b:${TAG:-latest}\n",
		ours:   []string{"DS-0001 MEDIUM 1-1"},
		reason: "Trivy does not know defaults in braces",
	}, {
		name: "a user of another stage", text: "FROM a:1 AS b\nUSER 1000\nFROM a:1\n",
		ours:   []string{"DS-0002 HIGH 0-0"},
		reason: "the image has no user",
	}, {
		name: "an archive with a short name", text: "FROM a:1\nADD b.tgz /c\n",
		trivy:  []string{"DS-0005 LOW 2-2"},
		reason: "ADD unpacks it",
	}, {
		name: "a relative path with a variable behind", text: "FROM a:1\nWORKDIR b/$C\n",
		ours:   []string{"DS-0009 HIGH 2-2"},
		reason: "Trivy lets a variable anywhere make a path absolute",
	}, {
		name: "a directory of the system itself", text: "FROM a:1\nWORKDIR /proc\n",
		ours:   []string{"DS-0030 HIGH 2-2"},
		reason: "Trivy looks for what is below it alone",
	}, {
		name: "two lines that are the same", text: "FROM a:1 AS b\nFROM a:1 AS b\n",
		ours:   []string{"DS-0012 CRITICAL 1-1"},
		reason: "Trivy compares lines that differ alone",
	}, {
		name: "an upgrade of the distribution", text: "FROM a:1\nRUN apt-get update && apt-get dist-upgrade -y\n",
		trivy:  []string{"DS-0017 HIGH 2-2"},
		reason: "dist-upgrade uses the lists",
	}, {
		name: "a secret with an equals sign", text: "FROM a:1\nARG TOKEN=a=b\n",
		ours:   []string{"DS-0031 CRITICAL 2-2"},
		reason: "Trivy does not read the value",
	}}
}

// TestDeviations holds the rules against what they are to say where Trivy says
// something else. Checks that the case is not about are left out: that the file has
// no USER and no HEALTHCHECK.
func TestDeviations(t *testing.T) {
	t.Parallel()
	for _, d := range deviations() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, r := range rowsOf(t, "Dockerfile", []byte(d.text)) {
				about := cmp.Equal(d.ours, []string{r.String()})
				if r.First > 0 || about {
					got = append(got, r.String())
				}
			}
			if diff := cmp.Diff(d.ours, got); diff != "" {
				t.Errorf("%s: we report (-want +got):\n%s", d.reason, diff)
			}
			if cmp.Equal(d.ours, d.trivy) || d.reason == "" {
				t.Error("this is no deviation, or has no reason")
			}
		})
	}
}

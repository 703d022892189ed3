package rules

import (
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// dockerfileSecretRules are about what an image gives away.
func dockerfileSecretRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "dockerfile-secret",
		Aliases:     trivyNames("0031"),
		Title:       "Secret in the image",
		Doc:         "Reports variables of the last stage that are named as secrets are, in ENV and ARG; variables that point to a file of credentials which a COPY puts there; copies to such a file; and RUN instructions that log in without a secret mount. Whoever has the image can read its history, environment and layers.",
		Remediation: "Use RUN --mount=type=secret for what is needed at build time, and give the rest to the container when it starts.",
		URL:         "https://docs.docker.com/build/building/secrets/",
		Severity:    severity.Critical,
		Run: ofDockerfile(func(r recipe) {
			s := r.Final()
			if s == nil {
				return
			}
			copied, dir := newCopiedSet(s), "/"
			for _, i := range s.Instructions {
				switch i.Keyword.Value {
				case "WORKDIR":
					dir = workdir(dir, i)
				case "ENV", "ARG":
					r.secretVariables(i, copied, dir)
				case "COPY":
					r.secretCopy(i)
				case "RUN":
					r.secretLogin(i)
				}
			}
		}),
	}}
}

func (r recipe) secretVariables(i *manifest.Instruction, copied copiedSet, dir string) {
	for _, v := range i.Variables {
		name := v.Name.Value
		switch {
		case isCredentialFile(name):
			if v.Value.Value != "" && copied.has(absolute(dir, v.Value.Value)) {
				r.at(i, v.Name, name+" points to a file of credentials that is copied into the image")
			}
		case isSecretName(name):
			r.at(i, v.Name, name+" looks like a secret, and stays in the image")
		}
	}
}

func (r recipe) secretCopy(i *manifest.Instruction) {
	if len(i.Args) != 2 {
		return
	}
	name := strings.Trim(i.Args[1].Text, "${}\"")
	if strings.Contains(i.Args[1].Text, "$") && isCredentialFile(name) {
		r.at(i, i.Args[1], "a file of credentials is copied to "+name)
	}
}

func (r recipe) secretLogin(run *manifest.Instruction) {
	for _, f := range run.Flags {
		if f.Name == "mount" && slices.Contains(strings.Split(f.Value, ","), "type=secret") {
			return
		}
	}
	for p := range programs(run) {
		if logsIn(p) {
			r.between(run, p.word.Start, p.end(), p.name+" leaves credentials in the image")
			return
		}
	}
}

// logsIn reports whether a program is given credentials that it keeps.
func logsIn(p program) bool {
	var words []string
	for _, w := range p.args {
		if !strings.HasPrefix(w.Value, "-") {
			words = append(words, w.Value)
		}
	}
	starts := func(with ...string) bool { return len(words) >= len(with) && slices.Equal(words[:len(with)], with) }
	has := func(options ...string) bool {
		return slices.ContainsFunc(p.args, func(w manifest.Word) bool {
			name, _, _ := strings.Cut(w.Value, "=")
			return slices.Contains(options, name)
		})
	}
	switch p.name {
	case "aws":
		return starts("configure", "set", "aws_access_key_id") || starts("configure", "set", "aws_secret_access_key")
	case "gcloud":
		return starts("auth", "activate-service-account")
	case "az":
		return starts("login") && has("-p", "--password", "--federated-token")
	case "doctl":
		return starts("auth", "init") && has("-t", "--access-token")
	}
	return false
}

// isCredentialFile reports whether a variable names a file of credentials.
func isCredentialFile(name string) bool {
	switch name {
	case "AWS_CONFIG_FILE", "HF_TOKEN_PATH", "GOOGLE_APPLICATION_CREDENTIALS":
		return true
	}
	return false
}

// isSecretName reports whether a variable is one that a program reads a secret from,
// or has a word in its name that says so, unless one says that it is public.
func isSecretName(name string) bool {
	switch strings.TrimPrefix(strings.TrimPrefix(name, "VITE_"), "REACT_APP_") {
	case "AWS_ACCESS_KEY_ID", "AZURE_CLIENT_ID": // the others have such words
		return true
	}
	secret := false
	for word := range strings.SplitSeq(strings.ToLower(name), "_") {
		switch word {
		case "public":
			return false
		case "apikey", "auth", "credential", "credentials", "key", "password", "passwd", "psw", "pword", "secret", "token", "usr":
			secret = true
		}
	}
	return secret
}

// A copiedSet knows what the COPY instructions of a stage put where.
type copiedSet map[string]bool

func newCopiedSet(s *manifest.Stage) copiedSet {
	set := make(copiedSet)
	dir := "/"
	for _, i := range s.Instructions {
		switch i.Keyword.Value {
		case "WORKDIR":
			dir = workdir(dir, i)
		case "COPY":
			if len(i.Args) > 1 {
				set[absolute(dir, i.Args[len(i.Args)-1].Value)] = true
			}
		}
	}
	return set
}

// maxPathDepth bounds how many directories are looked at on the way up.
const maxPathDepth = 100

// has reports whether something is copied to a path, or to a directory above it.
func (c copiedSet) has(file string) bool {
	for range maxPathDepth {
		if c[file] {
			return true
		}
		if file == "/" {
			return false
		}
		file = path.Dir(file)
	}
	return false
}

// workdir is the directory behind a WORKDIR.
func workdir(dir string, i *manifest.Instruction) string {
	for _, w := range i.Args {
		dir = absolute(dir, w.Value)
	}
	return dir
}

// absolute is a path seen from a directory.
func absolute(dir, p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(dir, p)
}

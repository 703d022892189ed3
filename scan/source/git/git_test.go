package git_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source/git"
)

// run runs git in dir, without the user's configuration.
func run(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(content), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// A server serves one repository by git's own program.
type server struct {
	url    string
	first  string // commits
	second string
}

// serve makes a repository of two commits and serves it. The first is tagged v1,
// with a note; the second is main; the branch "old" is the first.
func serve(t *testing.T, password string, config ...string) *server {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	root := t.TempDir()
	dir := filepath.Join(root, "repo")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "init", "-q", "-b", "main")
	write(t, dir, "go.mod", "module example.test/keel\n\ngo 1.26\n")
	write(t, dir, "a/b/file", "content")
	write(t, dir, "tool", "#!/bin/sh\n")
	if err := errors.Join(os.Chmod(filepath.Join(dir, "tool"), 0o755), os.Symlink("../../../etc/passwd", filepath.Join(dir, "a", "link"))); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "add", ".")
	run(t, dir, "commit", "-q", "-m", "first")
	run(t, dir, "tag", "-a", "v1", "-m", "note")
	run(t, dir, "branch", "old")
	first := run(t, dir, "rev-parse", "HEAD")
	write(t, dir, "new", "new")
	run(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+first+",sub")
	run(t, dir, "add", "new")
	run(t, dir, "commit", "-q", "-m", "second")
	for _, c := range append(config, "http.receivepack=false") {
		key, value, _ := strings.Cut(c, "=")
		run(t, dir, "config", key, value)
	}
	s := &server{first: first, second: run(t, dir, "rev-parse", "HEAD")}
	handler := &cgi.Handler{
		Path: filepath.Join(run(t, dir, "--exec-path"), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"},
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, given, ok := r.BasicAuth(); password != "" && (!ok || given != password) {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	s.url = srv.URL + "/repo/.git"
	return s
}

// list is what a walk of src visits, and its target.
func list(t *testing.T, src artifact.Source) (string, artifact.Target, error) {
	t.Helper()
	art, err := src.Open(t.Context())
	if err != nil {
		return "", artifact.Target{}, err
	}
	defer func() {
		if err := art.Close(); err != nil {
			t.Error(err)
		}
	}()
	var lines []string
	err = art.Layers()[0].Walk(t.Context(), func(f *artifact.File) error {
		line := fmt.Sprintf("%s %s %s", f.Kind, f.Path, f.Link)
		if f.Kind == artifact.KindRegular {
			f.Bind(t.Context(), 0, nil)
			b, err := f.Bytes()
			line += fmt.Sprintf("%o %q %v", f.Mode, b, err)
		} else if f.Err() != nil {
			line += f.Err().Error()
		}
		lines = append(lines, strings.TrimSpace(line))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n"), art.Target(), nil
}

const firstFiles = `directory .
directory a
directory a/b
regular file a/b/file 644 "content" <nil>
regular file go.mod 644 "module example.test/keel\n\ngo 1.26\n" <nil>
regular file tool 755 "#!/bin/sh\n" <nil>
symbolic link a/link ../../../etc/passwd`

const secondFiles = `directory .
directory a
directory a/b
directory sub read sub: submodule is not fetched
regular file a/b/file 644 "content" <nil>
regular file go.mod 644 "module example.test/keel\n\ngo 1.26\n" <nil>
regular file new 644 "new" <nil>
regular file tool 755 "#!/bin/sh\n" <nil>
symbolic link a/link ../../../etc/passwd`

func TestRepository(t *testing.T) {
	t.Parallel()
	s := serve(t, "", "uploadpack.allowReachableSHA1InWant=true")
	strict := serve(t, "", "uploadpack.allowReachableSHA1InWant=false", "uploadpack.allowAnySHA1InWant=false", "uploadpack.allowTipSHA1InWant=false", "protocol.version=0")
	for _, tt := range []struct {
		name   string
		server *server
		opts   git.Options
		files  string
		commit string
		branch string
		tags   string
	}{
		{"head", s, git.Options{}, secondFiles, s.second, "main", "[]"},
		{"branch", s, git.Options{Branch: "old"}, firstFiles, s.first, "old", "[]"},
		{"tag", s, git.Options{Tag: "v1"}, firstFiles, s.first, "", "[v1]"},
		{"commit", s, git.Options{Commit: s.first}, firstFiles, s.first, "", "[]"},
		{"commit of a strict server", strict, git.Options{Commit: strict.first}, firstFiles, strict.first, "", "[]"},
		{"skip", s, git.Options{Tag: "v1", Skip: func(path string, dir bool) bool { return dir && path == "a" || path == "tool" }},
			"directory .\nregular file go.mod 644 \"module example.test/keel\\n\\ngo 1.26\\n\" <nil>", s.first, "", "[v1]"},
	} {
		temp := t.TempDir()
		tt.opts.TempDir = temp
		files, target, err := list(t, git.Repository(tt.server.url, tt.opts))
		if err != nil {
			t.Errorf("%s: Open = %v", tt.name, err)
			continue
		}
		if files != tt.files {
			t.Errorf("%s: Walk visits\n%s\nwant\n%s", tt.name, files, tt.files)
		}
		if target.Kind != artifact.KindRepository || target.Name != tt.server.url || target.Commit != tt.commit || target.Branch != tt.branch || fmt.Sprint(target.Tags) != tt.tags {
			t.Errorf("%s: target is %+v", tt.name, target)
		}
		if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left, error %v", tt.name, left, err)
		}
	}
}

func TestRepositoryFails(t *testing.T) {
	t.Parallel()
	s := serve(t, "secret")
	temp := t.TempDir()
	for _, tt := range []struct {
		name, url string
		opts      git.Options
		want      string
	}{
		{"no credentials", s.url, git.Options{}, "authentication"},
		{"no repository", s.url + "x", git.Options{Auth: &githttp.BasicAuth{Username: "u", Password: "secret"}}, "not found"},
		{"no branch", s.url, git.Options{Branch: "none", Auth: &githttp.BasicAuth{Username: "u", Password: "secret"}}, "remote ref"},
		{"no commit", s.url, git.Options{Commit: strings.Repeat("1", 40), Auth: &githttp.BasicAuth{Username: "u", Password: "secret"}}, "read commit"},
		{"two", s.url, git.Options{Branch: "a", Tag: "b"}, git.ErrOptions.Error()},
		{"half an id", s.url, git.Options{Commit: s.first[:10]}, git.ErrOptions.Error()},
		{"nobody there", "http://127.0.0.1:1/repo", git.Options{}, "refused"},
	} {
		tt.opts.TempDir = temp
		_, _, err := list(t, git.Repository(tt.url, tt.opts))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Open = %v, want %q", tt.name, err, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := git.Repository(s.url, git.Options{TempDir: temp}).Open(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Open after it was cancelled = %v", err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%v is left, error %v", left, err)
	}
}

// A password in the URL is used, and never shown.
func TestRepositoryPassword(t *testing.T) {
	t.Parallel()
	s := serve(t, "secret")
	src := git.Repository(strings.Replace(s.url, "http://", "http://user:secret@", 1), git.Options{})
	_, target, err := list(t, src)
	if err != nil {
		t.Fatal(err)
	}
	if target.Name != s.url || strings.Contains(fmt.Sprint(src), "secret") {
		t.Errorf("the name is %q, and the source %v", target.Name, src)
	}
}

// A scan of a repository that is fetched is that of a checkout. The submodule is a
// problem that hides something.
func TestScan(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	inv, err := scan.Inspect(t.Context(), git.Repository(s.url, git.Options{}), scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(inv.Problems, func(p scan.Problem) bool {
		return errors.Is(p.Err, git.ErrSubmodule) && p.Path == "sub" && p.Hides == artifact.HidesSome
	}) {
		t.Errorf("Inspect has the problems %v, want one of the submodule", inv.Problems)
	}
	if inv.Target.Commit != s.second {
		t.Errorf("Inspect has the target %+v", inv.Target)
	}
}

package daemon_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source/daemon"
)

// A name asks for an image and for nothing else that the engine has.
func TestDockerNames(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /images/{name...}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { t.Errorf("the engine is asked for %s", r.URL) })
	l, socket := listen(t)
	srv := &http.Server{Handler: mux}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	for _, ref := range []string{"", ".", "..", "../containers/x", "a/../../containers/x", "a/./b", "a//b", "/a", "a/", "a?b", "a#b", "a%2fb", "a\nb", "a b", "..\\x"} {
		if _, err := daemon.Docker(ref, daemon.Options{Socket: socket}).Open(t.Context()); err == nil || !strings.Contains(err.Error(), "no such image") {
			t.Errorf("Open of %q = %v, want that there is no such image", ref, err)
		}
	}
}

// An id is a digest, though an engine may write it without its algorithm.
func TestPodmanID(t *testing.T) {
	t.Parallel()
	socket, _ := serveDocker(t, func(i object, e []byte) (object, []byte) {
		i["Id"] = strings.TrimPrefix(i["Id"].(string), "sha256:")
		return i, e
	})
	art, err := daemon.Podman("example.test/ship:1", daemon.Options{Socket: socket}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer art.Close()
	if id := art.Target().ImageID; id != artifact.Digest(digest(config(t))) {
		t.Errorf("Open has the image %s", id)
	}
}

// An export that fails is not tried again for each layer.
func TestDockerExportFailsOnce(t *testing.T) {
	t.Parallel()
	socket, exports := serveDocker(t, func(i object, _ []byte) (object, []byte) { return i, []byte("garbage") })
	inv, err := scan.Inspect(t.Context(), daemon.Docker("example.test/ship:1", daemon.Options{Socket: socket, TempDir: t.TempDir()}), scan.Options{})
	if err != nil || len(inv.Problems) < 2 {
		t.Fatalf("Inspect = %+v, %v, want a problem of each layer", inv, err)
	}
	if n := exports.Load(); n != 1 {
		t.Errorf("the image was exported %d times", n)
	}
}

// An export has no name while it is read, so that nothing is left of it if the
// program is killed.
func TestDockerExportNameless(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	socket, _ := serveDocker(t, nil)
	art, err := daemon.Docker("example.test/ship:1", daemon.Options{Socket: socket, TempDir: temp}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer art.Close()
	for _, l := range art.Layers() {
		err := l.Walk(t.Context(), func(*artifact.File) error {
			if left, err := filepath.Glob(filepath.Join(temp, "*")); err != nil || len(left) > 0 && os.PathSeparator == '/' {
				t.Errorf("%v is there, %v", left, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

package daemon_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/containerd/containerd/api/services/content/v1"
	"github.com/containerd/containerd/api/services/images/v1"
	"github.com/containerd/containerd/api/types"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/cache"
	"github.com/plimsoll-go/plimsoll/scan/source/daemon"
)

func digest(b []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(b)) }

// tarOf is a tar of files: name, content, name, content.
func tarOf(t *testing.T, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: files[i], Mode: 0o644, Size: int64(len(files[i+1]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type object = map[string]any

const release = "ID=debian\nVERSION_ID=12\n"

// layers are those of the image that the engines have: keel, then mast as well.
func layers(t *testing.T) [][]byte {
	keel := "Package: keel\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n\n"
	return [][]byte{
		tarOf(t, "etc/os-release", release, "var/lib/dpkg/status", keel),
		tarOf(t, "var/lib/dpkg/status", keel+strings.ReplaceAll(keel, "keel", "mast")),
	}
}

func config(t *testing.T) []byte {
	var ids []string
	for _, l := range layers(t) {
		ids = append(ids, digest(l))
	}
	return encode(t, object{"os": "linux", "architecture": "amd64", "rootfs": object{"type": "layers", "diff_ids": ids}})
}

func listen(t *testing.T) (net.Listener, string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "plimsoll") // the path of a socket is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	return l, socket
}

// serveDocker serves Docker's API for one image. It counts the exports.
func serveDocker(t *testing.T, change func(inspection object, export []byte) (object, []byte)) (socket string, exports *atomic.Int32) {
	t.Helper()
	conf := config(t)
	id := digest(conf)
	files := []string{}
	var names []string
	for i, l := range layers(t) {
		names = append(names, fmt.Sprintf("%d/layer.tar", i))
		files = append(files, names[i], string(l))
	}
	manifest := encode(t, []object{{"Config": "config.json", "RepoTags": []string{"example.test/ship:1"}, "Layers": names}})
	export := tarOf(t, append(files, "config.json", string(conf), "manifest.json", string(manifest))...)
	inspection := object{
		"Id": id, "RepoTags": []string{"example.test/ship:1"}, "Os": "linux", "Architecture": "amd64",
		"RootFS": object{"Type": "layers", "Layers": []string{digest(layers(t)[0]), digest(layers(t)[1])}},
	}
	if change != nil {
		inspection, export = change(inspection, export)
	}
	exports = new(atomic.Int32)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /images/{name...}", func(w http.ResponseWriter, r *http.Request) {
		switch r.PathValue("name") {
		case "example.test/ship:1/json":
			json.NewEncoder(w).Encode(inspection)
		case id + "/get":
			exports.Add(1)
			w.Write(export)
		default:
			w.WriteHeader(http.StatusNotFound)
			w.Write([]byte(`{"message":"No such image"}`))
		}
	})
	l, socket := listen(t)
	srv := &http.Server{Handler: mux}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return socket, exports
}

// check inspects src: keel is of the base, mast of the layer above.
func check(t *testing.T, src artifact.Source, opts scan.Options) *scan.Inventory {
	t.Helper()
	inv, err := scan.Inspect(t.Context(), src, opts)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range inv.Components {
		got = append(got, fmt.Sprintf("%s@%d", c.Name, c.Layer))
	}
	if fmt.Sprint(got) != "[keel@0 mast@1]" || len(inv.Problems) > 0 || inv.OS.String() != "debian 12" {
		t.Errorf("Inspect of %v has %v, %v, problems %v", src, got, inv.OS, inv.Problems)
	}
	return inv
}

func TestDocker(t *testing.T) {
	t.Parallel()
	socket, exports := serveDocker(t, nil)
	temp := t.TempDir()
	opts := daemon.Options{Socket: socket, TempDir: temp}
	inv := check(t, daemon.Docker("example.test/ship:1", opts), scan.Options{})
	if inv.Target.Name != "example.test/ship:1" || inv.Target.ImageID != artifact.Digest(digest(config(t))) || inv.Target.Platform != "linux/amd64" {
		t.Errorf("Inspect has the target %+v", inv.Target)
	}
	c := cache.Memory(0)
	for range 2 {
		check(t, daemon.Podman("example.test/ship:1", opts), scan.Options{Cache: c})
	}
	if n := exports.Load(); n != 2 {
		t.Errorf("the image was exported %d times, want once without a cache and once with one", n)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%v is left, error %v", left, err)
	}
}

func TestDockerFails(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	socket, _ := serveDocker(t, nil)
	if _, err := scan.Inspect(t.Context(), daemon.Docker("none", daemon.Options{Socket: socket}), scan.Options{}); !errors.Is(err, daemon.ErrNotFound) {
		t.Errorf("Inspect of no image = %v, want ErrNotFound", err)
	}
	if _, err := scan.Inspect(t.Context(), daemon.Docker("a", daemon.Options{Socket: filepath.Join(temp, "none")}), scan.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Inspect without an engine = %v, want os.ErrNotExist", err)
	}
	for _, tt := range []struct {
		name   string
		change func(object, []byte) (object, []byte)
		opts   daemon.Options
		want   string
	}{
		{"no layers", func(object, []byte) (object, []byte) { return object{}, nil }, daemon.Options{}, "names no layers"},
		{"garbage", func(i object, _ []byte) (object, []byte) { return i, []byte("garbage") }, daemon.Options{}, "export: "},
		{"other layers", func(i object, e []byte) (object, []byte) {
			i["RootFS"] = object{"Layers": []string{digest(nil), digest(nil)}}
			return i, e
		}, daemon.Options{}, "digest mismatch"},
		{"fewer layers", func(i object, e []byte) (object, []byte) {
			i["RootFS"] = object{"Layers": []string{digest(nil)}}
			return i, e
		}, daemon.Options{}, "2 layers were exported, of 1"},
		{"large", nil, daemon.Options{Limits: artifact.Limits{TotalBytes: 100}}, "more than 100 bytes in an export"},
		{"long", nil, daemon.Options{Limits: artifact.Limits{MetadataBytes: 10}}, "more than 10 bytes that describe"},
	} {
		socket, _ := serveDocker(t, tt.change)
		tt.opts.Socket, tt.opts.TempDir = socket, temp
		inv, err := scan.Inspect(t.Context(), daemon.Docker("example.test/ship:1", tt.opts), scan.Options{})
		if inv != nil && len(inv.Problems) > 0 {
			err = inv.Problems[0].Err
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Inspect = %v, want %q", tt.name, err, tt.want)
		}
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%v is left, error %v", left, err)
	}
}

// A contentServer is half of a small containerd: the content of one image.
type contentServer struct {
	content.UnimplementedContentServer
	blobs  map[string][]byte
	reads  atomic.Int32 // of layers
	layers map[string]bool
}

// An imageServer names it.
type imageServer struct {
	images.UnimplementedImagesServer
	target *types.Descriptor
}

func (s *imageServer) Get(ctx context.Context, r *images.GetImageRequest) (*images.GetImageResponse, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	if r.Name != "docker.io/library/ship:latest" || fmt.Sprint(md.Get("containerd-namespace")) != "[k8s.io]" {
		return nil, status.Error(codes.NotFound, "not found")
	}
	return &images.GetImageResponse{Image: &images.Image{Name: r.Name, Target: s.target}}, nil
}

func (s *contentServer) Info(_ context.Context, r *content.InfoRequest) (*content.InfoResponse, error) {
	b, ok := s.blobs[r.Digest]
	if !ok {
		return nil, status.Error(codes.NotFound, "content "+r.Digest+": not found")
	}
	return &content.InfoResponse{Info: &content.Info{Digest: r.Digest, Size: int64(len(b))}}, nil
}

func (s *contentServer) Read(r *content.ReadContentRequest, to content.Content_ReadServer) error {
	if s.layers[r.Digest] {
		s.reads.Add(1)
	}
	b := s.blobs[r.Digest]
	for i := 0; i < len(b); i += 1000 {
		if err := to.Send(&content.ReadContentResponse{Offset: int64(i), Data: b[i:min(len(b), i+1000)]}); err != nil {
			return err
		}
	}
	return nil
}

func serveContainerd(t *testing.T) (string, *contentServer) {
	t.Helper()
	s := &contentServer{blobs: make(map[string][]byte), layers: make(map[string]bool)}
	add := func(b []byte, mediaType string) object {
		s.blobs[digest(b)] = b
		return object{"mediaType": mediaType, "digest": digest(b), "size": len(b)}
	}
	var list []object
	for _, l := range layers(t) {
		list = append(list, add(l, "application/vnd.oci.image.layer.v1.tar"))
		s.layers[digest(l)] = true
	}
	manifest := encode(t, object{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
		"config": add(config(t), "application/vnd.oci.image.config.v1+json"), "layers": list,
	})
	add(manifest, "")
	target := &types.Descriptor{MediaType: "application/vnd.oci.image.manifest.v1+json", Digest: digest(manifest), Size: int64(len(manifest))}
	l, socket := listen(t)
	srv := grpc.NewServer()
	images.RegisterImagesServer(srv, &imageServer{target: target})
	content.RegisterContentServer(srv, s)
	go srv.Serve(l)
	t.Cleanup(srv.Stop)
	return socket, s
}

func TestContainerd(t *testing.T) {
	t.Parallel()
	socket, server := serveContainerd(t)
	opts := daemon.Options{Socket: socket, Namespace: "k8s.io"}
	c := cache.Memory(0)
	for range 2 {
		inv := check(t, daemon.Containerd("ship", opts), scan.Options{Cache: c})
		if fmt.Sprint(inv.Target.RepoTags) != "[docker.io/library/ship:latest]" || inv.Target.Name != "ship" {
			t.Errorf("Inspect has the target %+v", inv.Target)
		}
	}
	if n := server.reads.Load(); n != 2 {
		t.Errorf("%d layers were read, want each once", n)
	}
	for _, ref := range []string{"none", "docker.io/library/ship:2", "example.test/ship"} {
		if _, err := daemon.Containerd(ref, opts).Open(t.Context()); !errors.Is(err, daemon.ErrNotFound) {
			t.Errorf("Open of %s = %v, want ErrNotFound", ref, err)
		}
	}
	if _, err := daemon.Containerd("ship", daemon.Options{Socket: socket}).Open(t.Context()); !errors.Is(err, daemon.ErrNotFound) {
		t.Errorf("Open in another namespace = %v, want ErrNotFound", err)
	}

	// A layer that the store has thrown away is a problem.
	delete(server.blobs, digest(layers(t)[0]))
	inv, err := scan.Inspect(t.Context(), daemon.Containerd("ship", opts), scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(inv.Problems) != 1 || !errors.Is(inv.Problems[0].Err, os.ErrNotExist) || inv.Problems[0].Hides != artifact.HidesSome {
		t.Errorf("Inspect has the problems %v, want one of the layer", inv.Problems)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := daemon.Containerd("ship", opts).Open(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Open after it was cancelled = %v", err)
	}
}

func ExampleDocker() {
	fmt.Println(daemon.Docker("nginx:1.27", daemon.Options{}))
	// Output: docker:nginx:1.27
}

func ExamplePodman() {
	fmt.Println(daemon.Podman("nginx:1.27", daemon.Options{Socket: "/run/user/1000/podman/podman.sock"}))
	// Output: podman:nginx:1.27
}

func ExampleContainerd() {
	fmt.Println(daemon.Containerd("docker.io/library/nginx:1.27", daemon.Options{Namespace: "k8s.io"}))
	// Output: containerd:docker.io/library/nginx:1.27
}

// SPDX-License-Identifier: Apache-2.0

package images

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"sandstrap.dev/lab/build"
)

// The storage that Registry writes must be what the real registry reads. The program comes from
// PATH, or from what "lab build debian" has put into the cache.
func TestRealRegistryServesTheStorage(t *testing.T) {
	program := registryProgram(t)
	store := t.TempDir()
	layout := writeExample(t)
	if err := Registry(store).Add(layout, "example/tool", "1"); err != nil {
		t.Fatal(err)
	}
	base := serveRegistry(t, program, store)
	top, m, err := readLayout(layout)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"manifests/1":                    top.Digest,
		"manifests/" + top.Digest:        top.Digest,
		"blobs/" + m.Config.Digest:       m.Config.Digest,
		"blobs/" + m.Layers[0].Digest:    m.Layers[0].Digest,
		"blobs/sha256:" + zeros + zeros:  "",
		"manifests/no-such-tag-anywhere": "",
	} {
		data, err := os.ReadFile(blobPath(layout, want))
		if want == "" {
			data, err = nil, nil
		}
		if err != nil {
			t.Fatal(err)
		}
		checkAnswer(t, base+"/v2/example/tool/"+path, data)
	}
}

const zeros = "00000000000000000000000000000000"

// checkAnswer wants exactly want from url, or a 404 where want is nil.
func checkAnswer(t *testing.T, url string, want []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", typeManifest)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case want == nil && response.StatusCode != http.StatusNotFound:
		t.Errorf("%s: %s, want 404", url, response.Status)
	case want != nil && string(body) != string(want):
		t.Errorf("%s: %s with %d bytes, want %d", url, response.Status, len(body), len(want))
	}
}

func registryProgram(t *testing.T) string {
	t.Helper()
	if program, err := exec.LookPath("docker-registry"); err == nil {
		return program
	}
	cache, err := build.Cache()
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(cache, "debian-*", "usr", "bin", "docker-registry"))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Skip("no docker-registry: run lab build debian")
	}
	return found[0]
}

// serveRegistry runs the registry read-only over store and returns its URL.
func serveRegistry(t *testing.T, program, store string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	settings := fmt.Sprintf("version: 0.1\nlog: {level: error}\nhttp: {addr: %q}\n"+
		"storage: {filesystem: {rootdirectory: %q}, maintenance: {readonly: {enabled: true}}}\n",
		address, store)
	path := filepath.Join(t.TempDir(), "config.yml")
	if err := os.WriteFile(path, []byte(settings), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "serve", path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait() // it was killed, so its error tells nothing
	})
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return "http://" + address
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the registry does not answer")
	return ""
}

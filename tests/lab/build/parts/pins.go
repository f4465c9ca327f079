// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"sandstrap.dev/lab/build"
)

// pins is what the file pins.txt says; the wrapper script reads the toolchain's line itself.
type pins struct {
	packages []string
	modules  []modulePin
}

// modulePin is a Go module that only files are taken from.
type modulePin struct{ path, version, sum string }

// readPins reads the pins file at path.
func readPins(path string) (pins, error) {
	file, err := os.Open(path)
	if err != nil {
		return pins{}, err
	}
	defer file.Close()
	var all pins
	lines := bufio.NewScanner(file)
	for number := 1; lines.Scan(); number++ {
		if err := all.add(strings.Fields(lines.Text())); err != nil {
			return pins{}, fmt.Errorf("%s:%d: %w", path, number, err)
		}
	}
	return all, lines.Err()
}

// add takes the fields of one line.
func (p *pins) add(fields []string) error {
	switch {
	case len(fields) == 0 || strings.HasPrefix(fields[0], "#"):
	case fields[0] == "go" && len(fields) == 3:
	case fields[0] == "debian" && len(fields) == 2:
		p.packages = append(p.packages, fields[1])
	case fields[0] == "module" && len(fields) == 4:
		p.modules = append(p.modules, modulePin{fields[1], fields[2], fields[3]})
	default:
		return fmt.Errorf("pin %q is of no known form", strings.Join(fields, " "))
	}
	return nil
}

// pinnedModule returns the pin of the module path.
func pinnedModule(path string) (modulePin, error) {
	all, err := readPins(build.Source("pins.txt"))
	if err != nil {
		return modulePin{}, err
	}
	for _, module := range all.modules {
		if module.path == path {
			return module, nil
		}
	}
	return modulePin{}, fmt.Errorf("pins.txt does not pin the module %s", path)
}

// download fetches the module, checks its sum and returns the folder with its files, which is
// read-only.
func (m modulePin) download(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, goProgram(), "mod", "download", "-json", m.path+"@"+m.version)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), goSettings...)
	out, err := output(cmd)
	if err != nil {
		return "", err
	}
	var got struct{ Dir, Sum string }
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		return "", fmt.Errorf("go mod download %s: %w", m.path, err)
	}
	if got.Sum != m.sum {
		return "", fmt.Errorf("%s %s has the sum %s, pins.txt says %s", m.path, m.version, got.Sum, m.sum)
	}
	return got.Dir, nil
}

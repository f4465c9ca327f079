// SPDX-License-Identifier: Apache-2.0

// Package parts holds the components that the lab is built from: programs compiled from Go
// modules, programs of Debian packages, images, release files, and the certificate authority.
package parts

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"sandstrap.dev/lab/build"
)

// goProgram is the go command: the wrapper script says which.
func goProgram() string {
	if program := os.Getenv("SANDSTRAP_GO"); program != "" {
		return program
	}
	return "go"
}

// goVersion is the version of the toolchain, which decides the bytes of what it compiles.
var goVersion = sync.OnceValues(func() (string, error) {
	out, err := exec.Command(goProgram(), "version").Output()
	if err != nil {
		return "", fmt.Errorf("%s version: %w", goProgram(), err)
	}
	return strings.TrimSpace(string(out)), nil
})

// goSettings make the same bytes of the same sources, whatever the machine's own settings are.
var goSettings = []string{
	"CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOAMD64=v1", "GOEXPERIMENT=",
	"GOFLAGS=-mod=readonly", "GOWORK=off", "GOTOOLCHAIN=local",
}

// goModule is a folder of tests/lab with a go.mod, in which programs are compiled.
type goModule string

// compile builds the main package pkg of the module as the program out.
func (m goModule) compile(ctx context.Context, out, pkg string, variables ...string) error {
	flags := "-s -w"
	for _, variable := range variables {
		flags += " -X " + variable
	}
	// Debug information that -s -w leave out again need not be made: a fifth of the compile time.
	_, err := m.run(ctx, "build", "-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false",
		"-ldflags", flags, "-o", out, pkg)
	return err
}

// version returns the version of the module path that go.mod selects.
func (m goModule) version(ctx context.Context, path string) (string, error) {
	return m.run(ctx, "list", "-m", "-f", "{{.Version}}", path)
}

// sources downloads the module path in the version that go.mod selects, and returns the folder
// with its files, which is read-only.
func (m goModule) sources(ctx context.Context, path string) (string, error) {
	if _, err := m.run(ctx, "mod", "download", path); err != nil {
		return "", err
	}
	return m.run(ctx, "list", "-m", "-f", "{{.Dir}}", path)
}

// run runs the go command in the module and returns what it prints, without the last newline.
func (m goModule) run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, goProgram(), args...)
	cmd.Dir = build.Source(string(m))
	cmd.Env = append(os.Environ(), goSettings...)
	return output(cmd)
}

// program is one program that is compiled from a Go module.
type program struct {
	name string // of the file in bin
	pkg  string // its main package
	// module and stamp name the module whose version goes into a variable, if one does, and
	// the variable.
	module, stamp string
}

// compiled describes a component whose bin holds programs of the module in the folder module.
func compiled(name, summary string, module goModule, programs ...program) *build.Component {
	return &build.Component{
		Name:    name,
		Summary: summary,
		Inputs:  []string{string(module), "build/parts/gobuild.go"},
		Facts: func() (string, error) {
			version, err := goVersion()
			return fmt.Sprint(version, programs), err
		},
		Build: compileAll(module, programs...),
	}
}

// compileAll returns the recipe that compiles programs into the folder bin.
func compileAll(module goModule, programs ...program) func(context.Context, *build.Job) error {
	return func(ctx context.Context, job *build.Job) error {
		for _, p := range programs {
			job.Logf("compiling %s", p.name)
			variables, err := p.variables(ctx, module)
			if err != nil {
				return err
			}
			if err := module.compile(ctx, job.OutPath("bin", p.name), p.pkg, variables...); err != nil {
				return err
			}
		}
		return nil
	}
}

// variables are the settings that the linker stamps into the program.
func (p program) variables(ctx context.Context, module goModule) ([]string, error) {
	if p.stamp == "" {
		return nil, nil
	}
	version, err := module.version(ctx, p.module)
	return []string{p.stamp + "=" + version}, err
}

// output runs cmd and returns its standard output, trimmed. Its error holds the last lines of
// standard error.
func output(cmd *exec.Cmd) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		name := strings.Join(append([]string{filepath.Base(cmd.Path)}, cmd.Args[1:]...), " ")
		return "", fmt.Errorf("%s: %w: %s", name, err, lastLines(stderr.String(), 5))
	}
	return strings.TrimSpace(stdout.String()), nil
}

// lastLines returns the last n lines of text as one line.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "; ")
}

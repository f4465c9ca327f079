// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"sandstrap.dev/lab/build"
)

// Debian is a folder whose usr holds the programs of Debian packages that the machine lacks,
// with the libraries that they need and the machine lacks too. Nothing is installed: a host of
// the lab lays this usr over the machine's (overlayfs lowerdir=<folder>/usr:/usr).
// The file packages lists the packages that were taken, one file name per line.
var Debian = &build.Component{
	Name:    "debian",
	Summary: "containerd, etcd, nginx, iptables and the like, from Debian packages",
	Inputs:  []string{"build/parts/debian.go"},
	Facts:   debianFacts,
	Build:   buildDebian,
}

// debianFacts are the release of Debian and the names of the packages.
func debianFacts() (string, error) {
	release, err := debianRelease()
	if err != nil {
		return "", err
	}
	pinned, err := readPins(build.Source("pins.txt"))
	return release + " " + strings.Join(pinned.packages, " "), err
}

// debianRelease tells releases of Debian apart: their packages do not mix.
func debianRelease() (string, error) {
	data, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return "", fmt.Errorf("cannot tell the distribution: %w", err)
	}
	for line := range strings.Lines(string(data)) {
		if name, ok := strings.CutPrefix(line, "VERSION_CODENAME="); ok {
			return strings.TrimSpace(name), nil
		}
	}
	return "", errors.New("/etc/os-release has no VERSION_CODENAME: the lab needs Debian")
}

func buildDebian(ctx context.Context, job *build.Job) error {
	pinned, err := readPins(build.Source("pins.txt"))
	if err != nil {
		return err
	}
	archives, err := downloadPackages(ctx, job, pinned.packages)
	if err != nil {
		return err
	}
	if err := mergedUsr(job.Out); err != nil {
		return err
	}
	var list bytes.Buffer
	for _, archive := range archives {
		if err := extractPackage(ctx, archive, job.Out); err != nil {
			return err
		}
		fmt.Fprintln(&list, filepath.Base(archive))
	}
	if err := linkAlternatives(job.OutPath("usr", "sbin")); err != nil {
		return err
	}
	return os.WriteFile(job.OutPath("packages"), list.Bytes(), 0o644)
}

// downloadPackages fetches the packages that the machine lacks, with what they depend on, and
// returns their files in order. apt checks them against the release's signature.
func downloadPackages(ctx context.Context, job *build.Job, names []string) ([]string, error) {
	folder := filepath.Join(job.Scratch, "archives")
	if err := os.MkdirAll(filepath.Join(folder, "partial"), 0o755); err != nil {
		return nil, err
	}
	get := func() error {
		args := []string{
			"install", "-qq", "-y", "--no-install-recommends", "--no-upgrade", "--download-only",
			"-o", "Debug::NoLocking=true", "-o", "Dir::Cache::archives=" + folder + "/",
		}
		_, err := output(exec.CommandContext(ctx, "apt-get", append(args, names...)...))
		return err
	}
	job.Logf("downloading packages")
	if err := get(); err != nil {
		job.Logf("updating the package lists")
		if _, err := output(exec.CommandContext(ctx, "apt-get", "-qq", "update")); err != nil {
			return nil, err
		}
		if err := get(); err != nil {
			return nil, err
		}
	}
	return filepath.Glob(filepath.Join(folder, "*.deb"))
}

// mergedUsr prepares root so that what a package ships in /bin, /sbin and /lib lands in usr.
func mergedUsr(root string) error {
	for _, name := range []string{"bin", "sbin", "lib", "lib64"} {
		if err := os.MkdirAll(filepath.Join(root, "usr", name), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(filepath.Join("usr", name), filepath.Join(root, name)); err != nil {
			return err
		}
	}
	return nil
}

// extractPackage unpacks the files of a package below root, following root's own links.
func extractPackage(ctx context.Context, archive, root string) error {
	unpack := exec.CommandContext(ctx, "tar", "-x", "-C", root, "--keep-directory-symlink")
	data := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", archive)
	pipe, err := data.StdoutPipe()
	if err != nil {
		return err
	}
	unpack.Stdin = pipe
	if err := data.Start(); err != nil {
		return err
	}
	_, err = output(unpack)
	if err := errors.Join(err, data.Wait()); err != nil {
		return fmt.Errorf("extract %s: %w", filepath.Base(archive), err)
	}
	return nil
}

// linkAlternatives makes the links that installing would: iptables is the nftables flavour.
func linkAlternatives(sbin string) error {
	for _, family := range []string{"iptables", "ip6tables", "arptables", "ebtables"} {
		for _, action := range []string{"", "-save", "-restore"} {
			target := family + "-nft" + action
			if !fileExists(filepath.Join(sbin, target)) {
				continue // the machine has the package itself
			}
			if err := os.Symlink(target, filepath.Join(sbin, family+action)); err != nil {
				return err
			}
		}
	}
	return nil
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

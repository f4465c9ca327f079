// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"sandstrap.dev/lab/build"
	"sandstrap.dev/lab/build/authority"
	"sandstrap.dev/lab/topology"
)

// Authority holds the lab's certificate authority, ca.crt and ca.key, a certificate for every
// upstream name, server.crt and server.key, and what a host of the lab trusts,
// ca-certificates.crt: what the machine trusts and the lab's authority.
var Authority = &build.Component{
	Name:    "authority",
	Summary: "the lab's certificate authority and the origin's certificate",
	Inputs:  []string{"build/parts/authority.go", "build/authority"},
	Facts: func() (string, error) {
		roots, err := systemRoots()
		return strings.Join(serverNames(), " ") + string(roots), err
	},
	Build: buildAuthority,
}

// serverNames are the names and addresses that the origin answers for.
func serverNames() []string {
	return append(slices.Clone(topology.UpstreamNames), topology.OriginAddress())
}

// systemRoots are the certificates that the machine trusts, none on a bare one.
func systemRoots() ([]byte, error) {
	roots, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return roots, err
}

func buildAuthority(_ context.Context, job *build.Job) error {
	ca, err := authority.New()
	if err != nil {
		return err
	}
	server, err := ca.Server(serverNames()...)
	if err != nil {
		return err
	}
	if err := writePair(job, "ca", ca); err != nil {
		return err
	}
	if err := writePair(job, "server", server); err != nil {
		return err
	}
	roots, err := systemRoots()
	if err != nil {
		return err
	}
	trusted := slices.Concat(roots, ca.CertificatePEM())
	return os.WriteFile(job.OutPath("ca-certificates.crt"), trusted, 0o644)
}

func writePair(job *build.Job, name string, pair *authority.Pair) error {
	key, err := pair.KeyPEM()
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(job.OutPath(name+".crt"), pair.CertificatePEM(), 0o644),
		os.WriteFile(job.OutPath(name+".key"), key, 0o600),
	)
}

// SPDX-License-Identifier: Apache-2.0

// Package digest selects the algorithm of artifact digests.
package digest

import (
	_ "crypto/sha256" // makes sha256 available
	_ "crypto/sha512" // makes sha384 and sha512 available
	"fmt"

	"github.com/opencontainers/go-digest"
)

// Canonical is the algorithm that new artifacts are digested with.
var Canonical = digest.SHA256

// AlgorithmForName returns the algorithm called name.
func AlgorithmForName(name string) (digest.Algorithm, error) {
	algorithm := digest.Algorithm(name)
	if !algorithm.Available() {
		return "", fmt.Errorf("digest algorithm %q: %w", name, digest.ErrDigestUnsupported)
	}
	return algorithm, nil
}

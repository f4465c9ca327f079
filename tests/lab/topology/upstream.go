// SPDX-License-Identifier: Apache-2.0

package topology

import "slices"

// UpstreamNames are the Internet names that lead to origin, whether or not content is
// served for them: a request that strays ends there and is seen in its log.
var UpstreamNames = []string{
	"auth.docker.io",
	"docker.io",
	"gcr.io",
	"ghcr.io",
	"github.com",
	"index.docker.io",
	"k8s.gcr.io",
	"kubernetes.github.io",
	"objects.githubusercontent.com",
	"quay.io",
	"raw.githubusercontent.com",
	"registry-1.docker.io",
	"registry.k8s.io",
	"registry1.dso.mil",
	"release-assets.githubusercontent.com",
	"repo1.dso.mil",
	"stefanprodan.github.io",
}

// RegistryAliases are further names under which a registry's content is served.
var RegistryAliases = map[string][]string{
	"registry-1.docker.io": {"docker.io", "index.docker.io"},
	"registry.k8s.io":      {"k8s.gcr.io"},
}

// WithUpstream returns the upstream names together with more, sorted, each once.
func WithUpstream(more []string) []string {
	all := slices.Concat(UpstreamNames, more)
	slices.Sort(all)
	return slices.Compact(all)
}

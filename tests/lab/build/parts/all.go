// SPDX-License-Identifier: Apache-2.0

package parts

import "sandstrap.dev/lab/build"

// All are the components of this package, in the order in which they are built: what Images and
// Origin need first.
var All = []*build.Component{
	Kubernetes, Debian, CoreDNS, Authority, Images,
	Flux, SealedSecrets, Probe, Faults, Kustomize, RegistryClients, ControllerImages, Releases, Origin,
	Tools, Kyverno, KyvernoParts, OriginKyverno, Containerd, Conformance, GitClients,
}

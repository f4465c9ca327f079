// SPDX-License-Identifier: Apache-2.0

package parts

import "sandstrap.dev/lab/build"

// All are the components of this package.
var All = []*build.Component{
	Kubernetes, Debian, Flux, CoreDNS, SealedSecrets, Kustomize, Helm, Probe, Tools,
	Authority, Images, ControllerImages, Releases, Origin,
}

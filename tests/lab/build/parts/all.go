// SPDX-License-Identifier: Apache-2.0

package parts

import "sandstrap.dev/lab/build"

// All are the components of this package, those that others take longest to wait for first.
var All = []*build.Component{Kubernetes, Debian}

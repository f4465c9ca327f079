// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"encoding/base64"
	"fmt"

	"sandstrap.dev/lab/topology"
)

// kubeconfig carries everything inline, so that it can be copied anywhere.
func kubeconfig(identity Identity, ca, cert, key []byte) []byte {
	inline := base64.StdEncoding.EncodeToString
	return fmt.Appendf(nil, `apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: %s
  user:
    client-certificate-data: %s
    client-key-data: %s
contexts:
- name: lab
  context:
    cluster: lab
    user: %s
current-context: lab
`, topology.APIServer(), inline(ca), identity.CommonName, inline(cert), inline(key), identity.CommonName)
}

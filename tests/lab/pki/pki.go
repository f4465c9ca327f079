// SPDX-License-Identifier: Apache-2.0

// Package pki issues what the parts of a lab's cluster prove themselves with: certificates
// of the lab's authority, the key that signs service account tokens, and kubeconfigs.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"sandstrap.dev/lab/topology"
)

const validity = 10 * 365 * 24 * time.Hour

// Identity is one certificate to issue.
type Identity struct {
	File         string // base name of .crt, .key and, for API clients, .kubeconfig
	CommonName   string // the user, for an API client
	Organization string // the group, for an API client
	Names        []string
	Addresses    []string
	Client       bool // gets a kubeconfig
}

// Identities lists all that a lab with that many nodes needs.
func Identities(nodes int) []Identity {
	cp, _ := topology.Find(nodes, "cp")
	all := []Identity{
		{
			File: "apiserver", CommonName: "kube-apiserver",
			Names:     []string{"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc." + topology.ClusterDomain, "localhost", "cp"},
			Addresses: []string{"127.0.0.1", topology.ServiceAPI, cp.Address()},
		},
		{File: "apiserver-kubelet", CommonName: "kube-apiserver-kubelet-client", Organization: "system:masters"},
		{File: "front-proxy", CommonName: "front-proxy-client"},
		{File: "admin", CommonName: "admin", Organization: "system:masters", Client: true},
		{File: "sandstrap", CommonName: "sandstrap", Organization: "system:masters", Client: true},
		{File: "controller-manager", CommonName: "system:kube-controller-manager", Client: true},
		{File: "scheduler", CommonName: "system:kube-scheduler", Client: true},
		{File: "proxy", CommonName: "system:kube-proxy", Client: true},
	}
	for _, host := range topology.Hosts(nodes) {
		if host.Kind == topology.Node {
			all = append(all, kubelet(host))
		}
	}
	return all
}

func kubelet(host topology.Host) Identity {
	return Identity{
		File: host.Name, CommonName: "system:node:" + host.Name, Organization: "system:nodes",
		Names: []string{host.Name}, Addresses: []string{host.Address()}, Client: true,
	}
}

// Issue writes ca.crt, sa.key, and certificate, key and kubeconfig of every identity to dir.
// authority holds ca.crt and ca.key.
func Issue(authority, dir string, nodes int) error {
	ca, err := load(authority)
	if err != nil {
		return err
	}
	if err := write(dir, "ca.crt", encode("CERTIFICATE", ca.Certificate[0])); err != nil {
		return err
	}
	for _, identity := range Identities(nodes) {
		if err := issue(ca, identity, dir); err != nil {
			return err
		}
	}
	_, key, err := newKey()
	if err != nil {
		return fmt.Errorf("make the service account key: %w", err)
	}
	return write(dir, "sa.key", key)
}

// IssueNode issues what a node needs that joins later.
func IssueNode(authority, dir string, node topology.Host) error {
	ca, err := load(authority)
	if err != nil {
		return err
	}
	return issue(ca, kubelet(node), dir)
}

func load(authority string) (ca tls.Certificate, err error) {
	ca, err = tls.LoadX509KeyPair(filepath.Join(authority, "ca.crt"), filepath.Join(authority, "ca.key"))
	if err == nil && ca.Leaf == nil {
		ca.Leaf, err = x509.ParseCertificate(ca.Certificate[0])
	}
	if err != nil {
		return ca, fmt.Errorf("load the lab's authority: %w", err)
	}
	return ca, nil
}

func issue(ca tls.Certificate, identity Identity, dir string) error {
	key, keyText, err := newKey()
	if err != nil {
		return err
	}
	template, err := identity.template()
	if err != nil {
		return fmt.Errorf("issue a certificate for %s: %w", identity.CommonName, err)
	}
	signer := ca.PrivateKey.(crypto.Signer)
	der, err := x509.CreateCertificate(rand.Reader, template, ca.Leaf, key.Public(), signer)
	if err != nil {
		return fmt.Errorf("issue a certificate for %s: %w", identity.CommonName, err)
	}
	certText, caText := encode("CERTIFICATE", der), encode("CERTIFICATE", ca.Certificate[0])
	if identity.Client {
		if err := write(dir, identity.File+".kubeconfig", kubeconfig(identity, caText, certText, keyText)); err != nil {
			return err
		}
	}
	if err := write(dir, identity.File+".crt", certText); err != nil {
		return err
	}
	return write(dir, identity.File+".key", keyText)
}

func (identity Identity) template() (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	subject := pkix.Name{CommonName: identity.CommonName}
	if identity.Organization != "" {
		subject.Organization = []string{identity.Organization}
	}
	var addresses []net.IP
	for _, address := range identity.Addresses {
		addresses = append(addresses, net.ParseIP(address))
	}
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(validity),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:     identity.Names,
		IPAddresses:  addresses,
	}, nil
}

func newKey() (*ecdsa.PrivateKey, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	return key, encode("EC PRIVATE KEY", der), nil
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func write(dir, name string, text []byte) error {
	if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

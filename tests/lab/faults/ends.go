// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"time"

	"sigs.k8s.io/yaml"
)

// token is what clients show to be passed on as the user of the upstream kubeconfig, whose
// certificate cannot pass a proxy that ends TLS. Any other credential is passed on as it is.
const token = "faults"

// upstream is the API server behind the proxy.
type upstream struct {
	server      string
	user, other http.RoundTripper // with the user's certificate, and without
}

// loadUpstream reads a kubeconfig of one cluster and one user with everything inline.
func loadUpstream(file string) (*upstream, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var config struct {
		Clusters []struct {
			Cluster struct {
				Server string `json:"server"`
				CA     []byte `json:"certificate-authority-data"`
			} `json:"cluster"`
		} `json:"clusters"`
		Users []struct {
			User struct {
				Cert []byte `json:"client-certificate-data"`
				Key  []byte `json:"client-key-data"`
			} `json:"user"`
		} `json:"users"`
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(config.Clusters) != 1 || len(config.Users) != 1 {
		return nil, fmt.Errorf("%s: not one cluster and one user", file)
	}
	cert, err := tls.X509KeyPair(config.Users[0].User.Cert, config.Users[0].User.Key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	cluster := config.Clusters[0].Cluster
	return newUpstream(cluster.Server, cluster.CA, cert)
}

func newUpstream(server string, ca []byte, cert tls.Certificate) (*upstream, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		return nil, errors.New("the upstream's authority is no certificate")
	}
	with := func(certs ...tls.Certificate) http.RoundTripper {
		return &http.Transport{
			TLSClientConfig:   &tls.Config{RootCAs: roots, Certificates: certs},
			ForceAttemptHTTP2: true,
		}
	}
	return &upstream{server: server, user: with(cert), other: with()}, nil
}

// send passes a request on, and returns the answer with its body still to come.
func (u *upstream) send(ctx context.Context, r *http.Request) (*http.Response, error) {
	out, err := http.NewRequestWithContext(ctx, r.Method, u.server+r.URL.RequestURI(), r.Body)
	if err != nil {
		return nil, err
	}
	out.Header = r.Header.Clone()
	out.ContentLength = r.ContentLength
	if out.Header.Get("Authorization") != "Bearer "+token {
		return u.other.RoundTrip(out)
	}
	out.Header.Del("Authorization")
	return u.user.RoundTrip(out)
}

// front is what the proxy shows its clients: an authority of its own that nobody else trusts.
type front struct {
	address string
	ca      []byte
	cert    tls.Certificate
}

func newFront(address string) (*front, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA:                  true,
		BasicConstraintsValid: true,
		IPAddresses:           []net.IP{net.ParseIP(host)},
	}
	template.Subject.CommonName = "fault proxy"
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &front{
		address: address,
		ca:      pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		cert:    tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
	}, nil
}

func (f *front) tls() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{f.cert}, NextProtos: []string{"h2", "http/1.1"}}
}

// kubeconfig is for the proxy's clients.
func (f *front) kubeconfig() []byte {
	return fmt.Appendf(nil, `apiVersion: v1
kind: Config
clusters:
- name: faults
  cluster:
    server: https://%s
    certificate-authority-data: %s
users:
- name: sandstrap
  user:
    token: %s
contexts:
- name: faults
  context:
    cluster: faults
    user: sandstrap
current-context: faults
`, f.address, base64.StdEncoding.EncodeToString(f.ca), token)
}

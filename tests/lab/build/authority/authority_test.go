// SPDX-License-Identifier: Apache-2.0

package authority

import (
	"bytes"
	"crypto/x509"
	"testing"
)

func TestServerIsTrustedForItsNames(t *testing.T) {
	ca, err := New()
	if err != nil {
		t.Fatal(err)
	}
	server, err := ca.Server("ghcr.io", "github.com", "10.78.0.2")
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca.CertificatePEM()) {
		t.Fatal("the authority's certificate cannot be parsed")
	}
	for name, trusted := range map[string]bool{
		"ghcr.io": true, "github.com": true, "10.78.0.2": true, "quay.io": false,
	} {
		_, err := server.certificate.Verify(x509.VerifyOptions{Roots: roots, DNSName: name})
		if (err == nil) != trusted {
			t.Errorf("%s: trusted %t, want %t (%v)", name, err == nil, trusted, err)
		}
	}
}

func TestSameBytesEachTime(t *testing.T) {
	first, second := issueAll(t), issueAll(t)
	if !bytes.Equal(first, second) {
		t.Error("two authorities differ")
	}
}

func issueAll(t *testing.T) []byte {
	t.Helper()
	ca, err := New()
	if err != nil {
		t.Fatal(err)
	}
	server, err := ca.Server("ghcr.io")
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, pair := range []*Pair{ca, server} {
		key, err := pair.KeyPEM()
		if err != nil {
			t.Fatal(err)
		}
		all = append(append(all, pair.CertificatePEM()...), key...)
	}
	return all
}

// SPDX-License-Identifier: Apache-2.0

// Package authority is the lab's certificate authority. It stands for the public ones inside a
// lab, where names of the real Internet lead to the lab's origin.
//
// Keys come from a seed and signatures from the keys (RFC 6979), so that the certificates, and
// with them the images that trust them, are the same bytes on every machine. So the keys are
// public: nothing outside a lab may ever trust this authority.
package authority

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"time"
)

// seed is what the keys are made of, each with its owner's name.
const seed = "sandstrap lab authority, for nothing but tests: "

// Certificates are valid for this long: longer than any lab, and no clock decides the bytes.
var (
	notBefore = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	notAfter  = time.Date(2045, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Pair is a certificate and its key.
type Pair struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// New returns the authority itself.
func New() (*Pair, error) {
	key, err := keyFor("authority")
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "sandstrap lab authority"},
		NotBefore:    notBefore, NotAfter: notAfter,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature,
		IsCA:     true, BasicConstraintsValid: true,
	}
	return sign(template, template, key, key)
}

// Server returns a certificate for a server that answers for names: host names and addresses,
// at least one. The first one is its subject.
func (authority *Pair) Server(names ...string) (*Pair, error) {
	key, err := keyFor(names[0])
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: names[0]},
		NotBefore:    notBefore, NotAfter: notAfter,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, name := range names {
		if address := net.ParseIP(name); address != nil {
			template.IPAddresses = append(template.IPAddresses, address)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	return sign(template, authority.certificate, key, authority.key)
}

// CertificatePEM returns the certificate.
func (p *Pair) CertificatePEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.certificate.Raw})
}

// KeyPEM returns the key.
func (p *Pair) KeyPEM() ([]byte, error) {
	der, err := x509.MarshalECPrivateKey(p.key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), nil
}

// keyFor returns the key of owner.
func keyFor(owner string) (*ecdsa.PrivateKey, error) {
	hash := sha256.Sum256([]byte(seed + owner))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), hash[:])
	if err != nil {
		return nil, fmt.Errorf("key of %s: %w", owner, err)
	}
	return key, nil
}

func sign(template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) (*Pair, error) {
	der, err := x509.CreateCertificate(nil, template, parent, key.Public(), deterministic{signer})
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return &Pair{certificate, key}, err
}

// deterministic signs without randomness, as RFC 6979 says.
type deterministic struct{ *ecdsa.PrivateKey }

func (d deterministic) Sign(_ io.Reader, digest []byte, options crypto.SignerOpts) ([]byte, error) {
	return d.PrivateKey.Sign(nil, digest, options)
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

const defaultTimeout = 10 * time.Second

// get prints what a URL leads to, and fails unless the answer is 200.
func get(ctx context.Context, flags *flag.FlagSet, args []string) error {
	ca := flags.String("ca", "", "a file of certificate authorities, instead of the system's")
	timeout := flags.Duration("timeout", defaultTimeout, "how long it may take")
	if err := parse(flags, args, 1); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	client, err := newClient(*ca)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, flags.Arg(0), nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", flags.Arg(0), response.Status)
	}
	return nil
}

func newClient(ca string) (*http.Client, error) {
	if ca == "" {
		return http.DefaultClient, nil
	}
	text, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s: no certificate", ca)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	return &http.Client{Transport: transport}, nil
}

// lookup prints the addresses of a name.
func lookup(ctx context.Context, flags *flag.FlagSet, args []string) error {
	timeout := flags.Duration("timeout", defaultTimeout, "how long it may take")
	if err := parse(flags, args, 1); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupHost(ctx, flags.Arg(0))
	if err != nil {
		return err
	}
	for _, address := range addresses {
		fmt.Println(address)
	}
	return nil
}

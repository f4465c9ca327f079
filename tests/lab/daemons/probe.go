// SPDX-License-Identifier: Apache-2.0

package daemons

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"
)

// probe asks a daemon whether it serves; nil says yes.
type probe = func(ctx context.Context) error

const probeInterval = 50 * time.Millisecond

// local asks a daemon on the same host: it has a certificate of its own making, or one for
// other names, and there is nobody between.
var local = &http.Client{Transport: &http.Transport{
	TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
	DisableKeepAlives: true,
}}

// answersOK wants status 200 from a URL.
func answersOK(url string) probe {
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := local.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answers %s", url, response.Status)
		}
		return nil
	}
}

// accepts wants somebody to listen.
func accepts(network, address string) probe {
	return func(ctx context.Context) error {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return err
		}
		return conn.Close()
	}
}

// within asks until the daemon serves, and returns the last reason when time is up.
func within(ctx context.Context, patience time.Duration, serves probe) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := serves(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(probeInterval):
		}
	}
}

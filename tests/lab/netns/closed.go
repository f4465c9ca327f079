// SPDX-License-Identifier: Apache-2.0

package netns

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"sandstrap.dev/lab/remote"
	"sandstrap.dev/lab/topology"
)

// Filter is nft(8), in a folder with Debian's packages. It acts on the caller's network namespace.
//
// A link that is closed looks like one that is up, but no packet passes: neighbours still find the
// host, so that every attempt to speak to it becomes a packet, which is counted and dropped. What the
// bridge floods to all links, for a host that is gone, is dropped without being counted. With
// the origin's, what would leave the lab is counted and dropped, too.
type Filter string

const closedTable = `table bridge %[1]s {
  set dropped {
    type ipv4_addr . ipv4_addr . inet_proto . inet_service
    flags dynamic
    counter
  }
  set dropped6 {
    type ipv6_addr . ipv6_addr . inet_proto . inet_service
    flags dynamic
    counter
  }
  chain closed {
    meta protocol ip update @dropped { ip saddr . ip daddr . meta l4proto . th dport }
    ip6 daddr != { ff00::/8, fe80::/10 } update @dropped6 { ip6 saddr . ip6 daddr . meta l4proto . th dport }
    meta protocol { ip, ip6 } drop
  }
  chain forward {
    type filter hook forward priority 0
    oifname %[2]q ether daddr %[3]s jump closed
    oifname %[2]q meta protocol { ip, ip6 } drop
    iifname %[2]q meta protocol { ip, ip6 } drop
  }
`

// outside is what the bridge is to pass on to nobody in the lab.
const outside = `  chain input {
    type filter hook input priority 0
    ip daddr != { %[1]s/%[2]d, %[3]s, %[4]s } jump closed
    ip6 daddr != { ff00::/8, fe80::/10 } jump closed
  }
`

// Close closes a host's link; what was counted before is forgotten.
func (f Filter) Close(host topology.Host) error {
	rules := fmt.Sprintf(closedTable, tableOf(host), host.Name, host.MAC())
	if host.Kind == topology.Origin {
		rules += fmt.Sprintf(outside, topology.Bridge, topology.HostPrefixLen, topology.PodNetwork, topology.ServiceCIDR)
	}
	if err := f.Open(host); err != nil {
		return err
	}
	_, err := f.run(rules+"}\n", "-f", "-")
	return err
}

// Open opens a host's link again, if it was closed.
func (f Filter) Open(host topology.Host) error {
	// Adding a table that is there changes nothing, and lets the next line succeed.
	_, err := f.run(fmt.Sprintf("add table bridge %[1]s\ndelete table bridge %[1]s\n", tableOf(host)), "-f", "-")
	return err
}

// Closed says whether a host's link is closed.
func (f Filter) Closed(host topology.Host) bool {
	_, err := f.run("", "list", "table", "bridge", tableOf(host))
	return err == nil
}

// Dropped lists what closed links have dropped.
func (f Filter) Dropped() ([]remote.Dropped, error) {
	out, err := f.run("", "--json", "list", "sets", "bridge")
	if err != nil {
		return nil, err
	}
	return readDropped(out)
}

// readDropped takes the elements of sets out of what nft lists.
func readDropped(text []byte) ([]remote.Dropped, error) {
	var listing struct {
		Nftables []struct {
			Set struct {
				Elem []struct {
					Elem struct {
						Val     struct{ Concat [4]any }
						Counter struct{ Packets int64 }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(text, &listing); err != nil {
		return nil, fmt.Errorf("read what nft lists: %w", err)
	}
	var all []remote.Dropped
	for _, object := range listing.Nftables {
		for _, element := range object.Set.Elem {
			words := element.Elem.Val.Concat
			port, _ := words[3].(float64)
			all = append(all, remote.Dropped{
				Source: fmt.Sprint(words[0]), Destination: fmt.Sprint(words[1]), Protocol: fmt.Sprint(words[2]),
				Port: int(port), Packets: element.Elem.Counter.Packets,
			})
		}
	}
	return all, nil
}

func tableOf(host topology.Host) string { return "closed-" + host.Name }

func (f Filter) run(input string, args ...string) ([]byte, error) {
	command := exec.Command(filepath.Join(string(f), "usr/sbin/nft"), args...)
	libraries, err := filepath.Glob(filepath.Join(string(f), "usr/lib/*-linux-gnu"))
	if err != nil {
		return nil, err
	}
	command.Env = append(os.Environ(), "LD_LIBRARY_PATH="+strings.Join(libraries, ":"))
	command.Stdin = strings.NewReader(input)
	out, err := command.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return nil, fmt.Errorf("nft: %s: %w", bytes.TrimSpace(failed.Stderr), err)
	}
	return out, err
}

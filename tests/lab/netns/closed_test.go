// SPDX-License-Identifier: Apache-2.0

package netns

import (
	"reflect"
	"testing"

	"sandstrap.dev/lab/remote"
)

// As nft 1.0.6 lists two sets, one of them empty.
const listing = `{"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
 {"set": {"family": "bridge", "name": "dropped", "table": "closed-origin", "type": ["ipv4_addr", "ipv4_addr"],
  "flags": ["dynamic"], "elem": [{"elem": {"val": {"concat": ["10.78.0.11", "10.78.0.2", "tcp", 443]},
  "counter": {"packets": 6, "bytes": 360}}}]}},
 {"set": {"family": "bridge", "name": "dropped6", "table": "closed-origin", "flags": ["dynamic"]}}]}`

func TestDroppedIsRead(t *testing.T) {
	got, err := readDropped([]byte(listing))
	want := []remote.Dropped{{Source: "10.78.0.11", Destination: "10.78.0.2", Protocol: "tcp", Port: 443, Packets: 6}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := readDropped([]byte("{")); err == nil {
		t.Error("half a listing is taken for one")
	}
}

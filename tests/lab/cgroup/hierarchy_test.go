// SPDX-License-Identifier: Apache-2.0

package cgroup

import "testing"

func TestParseMount(t *testing.T) {
	cases := []struct {
		name, line string
		want       Hierarchy
		ok         bool
	}{
		{"v1 pair of controllers",
			"34 24 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:15 - cgroup cgroup rw,cpu,cpuacct",
			Hierarchy{Mount: "/sys/fs/cgroup/cpu,cpuacct", Options: "cpu,cpuacct"}, true},
		{"named hierarchy",
			"35 24 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd",
			Hierarchy{Mount: "/sys/fs/cgroup/systemd", Options: "none,name=systemd"}, true},
		{"hybrid v2",
			"36 24 0:31 / /sys/fs/cgroup/unified rw,nosuid - cgroup2 cgroup2 rw,nsdelegate",
			Hierarchy{Mount: "/sys/fs/cgroup/unified", Unified: true}, true},
		{"pure v2",
			"37 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate",
			Hierarchy{Mount: "/sys/fs/cgroup", Unified: true}, true},
		{"another file system", "40 24 0:33 / /sys/fs/cgroup rw - tmpfs tmpfs ro,mode=755", Hierarchy{}, false},
		{"mounted elsewhere", "41 24 0:34 / /mnt/memory rw - cgroup cgroup rw,memory", Hierarchy{}, false},
		{"cut off", "41 24 0:34 /", Hierarchy{}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, ok := parseMount(c.line)
			if got != c.want || ok != c.ok {
				t.Errorf("got %+v, %v; want %+v, %v", got, ok, c.want, c.ok)
			}
		})
	}
}

func TestPureV2(t *testing.T) {
	v1 := Hierarchy{Mount: "/sys/fs/cgroup/memory", Options: "memory"}
	v2 := Hierarchy{Mount: "/sys/fs/cgroup/unified", Unified: true}
	if PureV2([]Hierarchy{v1, v2}) {
		t.Error("a machine with version 1 controllers was taken for pure version 2")
	}
	if !PureV2([]Hierarchy{v2}) {
		t.Error("a machine with version 2 alone was not recognised")
	}
}
